import type { Statement } from 'better-sqlite3';
import {
  type AlikeFiles,
  type CopiesOfFile,
  type EarlierFiles,
  type HeadOfFile,
  MOST_COPIES,
  MOST_UNDIGESTED,
  type RecordedContent,
} from '../content';
import {
  EARLIER_COLUMNS,
  type EarlierRow,
  IS_OF_CONTENT,
  OF_CONTENT,
  boundsOf,
  digestBytes,
  earlierFile,
  wasAccepted,
} from '../content-row';
import type { FileKey } from '../file';
import { type Connection } from './connection';

interface Asked {
  no: number;
  by: number;
  size: number;
  head: Buffer;
}

/** By the bytes, and never by the scan: of the two indexes that would serve, the other reads a whole scan. */
const ALIKE = `contents AS c INDEXED BY contents_by_bytes`;
const SAME_HEAD = `c.size = @size AND c.head = @head`;
const ACCEPTED = wasAccepted('@no', '@by');

/** What files hold, for those that are compared. Each method runs inside a transaction of its caller. */
export class Contents {
  readonly #no: Statement<[string], { no: number }>;
  readonly #insert: Statement<[number, number, number, Buffer, Buffer | null]>;
  readonly #inScan: Statement<[Asked]>;
  readonly #accepted: Statement<[Asked]>;
  readonly #undigested: Statement<[Asked], EarlierRow>;
  readonly #copiesInScan: Statement<[Asked & { digest: Buffer }], EarlierRow>;
  readonly #copiesAccepted: Statement<[Asked & { digest: Buffer }], EarlierRow>;
  readonly #forget: Statement<[number, number]>;
  readonly #digest: Statement<[Buffer, string, number]>;

  constructor({ db }: Connection) {
    this.#no = db.prepare(`SELECT no FROM scans WHERE id = ? AND state <> 'void'`);
    this.#insert = db.prepare(`INSERT INTO contents (scan_no, seq, size, head, digest) VALUES (?, ?, ?, ?, ?)`);
    this.#forget = db.prepare(`DELETE FROM contents WHERE scan_no = ? AND seq = ?`);
    this.#inScan = db.prepare(`SELECT 1 FROM ${ALIKE} WHERE ${SAME_HEAD} AND c.scan_no = @no LIMIT 1`);
    this.#accepted = db.prepare(
      `SELECT 1 FROM ${ALIKE} ${OF_CONTENT} WHERE ${SAME_HEAD} AND ${IS_OF_CONTENT} AND ${ACCEPTED} LIMIT 1`,
    );
    this.#undigested = db.prepare(
      `SELECT ${EARLIER_COLUMNS} FROM ${ALIKE} ${OF_CONTENT}
       WHERE ${SAME_HEAD} AND c.digest IS NULL AND ${IS_OF_CONTENT} AND (c.scan_no = @no OR (${ACCEPTED}))
       ORDER BY c.scan_no, c.seq LIMIT ${MOST_UNDIGESTED}`,
    );
    const copies = (which: string) =>
      `SELECT ${EARLIER_COLUMNS} FROM ${ALIKE} ${OF_CONTENT}
       WHERE ${SAME_HEAD} AND c.digest = @digest AND ${IS_OF_CONTENT} AND ${which}
       ORDER BY c.scan_no, c.seq LIMIT ${MOST_COPIES}`;
    this.#copiesInScan = db.prepare(copies('c.scan_no = @no'));
    this.#copiesAccepted = db.prepare(copies(ACCEPTED));
    this.#digest = db.prepare(
      `UPDATE contents SET digest = ? WHERE scan_no = (SELECT no FROM scans WHERE id = ?) AND seq = ? AND digest IS NULL`,
    );
  }

  insert(scan: number, seq: number, size: number, { head, digest }: RecordedContent): void {
    this.#insert.run(scan, seq, size, digestBytes(head), digest === null ? null : digestBytes(digest));
  }

  /** What a row that was judged anew holds now; null where that is not known. */
  replace(scan: number, seq: number, size: number | null, content: RecordedContent | null): void {
    this.#forget.run(scan, seq);
    if (content !== null && size !== null) this.insert(scan, seq, size, content);
  }

  alike(before: EarlierFiles, heads: HeadOfFile[]): AlikeFiles[] {
    const bounds = this.#bounds(before);
    return heads.map(({ size, head }) => {
      const asked = { ...bounds, size, head: digestBytes(head) };
      const scan = this.#inScan.get(asked) !== undefined;
      const accepted = this.#accepted.get(asked) !== undefined;
      return {
        scan,
        accepted,
        undigested: scan || accepted ? this.#undigested.all(asked).map(earlierFile) : [],
      };
    });
  }

  copies(before: EarlierFiles, contents: (HeadOfFile & { digest: string })[]): CopiesOfFile[] {
    const bounds = this.#bounds(before);
    return contents.map(({ size, head, digest }) => {
      const asked = { ...bounds, size, head: digestBytes(head), digest: digestBytes(digest) };
      return {
        scan: this.#copiesInScan.all(asked).map(earlierFile),
        accepted: this.#copiesAccepted.all(asked).map(earlierFile),
      };
    });
  }

  digested(digests: (FileKey & { digest: string })[]): void {
    for (const { scan, seq, digest } of digests) this.#digest.run(digestBytes(digest), scan, seq);
  }

  #bounds(before: EarlierFiles): { no: number; by: number } {
    return boundsOf(before, before.scan === null ? undefined : this.#no.get(before.scan)?.no);
  }
}
