import type { Statement } from 'better-sqlite3';
import type { Created, IdempotencyKey } from '../ledger';
import type { ScanFolders } from '../overlap';
import type { NewScan, Scan, ScanState } from '../scan';
import { NEW_SCAN_COLUMNS, type ScanRow, newScanValues, overlapped, scanOf, shownScan } from '../scan-row';
import { type Completion } from './completion';
import { type Connection } from './connection';

const KEY_LIFE = 24 * 3600_000;
const UNFINISHED = `state IN ('scheduled', 'queued', 'scanning', 'moving')`;

/** Scans as such: made, voided, cancelled and listed. Each method runs inside a transaction of its caller. */
export class Scans {
  readonly #byId: Statement<[string], ScanRow>;
  readonly #byNo: Statement<[number], ScanRow>;
  readonly #unfinished: Statement<[], ScanRow>;
  readonly #redriven: Statement<[], ScanRow>;
  readonly #insert: Statement<unknown[]>;
  readonly #insertRoot: Statement<[number]>;
  readonly #key: Statement<[string, string, number], { body: string; scan_no: number }>;
  readonly #insertKey: Statement<[string, string, string, number, number]>;
  readonly #forgetKeys: Statement<[number]>;
  readonly #forgetKeysOf: Statement<[number]>;
  readonly #announce: Statement<[number, string]>;
  readonly #void: Statement<[string]>;
  readonly #cancel: Statement<[{ no: number; now: number; by: string | null }]>;

  constructor(
    private readonly connection: Connection,
    private readonly completion: Completion,
    private readonly now: () => number,
  ) {
    const { db } = connection;
    this.#byId = db.prepare(`SELECT * FROM scans WHERE id = ?`);
    this.#byNo = db.prepare(`SELECT * FROM scans WHERE no = ?`);
    this.#unfinished = db.prepare(`SELECT * FROM scans WHERE ${UNFINISHED} ORDER BY no`);
    this.#redriven = db.prepare(
      `SELECT * FROM scans WHERE no IN (SELECT scan_no FROM files INDEXED BY files_redriving WHERE redriving = 1) ORDER BY no`,
    );
    this.#insert = db.prepare(
      `INSERT INTO scans (${NEW_SCAN_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#insertRoot = db.prepare(`INSERT INTO folders (scan_no, path) VALUES (?, x'')`);
    this.#key = db.prepare(`SELECT body, scan_no FROM idempotency_keys WHERE owner = ? AND key = ? AND created_at > ?`);
    this.#insertKey = db.prepare(
      `INSERT INTO idempotency_keys (owner, key, body, scan_no, created_at) VALUES (?, ?, ?, ?, ?)`,
    );
    this.#forgetKeys = db.prepare(`DELETE FROM idempotency_keys WHERE created_at <= ?`);
    this.#forgetKeysOf = db.prepare(`DELETE FROM idempotency_keys WHERE scan_no = ?`);
    this.#announce = db.prepare(`UPDATE scans SET announced_at = ? WHERE id = ? AND announced_at IS NULL`);
    this.#void = db.prepare(`UPDATE scans SET state = 'void' WHERE id = ? AND epoch = 0`);
    this.#cancel = db.prepare(
      `UPDATE scans SET state = 'moving', cancel_requested_at = @now, cancel_requested_by = @by,
         walk_ended_at = coalesce(walk_ended_at, @now)
       WHERE no = @no AND cancel_requested_at IS NULL AND ${UNFINISHED}`,
    );
  }

  create(scan: NewScan, key: IdempotencyKey | null): Created {
    const now = this.now();
    const known = this.find(scan.id);
    if (known !== null) return { kind: 'replayed', scan: known };
    if (key !== null) {
      this.#forgetKeys.run(now - KEY_LIFE);
      const made = this.madeWith(key);
      if (made !== null) return made;
    }
    const other = this.overlapping(scan) ?? overlapped(scan, this.#redriven.all());
    if (other !== null) return { kind: 'overlaps', scan: other };

    const inserted = this.#insert.run(...newScanValues(scan, now));
    const no = Number(inserted.lastInsertRowid);
    this.#insertRoot.run(no);
    if (key !== null) this.#insertKey.run(key.owner, key.key, key.body, no, now);
    return { kind: 'created', scan: shownScan(this.#byNo.get(no)) };
  }

  /** Another scan that is unfinished and overlaps. */
  overlapping(scan: ScanFolders & { id: string }): Scan | null {
    return overlapped(scan, this.#unfinished.all());
  }

  madeWith(key: IdempotencyKey): Created | null {
    const used = this.#key.get(key.owner, key.key, this.now() - KEY_LIFE);
    const made = used && scanOf(this.#byNo.get(used.scan_no));
    if (!made) return null;
    return used.body === key.body ? { kind: 'replayed', scan: made } : { kind: 'key-reused' };
  }

  announce(id: string): void {
    this.#announce.run(this.now(), id);
  }

  void(id: string): boolean {
    const row = this.#byId.get(id);
    if (row === undefined) return true;
    if (row.epoch > 0) return false;
    this.#forgetKeysOf.run(row.no);
    this.#void.run(id);
    return true;
  }

  complete(id: string): void {
    const row = this.#byId.get(id);
    if (row !== undefined) this.completion.complete(row.no);
  }

  find(id: string): Scan | null {
    return scanOf(this.#byId.get(id));
  }

  list(filter: { state?: ScanState; label?: string; limit: number; cursor?: string }): Scan[] {
    const conditions = [`state <> 'void'`];
    const values: (string | number)[] = [];
    if (filter.state !== undefined) {
      conditions.push('state = ?');
      values.push(filter.state);
    }
    if (filter.label !== undefined) {
      conditions.push('label = ?');
      values.push(filter.label);
    }
    if (filter.cursor !== undefined) {
      conditions.push('no < (SELECT no FROM scans WHERE id = ?)');
      values.push(filter.cursor);
    }
    return this.connection.db
      .prepare<unknown[], ScanRow>(`SELECT * FROM scans WHERE ${conditions.join(' AND ')} ORDER BY no DESC LIMIT ?`)
      .all(...values, filter.limit)
      .map(shownScan);
  }

  cancel(id: string, by: string | null): Scan | null {
    const row = this.#byId.get(id);
    if (row === undefined || row.state === 'void') return null;
    if (this.#cancel.run({ no: row.no, now: this.now(), by }).changes > 0) this.completion.complete(row.no);
    return this.find(id);
  }
}
