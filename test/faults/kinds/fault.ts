import type { Random } from '../random';
import type { Kind } from '../schedule';
import type { Scene } from '../scene';

/** A kind of fault that can be injected. */
export interface Fault extends Kind {
  /**
   * Injects one and resolves when it is over: what was done, for the timeline; null where it can't be done just now. All its choices come from
   * `random`.
   */
  act(scene: Scene, random: Random): Promise<string | null>;
}
