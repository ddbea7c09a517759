import type { Created, IdempotencyKey } from '../ledger';
import type { ScanFolders } from '../overlap';
import type { NewScan, Scan, ScanState } from '../scan';
import { NEW_SCAN_COLUMNS, type ScanRow, newScanValues, overlapped, scanOf, shownScan } from '../scan-row';
import { type Completion } from './completion';
import { SCHEMA } from './schema';
import { type Session, type Value } from './session';

const KEY_LIFE = 24 * 3600_000;
const UNFINISHED = `state IN ('scheduled', 'queued', 'scanning', 'moving')`;

const REDRIVEN = `SELECT * FROM scans WHERE no IN (SELECT scan_no FROM files WHERE redriving = 1) ORDER BY no`;

/** Scans as such: made, voided, cancelled and listed. Each method runs inside a transaction of its caller. */
export class Scans {
  constructor(
    private readonly completion: Completion,
    private readonly now: () => number,
  ) {}

  async create(session: Session, scan: NewScan, key: IdempotencyKey | null): Promise<Created> {
    await this.alone(session);
    const now = this.now();
    const known = await this.find(session, scan.id);
    if (known !== null) return { kind: 'replayed', scan: known };
    if (key !== null) {
      await session.run(`DELETE FROM idempotency_keys WHERE created_at <= $1`, now - KEY_LIFE);
      const used = await this.madeWith(session, key);
      if (used !== null) return used;
    }
    const other = (await this.overlapping(session, scan)) ?? overlapped(scan, await session.all<ScanRow>(REDRIVEN));
    if (other !== null) return { kind: 'overlaps', scan: other };

    const row = await this.#insert(session, scan, now);
    const created = shownScan(row);
    const no = row?.no ?? 0;
    await session.run(`INSERT INTO walks (scan_no) VALUES ($1)`, no);
    await session.run(`INSERT INTO folders (scan_no, path) VALUES ($1, ''::bytea)`, no);
    if (key !== null) {
      await session.run(
        `INSERT INTO idempotency_keys (owner, key, body, scan_no, created_at) VALUES ($1, $2, $3, $4, $5)`,
        key.owner,
        key.key,
        key.body,
        no,
        now,
      );
    }
    return { kind: 'created', scan: created };
  }

  /** One at a time until the transaction ends: two that overlap must see each other. Before anything else is locked. */
  async alone(session: Session): Promise<void> {
    await session.run(`SELECT pg_advisory_xact_lock(hashtextextended('${SCHEMA} scans', 0))`);
  }

  /** Another scan that is unfinished and overlaps. */
  async overlapping(session: Session, scan: ScanFolders & { id: string }): Promise<Scan | null> {
    return overlapped(scan, await session.all<ScanRow>(`SELECT * FROM scans WHERE ${UNFINISHED} ORDER BY no`));
  }

  async madeWith(session: Session, key: IdempotencyKey): Promise<Created | null> {
    const used = await session.first<{ body: string; scan_no: number }>(
      `SELECT body, scan_no FROM idempotency_keys WHERE owner = $1 AND key = $2 AND created_at > $3`,
      key.owner,
      key.key,
      this.now() - KEY_LIFE,
    );
    const made = used && scanOf(await session.first<ScanRow>(`SELECT * FROM scans WHERE no = $1`, used.scan_no));
    if (!made) return null;
    return used.body === key.body ? { kind: 'replayed', scan: made } : { kind: 'key-reused' };
  }

  #insert(session: Session, scan: NewScan, now: number): Promise<ScanRow | undefined> {
    const values = newScanValues(scan, now);
    const places = values.map((_, at) => `$${at + 1}`).join(', ');
    return session.first<ScanRow>(`INSERT INTO scans (${NEW_SCAN_COLUMNS}) VALUES (${places}) RETURNING *`, ...values);
  }

  async announce(session: Session, id: string): Promise<void> {
    await session.run(`UPDATE scans SET announced_at = $1 WHERE id = $2 AND announced_at IS NULL`, this.now(), id);
  }

  async void(session: Session, id: string): Promise<boolean> {
    const row = await session.first<ScanRow>(`SELECT * FROM scans WHERE id = $1 FOR UPDATE`, id);
    if (row === undefined) return true;
    if (row.epoch > 0) return false;
    await session.run(`DELETE FROM idempotency_keys WHERE scan_no = $1`, row.no);
    await session.run(`UPDATE scans SET state = 'void' WHERE no = $1`, row.no);
    return true;
  }

  async complete(session: Session, id: string): Promise<void> {
    const row = await session.first<{ no: number }>(`SELECT no FROM scans WHERE id = $1`, id);
    if (row !== undefined) await this.completion.complete(session, row.no);
  }

  async find(session: Session, id: string): Promise<Scan | null> {
    return scanOf(await session.first<ScanRow>(`SELECT * FROM scans WHERE id = $1`, id));
  }

  async list(
    session: Session,
    filter: { state?: ScanState; label?: string; limit: number; cursor?: string },
  ): Promise<Scan[]> {
    const conditions = [`state <> 'void'`];
    const values: Value[] = [];
    const place = (value: Value) => `$${values.push(value)}`;
    if (filter.state !== undefined) conditions.push(`state = ${place(filter.state)}`);
    if (filter.label !== undefined) conditions.push(`label = ${place(filter.label)}`);
    if (filter.cursor !== undefined) conditions.push(`no < (SELECT no FROM scans WHERE id = ${place(filter.cursor)})`);
    const rows = await session.all<ScanRow>(
      `SELECT * FROM scans WHERE ${conditions.join(' AND ')} ORDER BY no DESC LIMIT ${place(filter.limit)}`,
      ...values,
    );
    return rows.map(shownScan);
  }

  async cancel(session: Session, id: string, by: string | null): Promise<Scan | null> {
    const cancelled = await session.first<{ no: number }>(
      `UPDATE scans SET state = 'moving', cancel_requested_at = $2, cancel_requested_by = $3,
         walk_ended_at = coalesce(walk_ended_at, $2)
       WHERE id = $1 AND cancel_requested_at IS NULL AND ${UNFINISHED} RETURNING no`,
      id,
      this.now(),
      by,
    );
    if (cancelled !== undefined) await this.completion.complete(session, cancelled.no);
    return this.find(session, id);
  }
}
