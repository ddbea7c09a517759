/** What was injected, and when: printed where something was lost, and counted. */
export class Timeline {
  readonly lines: string[] = [];
  readonly counts = new Map<string, number>();
  /** Kinds that this machine does not allow, with the reason. */
  readonly skipped = new Map<string, string>();
  private readonly began = Date.now();

  constructor(private readonly told: (line: string) => void) {}

  count(kind: string, times: number): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + times);
  }

  /** One fault more of this kind. */
  add(kind: string, what: string): void {
    this.count(kind, 1);
    this.note(`${kind}: ${what}`);
  }

  note(what: string): void {
    const line = `${((Date.now() - this.began) / 1000).toFixed(2).padStart(7)} s  ${what}`;
    this.lines.push(line);
    this.told(line);
  }

  skip(kind: string, why: string): void {
    this.skipped.set(kind, why);
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }
}
