import { HOLDER_COLUMNS, type HolderRow, holderOf } from '../holder-row';
import type { Holder } from '../ledger';
import type { Paused } from '../pause';
import { type Database } from './database';

/** Who places files, and who has which lease. */
export class Holders {
  /** Numbers are given for good, so what was read once stays true. */
  readonly #numbers = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly now: () => number,
  ) {}

  /** The number that stands for a holder's name in rows: names are long and rows are many. A transaction of its own. */
  async numberOf(name: string): Promise<number> {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const row = await this.database.write('durable', async (session) => {
      await session.run(`INSERT INTO holders (name) VALUES ($1) ON CONFLICT DO NOTHING`, name);
      return session.first<{ no: number }>(`SELECT no FROM holders WHERE name = $1`, name);
    });
    if (row === undefined) throw new Error('The ledger gave a holder no number');
    this.#numbers.set(name, row.no);
    return row.no;
  }

  lease(name: string, holder: string, milliseconds: number): Promise<boolean> {
    const now = this.now();
    return this.database.once(
      async (session) =>
        (await session.run(
          `INSERT INTO leases (name, holder, until) VALUES ($1, $2, $3)
           ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
           WHERE leases.holder = excluded.holder OR leases.until <= $4`,
          name,
          holder,
          now + milliseconds,
          now,
        )) > 0,
    );
  }

  beat(holder: string, held: number, paused: Paused | null): Promise<void> {
    return this.database.write('healing', async (session) => {
      await session.run(
        `INSERT INTO holders (${HOLDER_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (name) DO UPDATE SET held = excluded.held, seen_at = excluded.seen_at, paused_by = excluded.paused_by,
           paused_why = excluded.paused_why, paused_since = excluded.paused_since`,
        holder,
        held,
        this.now(),
        paused?.by ?? null,
        paused?.why ?? null,
        paused?.since ?? null,
      );
    });
  }

  leave(holder: string): Promise<void> {
    return this.database.write('durable', async (session) => {
      await session.run(`UPDATE holders SET held = NULL, seen_at = NULL WHERE name = $1`, holder);
      await session.run(`DELETE FROM leases WHERE holder = $1`, holder);
    });
  }

  async alive(): Promise<Holder[]> {
    const rows = await this.database.once((session) =>
      session.all<HolderRow>(`SELECT ${HOLDER_COLUMNS} FROM holders WHERE seen_at IS NOT NULL ORDER BY name`),
    );
    return rows.map(holderOf);
  }
}
