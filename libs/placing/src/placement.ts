import { deviceOf, ownName } from '@assay/files';
import type { ProfileDefinition } from '@assay/inspection';
import type { ClaimedFile, Ending, Scan } from '@assay/ledger';
import { type FilePath, type Folders, type Spot, filePath } from './folders';
import type { RootDevices } from './root-devices';

/** What became of a claimed file in this attempt. */
export type Result =
  | { kind: 'ended'; outcome: Ending['outcome']; reason: string | null }
  /** Its message is to be dead-lettered, then the row ends as `errored`. */
  | { kind: 'errored'; reason: string }
  /** Through the delay ladder. `forgiven`: not the file's fault, so the attempt does not count. */
  | { kind: 'later'; reason: string; forgiven: boolean; pause: boolean }
  /** Another attempt has the row, or has ended it. */
  | { kind: 'nothing' };

/** The profile's `transfer: copy`: nothing is written where the sources lie. */
export const keepsSources = ({ profile }: Scan): boolean =>
  (profile.definition as Partial<ProfileDefinition>).transfer === 'copy';

/**
 * One claimed file on its way through the steps. `at` says where the file is:
 * `source` (untouched), `staged` (under the own name beside its source), `copied` (a copy that is to be published, its source untouched), `placed`
 * (under its destination's name).
 */
export class Placement {
  at: 'source' | 'staged' | 'copied' | 'placed' = 'source';
  /** Set once: nothing more is done with the file in this attempt. */
  result: Result | null = null;
  /** The identity of the copy under the own name in the destination's folder, where it had to be copied. */
  copy: string | null = null;
  /** True where what was seen at the destination is a copy, so that the source is a file of its own. */
  placedAsCopy = false;
  /** True where the source or own names may be left though the file is placed. */
  untidy: boolean;
  /** False where a name of ours may be left after this attempt: then the row may not end as if there was none. */
  resolved = true;
  readonly own: string;
  private readonly sourcePath: FilePath;
  private targetPath: FilePath;
  private planned: string;
  /** The profile's `transfer: copy`: nothing is written where the source lies. */
  readonly keepsSource: boolean;

  constructor(
    readonly file: ClaimedFile,
    readonly scan: Scan,
    /** True where the message came by way of the delay ladder: an absence was seen before. */
    readonly delayedBefore: boolean,
  ) {
    this.own = ownName(file, file.attempt);
    this.sourcePath = filePath(`${scan.directory}/${file.path}`);
    this.planned = file.destination;
    this.targetPath = filePath(file.destination);
    this.untidy = file.attempt > 1;
    this.keepsSource = keepsSources(scan);
  }

  /** Absolute, as it is planned now. */
  get destination(): string {
    return this.planned;
  }

  /** Its destination was taken: from now on it goes to this one. */
  renumbered(destination: string): void {
    this.planned = destination;
    this.targetPath = filePath(destination);
  }

  /** Notes that the file is placed, where the identity found at its destination is the judged file or a copy of ours. False where it is another. */
  seenPlaced(there: string | null): boolean {
    const { identity, copyIdentity } = this.file;
    const ours = [copyIdentity, this.copy, ...(this.keepsSource ? [] : [identity])];
    if (there === null || !ours.includes(there)) return false;
    this.at = 'placed';
    this.placedAsCopy = there !== identity;
    this.untidy = true;
    return true;
  }

  /** Null where the source's folder is gone. */
  source(folders: Folders): Spot | null {
    return folders.existing(this.sourcePath);
  }

  /** Null where the destination's folder does not exist. */
  existingTarget(folders: Folders): Spot | null {
    return folders.existing(this.targetPath);
  }

  target(folders: Folders): Spot {
    return folders.made(this.targetPath);
  }

  /** Bytes that will probably have to be copied; 0 where a rename will do, since the destination's root is on the same device. */
  bytesToCopy(devices: RootDevices): number {
    if (this.keepsSource) return this.file.size;
    const device = devices.of(this.targetPath.folder);
    return device === null || device === deviceOf(this.file.identity) ? 0 : this.file.size;
  }

  /** The outcome of a file that has reached its destination. */
  get placedOutcome(): 'accepted' | 'quarantined' {
    return this.file.action === 'accept' ? 'accepted' : 'quarantined';
  }
}
