import {
  type OpenFolder,
  OwnFile,
  type Place,
  errnoOf,
  identityAt,
  listFolder,
  makeFolder,
  moveNoReplace,
  ownName,
  removeOwn,
} from '@assay/files';
import { REASONS_HEAD, encodePath, isExactText, numbered, reasonsRow } from '@assay/inspection';
import type { EpilogueClaim, FileRecord, Ledger } from '@assay/ledger';
import type { OnStep } from './steps';
import { TakenOver } from './taken-over';

/** In the folder for quarantined files; `REASONS-2.csv` and so on where other files have the name. */
const NAME = 'REASONS.csv';
const ANY_NAME = /^REASONS(-\d+)?\.csv$/;
/** More scans than share one folder; a file system that calls every name taken must not be asked for ever. */
const MOST_NAMES = 100_000;
/** Rows read and written at once. */
const SLICE = 500;
/** Names of a folder looked at at once. */
const GROUP = 500;

export interface ReasonsFileOptions {
  ledger: Ledger;
  onStep: OnStep;
  /** Throws {@link TakenOver} where another process may do the same. */
  keep: () => Promise<void>;
}

const exactBytes = (path: string): string | undefined =>
  isExactText(path) ? undefined : Buffer.from(encodePath(path)).toString('base64');

function rowOf({ scan, seq, path, findings, destination }: FileRecord): string {
  const pathBytes = exactBytes(path);
  const destinationBytes = exactBytes(destination ?? '');
  return reasonsRow({
    scan,
    seq,
    path,
    findings,
    destination: destination ?? '',
    ...(pathBytes === undefined ? {} : { pathBytes }),
    ...(destinationBytes === undefined ? {} : { destinationBytes }),
  });
}

/** No row of a file is numbered 0, so this is the scan's own. */
const ownNameOf = ({ scan: { id } }: EpilogueClaim, attempt: number): string => ownName({ scan: id, seq: 0 }, attempt);

/** What has the identity that an earlier attempt noted just before it published, or null. */
function published(folder: OpenFolder, identity: string): string | null {
  for (const group of listFolder(folder, GROUP))
    for (const { name, kind } of group)
      if (kind === 'file' && ANY_NAME.test(name) && identityAt(folder, name) === identity) return name;
  return null;
}

/**
 * Writes why each quarantined file of a finished scan was quarantined, one row a file, as `REASONS.csv` in the scan's folder for quarantined
 * files: whole and flushed under a name of ours first, then moved there without replacing anything. Returns its name. Idempotent: what an
 * earlier attempt published is found by its identity, what it left under a name of ours is removed. Throws {@link TakenOver} where the claim no
 * longer stands, else as node:fs does.
 */
export async function publishReasons(
  claim: EpilogueClaim,
  place: Place,
  { ledger, onStep, keep }: ReasonsFileOptions,
): Promise<string> {
  const folder = makeFolder(place.root, place.relative);
  try {
    // First, so that no earlier attempt can publish any more; then the look whether one has.
    for (let earlier = claim.attempt - 1; earlier >= 1; earlier -= 1) removeOwn(folder, ownNameOf(claim, earlier));
    const there = claim.reasonsIdentity === null ? null : published(folder, claim.reasonsIdentity);
    if (there !== null) {
      folder.sync();
      return there;
    }
    const own = ownNameOf(claim, claim.attempt);
    const identity = await write(folder, own, claim, { ledger, onStep, keep });
    await onStep('reasons-written');
    if (!(await ledger.noteReasons(claim, identity))) {
      removeOwn(folder, own);
      throw new TakenOver(claim.scan.id);
    }
    await onStep('reasons-noted');
    const name = publish(folder, own);
    // Whoever claims next removes what is not published yet.
    if (name === null) throw new TakenOver(claim.scan.id);
    await onStep('reasons-published');
    return name;
  } finally {
    folder.close();
  }
}

async function write(
  folder: OpenFolder,
  own: string,
  { scan }: EpilogueClaim,
  { ledger, onStep, keep }: ReasonsFileOptions,
): Promise<string> {
  const file = new OwnFile(folder, own);
  try {
    file.write(REASONS_HEAD);
    await onStep('reasons-begun');
    for (let after = 0; ;) {
      await keep();
      const rows = await ledger.files(scan.id, { outcome: 'quarantined', after, limit: SLICE });
      file.write(rows.map(rowOf).join(''));
      after = rows.at(-1)?.seq ?? after;
      if (rows.length < SLICE) return file.flush();
    }
  } catch (error) {
    // A full disk gets its room back now. Whatever else went wrong, the next attempt removes what is left.
    if (errnoOf(error) !== '' || error instanceof TakenOver) removeOwn(folder, own);
    throw error;
  } finally {
    file.close();
  }
}

/** The first free of its names; null where another attempt has removed what was to be published. */
function publish(folder: OpenFolder, own: string): string | null {
  for (let count = 1; count <= MOST_NAMES; count += 1) {
    const name = count === 1 ? NAME : numbered(NAME, count);
    const moved = moveNoReplace(folder, own, folder, name);
    if (moved === 'absent') return null;
    if (moved === 'taken') continue;
    if (moved !== 'moved') break;
    folder.sync();
    return name;
  }
  throw Object.assign(new Error(`'${NAME}' and ${MOST_NAMES} numbered names can't be given`), { code: 'EEXIST' });
}
