/** One thing that can happen next. */
export interface Step<State> {
  label: string;
  /** Steps of the world may happen or not; those of the system must all be done before it is at rest. */
  by: 'system' | 'world';
  /** Changes the state that it is given: a copy of the one in which it was found possible. */
  act: (state: State) => void;
}

/** A system and the world around it, as states and steps. */
export interface Model<State> {
  initial: State;
  copy(state: State): State;
  /** Equal for states that behave alike, whoever is who in them. */
  key(state: State): string;
  steps(state: State): Step<State>[];
  /** What is wrong at this moment, or null. */
  broken(state: State): string | null;
  /** What is wrong where the system has nothing left to do, or null. */
  brokenAtRest(state: State): string | null;
}

export interface Violation {
  what: string;
  /** The labels of the steps that led there, the first first. */
  way: string[];
}

export interface Exploration {
  states: number;
  /** States in which the system has nothing left to do. */
  rests: number;
  violation: Violation | null;
}

interface Visit<State> {
  state: State;
  label: string;
  from: Visit<State> | null;
}

function wayTo<State>(visit: Visit<State>): string[] {
  const way: string[] = [];
  for (let at: Visit<State> | null = visit; at.from; at = at.from) way.unshift(at.label);
  return way;
}

/**
 * Tries every order of steps, each state once, and ends at the violation with the shortest way to it. Throws where there are more states than
 * `most`: a model whose steps never come to an end has to say so in {@link Model.broken}.
 */
export function explore<State>(model: Model<State>, most = 2_000_000): Exploration {
  const seen = new Set([model.key(model.initial)]);
  const visits: Visit<State>[] = [{ state: model.initial, label: '', from: null }];
  let rests = 0;
  for (let next = 0; next < visits.length; next += 1) {
    const visit = visits[next] as Visit<State>;
    const steps = model.steps(visit.state);
    const rest = !steps.some(({ by }) => by === 'system');
    if (rest) rests += 1;
    const what = model.broken(visit.state) ?? (rest ? model.brokenAtRest(visit.state) : null);
    if (what !== null) return { states: seen.size, rests, violation: { what, way: wayTo(visit) } };
    for (const { label, act } of steps) {
      const state = model.copy(visit.state);
      act(state);
      const key = model.key(state);
      if (seen.has(key)) continue;
      if (seen.size >= most) throw new Error(`The model has more than ${most} states`);
      seen.add(key);
      visits.push({ state, label, from: visit });
    }
  }
  return { states: seen.size, rests, violation: null };
}
