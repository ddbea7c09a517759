import { numbered } from '@assay/inspection';
import { fromBytes, toBytes } from '../exact-text';
import { digestOf } from './digest';
import { type Session } from './session';

/** Variants that are looked up at once: few at first, more where one name is met often. */
const FIRST_LOOK = 4;
const LONGEST_LOOK = 512;

/**
 * The destinations that rows of one scan plan, as one transaction sees and adds to them, and the numbered variants that it gives out.
 * The last number given is kept for each destination, so that the 100,000th file of one name costs what the second did; whoever numbers
 * a destination holds its row until the transaction ends. That nobody takes a name meanwhile is for the constraint to say.
 */
export class Destinations {
  readonly #takers = new Map<string, number>();
  readonly #lasts = new Map<string, number>();
  readonly #looked = new Map<string, { upTo: number; step: number }>();

  constructor(
    private readonly session: Session,
    private readonly scan: number,
  ) {}

  /** Learns which of these are taken. */
  async look(destinations: string[]): Promise<void> {
    if (destinations.length === 0) return;
    const rows = await this.session.all<{ destination: Buffer; seq: number }>(
      `SELECT f.destination, f.seq FROM unnest($2::bytea[]) AS k (digest) CROSS JOIN LATERAL (
         SELECT destination, seq FROM files WHERE scan_no = $1 AND sha256(destination) = k.digest AND reserved = 1 LIMIT 1) AS f`,
      this.scan,
      destinations.map((destination) => digestOf(toBytes(destination))),
    );
    for (const { destination, seq } of rows) this.#takers.set(fromBytes(destination), seq);
  }

  /** The row that plans it, among those looked at and taken here. */
  taker(destination: string): number | undefined {
    return this.#takers.get(destination);
  }

  take(destination: string, seq: number): void {
    this.#takers.set(destination, seq);
  }

  /** The next variant of `base` that no row of the scan plans; never the same one twice. */
  async number(base: string): Promise<string> {
    let n = this.#lasts.get(base) ?? (await this.#lock(base));
    let variant: string;
    do {
      n += 1;
      await this.#lookAhead(base, n);
      variant = numbered(base, n);
    } while (this.#takers.has(variant));
    this.#lasts.set(base, n);
    return variant;
  }

  /** Writes down the numbers given; before the rows that have them. */
  async keep(): Promise<void> {
    if (this.#lasts.size === 0) return;
    const kept = [...this.#lasts];
    await this.session.run(
      `UPDATE numberings SET last = n.last FROM unnest($2::bytea[], $3::bigint[]) AS n (digest, last)
       WHERE scan_no = $1 AND numberings.digest = n.digest`,
      this.scan,
      kept.map(([base]) => digestOf(toBytes(base))),
      kept.map(([, last]) => last),
    );
  }

  /** An update that changes nothing locks the row, made where it is missing. */
  async #lock(base: string): Promise<number> {
    const row = await this.session.first<{ last: number }>(
      `INSERT INTO numberings (scan_no, digest, last) VALUES ($1, $2, 1)
       ON CONFLICT (scan_no, digest) DO UPDATE SET last = numberings.last RETURNING last`,
      this.scan,
      digestOf(toBytes(base)),
    );
    return row?.last ?? 1;
  }

  async #lookAhead(base: string, n: number): Promise<void> {
    const { upTo, step } = this.#looked.get(base) ?? { upTo: n - 1, step: FIRST_LOOK };
    if (n <= upTo) return;
    await this.look(Array.from({ length: step }, (_, at) => numbered(base, n + at)));
    this.#looked.set(base, { upTo: n + step - 1, step: Math.min(2 * step, LONGEST_LOOK) });
  }
}
