import { HEAD_OF_CONTENT, type FactReaders, type Roots, digestAt } from '@assay/files';
import type { CopyPlace, FirstCopy } from '@assay/inspection';
import type { CopiesOfFile, EarlierFile, EarlierFiles, FileKey, HeadOfFile, Ledger } from '@assay/ledger';
import { setTimeout as sleep } from 'node:timers/promises';
import { BrokenDisk } from './broken-disk';
import { EarlierFilesOnDisk, identitiesOf } from './earlier-files';
import type { ComparedFile, ReadFile } from './judge';

/** Times that the ledger is asked again about files that were on their way; one that is met nowhere by then counts as lost. */
const LOOKS = 5;
const BETWEEN_LOOKS_MS = 50;

export interface ComparisonOptions {
  /** Where the profile compares. */
  places: ReadonlySet<CopyPlace>;
  before: EarlierFiles;
  ledger: Ledger;
  readers: FactReaders;
  roots: Roots;
}

/** A file that was read, with the digest of its head where it has one. */
export interface FileToCompare {
  /** Relative to the scan's directory. */
  path: string;
  /** Absolute. */
  at: string;
  read: ReadFile;
}

/** What is known of one size and head before the files in hand. */
interface Known {
  scan: boolean;
  accepted: boolean;
  /** Places with a file of which it can't be told what it held. */
  untold: ReadonlySet<CopyPlace>;
}

const keyOf = ({ size, head }: HeadOfFile): string => `${size} ${head}`;

/**
 * Finds the first of files with the same bytes, by size first, then by head, and only where both agree by the digest of every byte: see
 * `InspectedFile.copyOf` for which is the first, and what is believed.
 */
export class Comparison {
  private readonly onDisk: EarlierFilesOnDisk;

  constructor(private readonly options: ComparisonOptions) {
    this.onDisk = new EarlierFilesOnDisk(options.readers, options.roots);
  }

  /**
   * Compares files with those recorded before and with each other. `files` come in the order of the numbers that their rows will get, each path
   * once and none with a row; an answer for each. Keeps the digests of earlier files in the ledger, and changes nothing else.
   * Throws {@link BrokenDisk}, and what ledger, readers and roots throw: then nothing is known of any.
   */
  async compare(files: FileToCompare[]): Promise<ComparedFile[]> {
    const heads = new Map<string, HeadOfFile & { members: number }>();
    for (const { read } of files) {
      const head = headOf(read);
      if (head === null) continue;
      const met = heads.get(keyOf(head));
      if (met) met.members += 1;
      else heads.set(keyOf(head), { ...head, members: 1 });
    }
    const places = new Map(files.map(({ at, read }) => [read.identity, at]));
    const known = await this.lookUp([...heads.values()], places);
    const isAlike = (head: HeadOfFile): boolean => {
      const { scan = false, accepted = false } = known.get(keyOf(head)) ?? {};
      return scan || accepted || (heads.get(keyOf(head))?.members ?? 0) > 1;
    };
    const digests = await Promise.all(files.map((file) => this.digestOf(file, isAlike)));
    const copies = await this.copiesOf(files, digests, known);
    return this.inOrder(files, digests, known, copies);
  }

  /**
   * What the ledger knows of each head, once every earlier file with one of them has its digest that can still be read. `places`: where the files
   * in hand lie, by identity; an earlier file may be one of them under a new name.
   */
  private async lookUp(heads: HeadOfFile[], places: ReadonlyMap<string, string>): Promise<Map<string, Known>> {
    const known = new Map<string, Known>();
    let open = heads;
    for (let look = 1; open.length > 0; look += 1) {
      const answers = await this.options.ledger.alike(this.options.before, open);
      const read = await Promise.all(answers.map(({ undigested }) => this.digestAll(undigested, places)));
      const digested = read.flatMap(({ noted }) => noted);
      if (digested.length > 0) await this.options.ledger.digested(digested);
      const again: HeadOfFile[] = [];
      for (const [index, head] of open.entries()) {
        const { scan = false, accepted = false } = answers[index] ?? {};
        const { noted = [], untold = new Set<CopyPlace>(), moving = false } = read[index] ?? {};
        known.set(keyOf(head), { scan, accepted, untold });
        if (noted.length > 0 || (moving && look < LOOKS)) again.push(head);
      }
      if (again.length > 0 && digested.length === 0) await sleep(BETWEEN_LOOKS_MS);
      open = again;
    }
    return known;
  }

  private async digestAll(
    files: EarlierFile[],
    places: ReadonlyMap<string, string>,
  ): Promise<{ noted: (FileKey & { digest: string })[]; untold: Set<CopyPlace>; moving: boolean }> {
    const noted: (FileKey & { digest: string })[] = [];
    const untold = new Set<CopyPlace>();
    let moving = false;
    for (const file of files) {
      const renamed = identitiesOf(file).flatMap((identity) => places.get(identity) ?? []);
      const read = await this.onDisk.digest(file, renamed);
      if (read.kind === 'digest') noted.push({ scan: file.scan, seq: file.seq, digest: read.digest });
      else {
        untold.add(file.scan === this.options.before.scan ? 'scan' : 'accepted');
        moving ||= read.kind === 'moving';
      }
    }
    return { noted, untold, moving };
  }

