import { disown } from './files';
import type { Model, Step } from './explore';
import { brokenAtRest, brokenNow } from './promise';
import { Placing, isWorkedOn } from './placing-steps';
import {
  type Holder,
  type Row,
  type Setting,
  type State,
  bytesOf,
  copyState,
  destination,
  initialState,
  keyOf,
  source,
} from './placing-state';

const fresh = (who: Holder['who'], row: number, delayed: boolean): Holder => ({
  who,
  at: 'claim',
  row,
  attempt: 0,
  delayed,
  owed: who === 'subscriber',
  number: 0,
  recorded: '',
  earlier: 0,
  found: '',
  staged: false,
  copied: '',
  untidy: false,
  placedAsCopy: false,
  result: '',
  namesLeft: false,
  wasOpen: true,
  secondLook: false,
  alone: who === 'sweep',
});

/** Placing of recorded rows by several subscribers and the sweep, in a world that crashes, writes, removes and cancels. */
export class PlacingModel implements Model<State> {
  readonly initial: State;
  private readonly placing: Placing;

  constructor(private readonly setting: Setting) {
    this.initial = initialState(setting);
    this.placing = new Placing(setting);
  }

  copy = copyState;
  key = keyOf;
  broken = brokenNow;

  brokenAtRest(state: State): string | null {
    return brokenAtRest(state);
  }

  steps(state: State): Step<State>[] {
    return [...this.deliveries(state), ...this.work(state), ...this.sweep(state), ...this.world(state)];
  }

  private deliveries(state: State): Step<State>[] {
    if (state.holders.filter(({ who }) => who === 'subscriber').length >= this.setting.subscribers) return [];
    return state.ready.map(({ row, delayed }, index) => ({
      label: `a subscriber takes the message of ${row}${delayed ? ', delayed' : ''}`,
      by: 'system',
      act: (next) => {
        next.ready.splice(index, 1);
        next.holders.push(fresh('subscriber', row, delayed));
      },
    }));
  }

  private work(state: State): Step<State>[] {
    return state.holders.map(({ who, row, attempt, at }, index) => ({
      label: `${who}, row ${row}, attempt ${attempt}: ${at}`,
      by: 'system',
      act: (next) => {
        const holder = next.holders[index] as Holder;
        if (holder.at !== 'ack') this.placing.step(next, holder);
        else next.holders.splice(index, 1);
      },
    }));
  }

  private sweep(state: State): Step<State>[] {
    const { rows, holders, ready, cancelled, left } = state;
    const steps: Step<State>[] = [];
    const has = (clause: Setting['without']): boolean => this.setting.without !== clause;
    for (const [index, row] of rows.entries()) {
      const closed = cancelled || row.outcome !== 'pending';
      // Whoever is at work on the row, or may be, is left to come to an end first.
      const attempts = row.held && !row.released ? [row.attempt, ...row.superseded] : row.superseded;
      const slow = attempts.some((attempt) => isWorkedOn(state, index, attempt));
      const mayClaim = closed && (row.held || row.superseded.length > 0) && (!slow || left.stalls > 0);
      if (mayClaim && has('sweep resolves') && !holders.some(({ who }) => who === 'sweep'))
        steps.push({
          label: `sweep claims row ${index}${slow ? ', whose holder is only slow' : ''}`,
          by: slow ? 'world' : 'system',
          act: (next) => {
            const holder = fresh('sweep', index, true);
            if (slow) next.left.stalls -= 1;
            next.holders.push(holder);
            this.placing.take(holder, next.rows[index] as Row);
          },
        });
      const lost = row.outcome === 'pending' && !cancelled && ready.length === 0 && holders.length === 0;
      if (lost && has('sweep publishes'))
        steps.push({
          label: `sweep publishes row ${index} again`,
          by: 'system',
          act: (next) => {
            next.ready.push({ row: index, delayed: false });
          },
        });
    }
    return steps;
  }

  private world(state: State): Step<State>[] {
    return [...this.deaths(state), ...this.neighbours(state), ...this.operator(state)];
  }

  private deaths({ holders, left }: State): Step<State>[] {
    const steps: Step<State>[] = [];
    for (const [index, { who, row, delayed, owed, at }] of holders.entries()) {
      if (left.crashes > 0)
        steps.push({
          label: `the ${who} with row ${row} dies before: ${at}`,
          by: 'world',
          act: (next) => {
            next.left.crashes -= 1;
            next.holders.splice(index, 1);
            if (owed) next.ready.push({ row, delayed });
          },
        });
      if (left.redeliveries > 0 && owed)
        steps.push({
          label: `the message of ${row} comes again while its subscriber goes on`,
          by: 'world',
          act: (next) => {
            next.left.redeliveries -= 1;
            (next.holders[index] as Holder).owed = false;
            next.ready.push({ row, delayed });
          },
        });
    }
    return steps;
  }

  /** Suppliers and strangers. Files are alike: they meddle with the first. */
  private neighbours({ names, left }: State): Step<State>[] {
    const steps: Step<State>[] = [];
    const at = source(0);
    if (left.writes > 0)
      steps.push({
        label: `a supplier writes a new file under ${at}`,
        by: 'world',
        act: (next) => {
          const before = next.names[at];
          next.names[at] = `new${left.writes}`;
          next.owed.push(`new${left.writes}`);
          next.left.writes -= 1;
          disown(next, before);
        },
      });
    const there = names[at];
    if (left.changes > 0 && there !== undefined)
      steps.push({
        label: `a supplier changes ${at} in place`,
        by: 'world',
        act: (next) => {
          next.left.changes -= 1;
          for (const [name, content] of Object.entries(next.names))
            if (content === there) next.names[name] = `${bytesOf(there)}'`;
          next.owed.push(`${bytesOf(there)}'`);
          disown(next, there);
        },
      });
    if (left.removals > 0 && there !== undefined)
      steps.push({
        label: `a supplier removes ${at}`,
        by: 'world',
        act: (next) => {
          next.left.removals -= 1;

          delete next.names[at];
          disown(next, there);
        },
      });
    const place = destination(0, 0);
    if (left.strangers > 0 && names[place] === undefined)
      steps.push({
        label: `a stranger writes ${place}`,
        by: 'world',
        act: (next) => {
          next.left.strangers -= 1;
          next.names[place] = 'foreign';
          next.owed.push('foreign');
        },
      });
    return steps;
  }

  private operator({ cancelled, left, ready }: State): Step<State>[] {
    const steps: Step<State>[] = [];
    if (left.cancels > 0 && !cancelled)
      steps.push({
        label: 'an operator cancels',
        by: 'world',
        act: (next) => {
          next.left.cancels -= 1;
          next.cancelled = true;
          for (const row of next.rows) {
            const unclaimed = row.attempt === 0 || this.setting.without === 'cancel leaves what is claimed';
            if (row.outcome !== 'pending' || !unclaimed) continue;
            Object.assign(row, { outcome: 'left', reason: 'cancelled', held: false, ends: row.ends + 1 });
            next.pending -= 1;
            next.ended += 1;
          }
        },
      });
    if (left.purges > 0 && ready.length > 0)
      steps.push({
        label: 'an operator purges the queue',
        by: 'world',
        act: (next) => {
          next.left.purges -= 1;
          next.ready = [];
        },
      });
    return steps;
  }
}
