/** Rows to a span: few enough to look through, many enough that the spans of 1,000,000 rows are few. */
export const SPAN = 512;

/** The lowest and highest path of each run of {@link SPAN} numbers, gathered over one batch. */
export class Spans {
  readonly #spans = new Map<number, { low: Buffer; high: Buffer }>();

  add(seq: number, path: Buffer): void {
    const span = Math.floor(seq / SPAN);
    const known = this.#spans.get(span);
    if (known === undefined) this.#spans.set(span, { low: path, high: path });
    else if (path.compare(known.low) < 0) known.low = path;
    else if (path.compare(known.high) > 0) known.high = path;
  }

  *all(): Generator<{ span: number; low: Buffer; high: Buffer }> {
    for (const [span, { low, high }] of this.#spans) yield { span, low, high };
  }
}
