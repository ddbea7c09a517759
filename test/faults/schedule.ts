import { Random } from './random';

/** A kind of fault, as a schedule needs to know it. */
export interface Kind {
  name: string;
  /** It takes the broker, the ledger or a disk away for seconds: once in two passes, so that there is work to disturb in between. */
  heavy: boolean;
}

export interface Planned {
  /** Milliseconds after the beginning. */
  at: number;
  kind: string;
  /** Of the stream from which this fault makes its choices. */
  seed: number;
}

/** Mean distance of two faults. */
const GAP_MS = 800;

/**
 * What happens when, from a seed alone. In passes: each has every light kind once and half of the heavy ones, in an order of its own, so that
 * every kind comes again and again however short the run is.
 */
export function schedule(seed: number, milliseconds: number, kinds: readonly Kind[]): Planned[] {
  const random = new Random(seed);
  const heavy = random.shuffled(kinds.filter((kind) => kind.heavy));
  const light = kinds.filter((kind) => !kind.heavy);
  const planned: Planned[] = [];
  for (let at = 0, pass = 0; ; pass += 1) {
    const half = heavy.filter((_, index) => index % 2 === pass % 2);
    for (const { name } of random.shuffled([...light, ...half])) {
      at += random.between(GAP_MS / 2, (3 * GAP_MS) / 2);
      if (at > milliseconds) return planned;
      planned.push({ at, kind: name, seed: random.seed() });
    }
  }
}
