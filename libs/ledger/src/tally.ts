import type { RecordedInspection } from './file';

/** What a summary counts; one row each in the ledger, so that reading it costs what its answer is long. */
export type TallyKind = 'finding' | 'media-type' | 'camera' | 'verdict' | 'code';

/** Sums up inspections, to be added to the ledger's tallies once a transaction. */
export class Tally {
  readonly #counts = new Map<string, { kind: TallyKind; key: string; count: number }>();

  /** Each finding's code and severity, media type and camera counts once a file, however often the file has it. */
  add(inspection: RecordedInspection): string[] {
    const { facts, findings, verdict } = inspection;
    this.#count('verdict', verdict);
    this.#count('media-type', facts.mediaType);
    const { make, model } = facts.camera ?? {};
    if (make !== undefined || model !== undefined) this.#count('camera', JSON.stringify([make ?? null, model ?? null]));
    if (findings.length === 0) return [];
    const codes = new Set(findings.map(({ code }) => code));
    for (const code of codes) this.#count('code', code);
    for (const key of new Set(findings.map(({ code, severity }) => JSON.stringify([code, severity])))) {
      this.#count('finding', key);
    }
    return [...codes];
  }

  counts(): IterableIterator<{ kind: TallyKind; key: string; count: number }> {
    return this.#counts.values();
  }

  #count(kind: TallyKind, key: string): void {
    const name = `${kind} ${key}`;
    const known = this.#counts.get(name);
    if (known === undefined) this.#counts.set(name, { kind, key, count: 1 });
    else known.count += 1;
  }
}
