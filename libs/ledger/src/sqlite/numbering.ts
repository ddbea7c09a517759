import { numbered } from '@assay/inspection';
import type { Statement } from 'better-sqlite3';
import { toBytes } from '../exact-text';
import { type Connection } from './connection';

/**
 * Gives out the numbered variants of destinations. The last number given is kept for each destination, so that the
 * 100,000th file of one name costs what the second did. Runs inside a transaction of its caller.
 */
export class Numbering {
  readonly #last: Statement<[number, Buffer], { last: number }>;
  readonly #keep: Statement<[number, Buffer, number]>;
  readonly #taker: Statement<[number, Buffer], { seq: number }>;

  constructor({ db }: Connection) {
    this.#last = db.prepare(`SELECT last FROM numberings WHERE scan_no = ? AND base = ?`);
    this.#keep = db.prepare(
      `INSERT INTO numberings (scan_no, base, last) VALUES (?, ?, ?)
       ON CONFLICT (scan_no, base) DO UPDATE SET last = excluded.last`,
    );
    this.#taker = db.prepare(`SELECT seq FROM files WHERE scan_no = ? AND destination = ? AND reserved = 1`);
  }

  /** The next variant of `base` that no row of the scan plans; never the same one twice. */
  next(scan: number, base: string): string {
    const key = toBytes(base);
    let n = this.#last.get(scan, key)?.last ?? 1;
    let variant: string;
    do {
      n += 1;
      variant = numbered(base, n);
    } while (this.#taker.get(scan, toBytes(variant)) !== undefined);
    this.#keep.run(scan, key, n);
    return variant;
  }

  /** The row that plans the destination; undefined where none does. */
  takerOf(scan: number, destination: string): number | undefined {
    return this.#taker.get(scan, toBytes(destination))?.seq;
  }

  /** The row that plans the destination. Throws where none does. */
  taker(scan: number, destination: string): number {
    const seq = this.takerOf(scan, destination);
    if (seq === undefined) throw new Error('No row plans a destination that was refused as planned');
    return seq;
  }
}
