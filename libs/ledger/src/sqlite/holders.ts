import type { Statement } from 'better-sqlite3';
import { HOLDER_COLUMNS, type HolderRow, holderOf } from '../holder-row';
import type { Holder } from '../ledger';
import type { Paused } from '../pause';
import { type Connection } from './connection';

/** Who places files, and who has which lease. Each method runs inside a transaction of its caller. */
export class Holders {
  readonly #no: Statement<[string], { no: number }>;
  readonly #add: Statement<[string], { no: number }>;
  readonly #beat: Statement<[HolderRow]>;
  readonly #leave: Statement<[string]>;
  readonly #drop: Statement<[string]>;
  readonly #alive: Statement<[], HolderRow>;
  readonly #lease: Statement<[{ name: string; holder: string; now: number; until: number }]>;

  constructor(
    { db }: Connection,
    private readonly now: () => number,
  ) {
    this.#no = db.prepare(`SELECT no FROM holders WHERE name = ?`);
    this.#add = db.prepare(`INSERT INTO holders (name) VALUES (?) RETURNING no`);
    this.#beat = db.prepare(
      `INSERT INTO holders (${HOLDER_COLUMNS}) VALUES (@name, @held, @seen_at, @paused_by, @paused_why, @paused_since)
       ON CONFLICT (name) DO UPDATE SET held = excluded.held, seen_at = excluded.seen_at, paused_by = excluded.paused_by,
         paused_why = excluded.paused_why, paused_since = excluded.paused_since`,
    );
    this.#leave = db.prepare(`UPDATE holders SET held = NULL, seen_at = NULL WHERE name = ?`);
    this.#drop = db.prepare(`DELETE FROM leases WHERE holder = ?`);
    this.#alive = db.prepare(`SELECT ${HOLDER_COLUMNS} FROM holders WHERE seen_at IS NOT NULL ORDER BY name`);
    this.#lease = db.prepare(
      `INSERT INTO leases (name, holder, until) VALUES (@name, @holder, @until)
       ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
       WHERE leases.holder = excluded.holder OR leases.until <= @now`,
    );
  }

  /** The number that stands for a holder's name in rows: names are long and rows are many. */
  numberOf(name: string): number {
    const row = this.#no.get(name) ?? this.#add.get(name);
    if (row === undefined) throw new Error('The ledger gave a holder no number');
    return row.no;
  }

  lease(name: string, holder: string, milliseconds: number): boolean {
    const now = this.now();
    return this.#lease.run({ name, holder, now, until: now + milliseconds }).changes > 0;
  }

  beat(name: string, held: number, paused: Paused | null): void {
    const { by = null, why = null, since = null } = paused ?? {};
    this.#beat.run({ name, held, seen_at: this.now(), paused_by: by, paused_why: why, paused_since: since });
  }

  leave(holder: string): void {
    this.#leave.run(holder);
    this.#drop.run(holder);
  }

  alive(): Holder[] {
    return this.#alive.all().map(holderOf);
  }
}