  /** Null where it is not needed, or the file is no longer what was read. */
  private async digestOf(file: FileToCompare, isAlike: (head: HeadOfFile) => boolean): Promise<string | null> {
    const { at, read } = file;
    const head = headOf(read);
    if (head === null) return null;
    if (read.facts.digest !== undefined) return read.facts.digest;
    // The head is all of it.
    if (read.size <= HEAD_OF_CONTENT) return head.head;
    if (!isAlike(head)) return null;
    const found = await digestAt(this.options.readers, this.options.roots.locate(at), [read.identity]);
    if (found.kind === 'broken-disk') throw new BrokenDisk(found.code, at);
    return found.kind === 'digest' ? found.digest : null;
  }

  /** By content; each content is asked for once. */
  private async copiesOf(
    files: FileToCompare[],
    digests: (string | null)[],
    known: Map<string, Known>,
  ): Promise<Map<string, CopiesOfFile>> {
    const contents = new Map<string, HeadOfFile & { digest: string }>();
    for (const [index, { read }] of files.entries()) {
      const head = headOf(read);
      const digest = digests[index] ?? null;
      if (head === null || digest === null) continue;
      const { scan = false, accepted = false } = known.get(keyOf(head)) ?? {};
      if (scan || accepted) contents.set(contentKey(head, digest), { ...head, digest });
    }
    const asked = [...contents];
    const answers = await this.options.ledger.copies(
      this.options.before,
      asked.map(([, content]) => content),
    );
    return new Map(asked.map(([key], index) => [key, answers[index] ?? { scan: [], accepted: [] }]));
  }

  private async inOrder(
    files: FileToCompare[],
    digests: (string | null)[],
    known: Map<string, Known>,
    copies: Map<string, CopiesOfFile>,
  ): Promise<ComparedFile[]> {
    const results: ComparedFile[] = [];
    const before = new Map<string, FileToCompare[]>();
    const heads = new Set<string>();
    const undigested = new Set<string>();
    for (const [index, file] of files.entries()) {
      const head = headOf(file.read);
      if (head === null) {
        // All empty files are the same, and that says nothing of them; of one that changed while it was read nothing is known.
        results.push({
          copyOf: file.read.size === 0 ? this.answer({ scan: null, accepted: null }) : {},
          content: null,
        });
        continue;
      }
      const digest = digests[index] ?? null;
      const { scan = false, accepted = false, untold = new Set<CopyPlace>() } = known.get(keyOf(head)) ?? {};
      const key = digest === null ? null : contentKey(head, digest);
      const recorded = key === null ? undefined : copies.get(key);
      const inHand = key === null ? [] : (before.get(key) ?? []);
      const unsure = {
        scan: untold.has('scan') || undigested.has(keyOf(head)) || (key === null && (scan || heads.has(keyOf(head)))),
        accepted: untold.has('accepted') || (key === null && accepted),
      };
      results.push({
        copyOf: this.answer({
          scan: (await this.firstInScan(file, recorded?.scan ?? [], inHand)) ?? (unsure.scan ? undefined : null),
          accepted: (await this.firstAccepted(file, recorded?.accepted ?? [])) ?? (unsure.accepted ? undefined : null),
        }),
        content: { head: head.head, digest },
      });
      heads.add(keyOf(head));
      if (key === null) undigested.add(keyOf(head));
      else before.set(key, [...inHand, file]);
    }
    return results;
  }

  /** Only the places that the profile compares, and none of which nothing could be told. */
  private answer(found: Record<CopyPlace, FirstCopy | null | undefined>): ComparedFile['copyOf'] {
    const { places } = this.options;
    return {
      ...(places.has('scan') && found.scan !== undefined ? { scan: found.scan } : {}),
      ...(places.has('accepted') && found.accepted !== undefined ? { accepted: found.accepted } : {}),
    };
  }

  private async firstInScan(
    file: FileToCompare,
    recorded: EarlierFile[],
    inHand: FileToCompare[],
  ): Promise<FirstCopy | null> {
    for (const earlier of recorded)
      if (!(await this.isItself(earlier, file))) return { path: earlier.path, scan: null };
    for (const { path, at, read } of inHand)
      // A hard link is there under both its names; a file that was renamed between two looks is not.
      if (read.identity !== file.read.identity || (await this.onDisk.isOneOf(at, [read.identity])))
        return { path, scan: null };
    return null;
  }

  private async firstAccepted(file: FileToCompare, recorded: EarlierFile[]): Promise<FirstCopy | null> {
    for (const earlier of recorded)
      if (earlier.destination !== file.at && !(await this.isItself(earlier, file)))
        return { path: earlier.path, scan: earlier.scan };
    return null;
  }

  /**
   * Whether the earlier file is the one in hand and no copy of it: its own row, where it is judged anew; or the same file under a new name, and
   * under none of its own names any more.
   */
  private async isItself(earlier: EarlierFile, { at, read }: FileToCompare): Promise<boolean> {
    if (earlier.scan === this.options.before.scan && `${earlier.directory}/${earlier.path}` === at) return true;
    if (read.identity !== (earlier.copyIdentity ?? earlier.identity)) return false;
    return !(await this.onDisk.liesElsewhere(earlier, at));
  }
}

function headOf({ size, head }: ReadFile): HeadOfFile | null {
  return head === undefined || size === 0 ? null : { size, head };
}

const contentKey = (head: HeadOfFile, digest: string): string => `${keyOf(head)} ${digest}`;
