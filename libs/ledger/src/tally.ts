import type { RecordedInspection } from './file';

/** What a summary counts; one row each in the ledger, so that reading it costs what its answer is long. */
export type TallyKind = 'finding' | 'media-type' | 'camera' | 'verdict' | 'code' | 'dead-letter';

/** Sums up inspections, to be added to the ledger's tallies once a transaction. */
export class Tally {
  readonly #counts = new Map<string, { kind: TallyKind; key: string; count: number }>();

  /** Each finding's code and severity, media type and camera counts once a file, however often the file has it. Returns the codes. */
  add(inspection: RecordedInspection): string[] {
    return this.#sum(inspection, 1);
  }

  /** Takes off what {@link add} added of an inspection that another replaces. */
  remove(inspection: RecordedInspection): void {
    this.#sum(inspection, -1);
  }

  counts(): IterableIterator<{ kind: TallyKind; key: string; count: number }> {
    return this.#counts.values();
  }

  #sum({ facts, findings, verdict }: RecordedInspection, by: 1 | -1): string[] {
    this.#count('verdict', verdict, by);
    this.#count('media-type', facts.mediaType, by);
    const { make, model } = facts.camera ?? {};
    if (make !== undefined || model !== undefined)
      this.#count('camera', JSON.stringify([make ?? null, model ?? null]), by);
    if (findings.length === 0) return [];
    const codes = new Set(findings.map(({ code }) => code));
    for (const code of codes) this.#count('code', code, by);
    for (const key of new Set(findings.map(({ code, severity }) => JSON.stringify([code, severity])))) {
      this.#count('finding', key, by);
    }
    return [...codes];
  }

  #count(kind: TallyKind, key: string, by: 1 | -1): void {
    const name = `${kind} ${key}`;
    const known = this.#counts.get(name);
    if (known === undefined) this.#counts.set(name, { kind, key, count: by });
    else known.count += by;
  }
}
