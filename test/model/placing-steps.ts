import { links, moveNoReplace, putBack, remove, rename } from './files';
import {
  type Clause,
  type Holder,
  type Row,
  type Setting,
  type State,
  copyName,
  destination,
  isOurs,
  judged,
  own,
  source,
} from './placing-state';

/** True while somebody is at work on the row in this attempt. */
export const isWorkedOn = ({ holders }: State, row: number, attempt: number): boolean =>
  holders.some((holder) => holder.row === row && holder.attempt === attempt && holder.at !== 'ack');

const isNameLeft = ({ names }: State, row: number): boolean =>
  Object.keys(names).some((name) => isOurs(name) && name.replace(/\..*/, '').endsWith(String(row)));

/** The attempt is still the row's, and may publish. */
const isStanding = ({ cancelled }: State, { outcome, attempt }: Row, holder: Holder): boolean =>
  outcome === 'pending' && attempt === holder.attempt && !cancelled;

/** What a holder does next: one effect on names, or one transaction. */
export class Placing {
  constructor(private readonly setting: Setting) {}

  private has(clause: Clause): boolean {
    return this.setting.without !== clause;
  }

  /** The effect that comes next. Sets where the holder stands then; `ack` ends it. */
  step(state: State, holder: Holder): void {
    const row = state.rows[holder.row] as Row;
    const mine = own(holder.row, holder.attempt);
    const copy = copyName(holder.row, holder.attempt);
    const from = source(holder.row);
    const to = destination(holder.row, holder.number);
    const isMine = judged(holder.row);
    const { names } = state;
    switch (holder.at) {
      case 'claim':
        return this.claim(state, holder, row);
      case 'take over': {
        while (holder.earlier > 0 && names[own(holder.row, holder.earlier)] === undefined) holder.earlier -= 1;
        holder.found = names[own(holder.row, holder.earlier)] ?? '';
        holder.at = holder.earlier > 0 ? 'take found' : 'taken over';
        return;
      }
      case 'take found': {
        const theirs = own(holder.row, holder.earlier);
        if (holder.found !== isMine) this.putBack(state, theirs, holder.row);
        else if (moveNoReplace(state, theirs, mine) === 'taken') remove(state, theirs);
        holder.earlier -= 1;
        holder.at = 'take over';
        return;
      }
      case 'taken over':
        holder.staged = names[mine] === isMine;
        return this.afterTakeOver(holder);
      case 'remove copies': {
        const theirs = copyName(holder.row, holder.earlier);
        remove(state, theirs);
        holder.earlier -= 1;
        holder.at = holder.earlier > 0 ? 'remove copies' : 'look at destination';
        return;
      }
      case 'look at destination':
        if (this.has('recover placed') && this.seenPlaced(holder, names[to])) holder.at = 'tidy own';
        else if (holder.who === 'sweep') holder.at = 'put back';
        else if (holder.staged) this.afterStage(holder);
        else holder.at = this.setting.way === 'keep' ? 'copy' : 'stage';
        return;
      case 'stage':
        if (names[from] === undefined) return this.absent(holder);
        rename(state, from, mine);
        holder.at = 'compare';
        return;
      case 'compare':
        holder.staged = names[mine] !== undefined;
        if (!holder.staged) return this.giveUp(holder, 'nothing');
        if (this.has('compare') && names[mine] !== isMine) return this.giveUp(holder, 'errored:changed');
        return this.afterStage(holder);
      case 'copy': {
        const original = names[holder.staged ? mine : from];
        if (original === undefined) return holder.staged ? this.giveUp(holder, 'nothing') : this.absent(holder);
        if (original !== isMine) return this.giveUp(holder, 'errored:changed');
        names[this.copyTo(copy, to)] ??= 'half';
        holder.at = 'fill copy';
        return;
      }
      case 'fill copy': {
        holder.copied = `${isMine}~${holder.attempt}`;
        const target = this.copyTo(copy, to);
        if (names[holder.staged ? mine : from] !== isMine) return this.giveUp(holder, 'errored:changed');
        if (names[target] === 'half') names[target] = holder.copied;
        holder.at = 'check';
        return;
      }
      case 'check': {
        const stands = !this.has('check') || isStanding(state, row, holder);
        if (!stands) return this.loseClaim(state, holder);
        if (this.has('record copies')) row.copy = holder.copied || row.copy;
        holder.at = 'publish';
        return;
      }
      case 'publish':
        return this.publish(state, holder, this.copyTo(holder.copied ? copy : mine, to), to);
      case 'unlink':
        remove(state, holder.copied ? copy : mine);
        return this.placed(holder);
      case 'look at taken':
        if (this.seenPlaced(holder, names[to])) holder.at = 'tidy own';
        else if (this.setting.onConflict === 'number') holder.at = 'renumber';
        else this.giveUp(holder, 'conflicted:taken');
        return;
      case 'renumber':
        if (!isStanding(state, row, holder)) return this.loseClaim(state, holder);
        holder.number = Math.max(row.number, holder.number) + 1;
        if (this.has('renumber first')) row.number = holder.number;
        holder.at = 'publish';
        return;
      case 'tidy own':
        if (names[copy] !== undefined) remove(state, copy);
        if (this.setting.way === 'keep') holder.at = 'end';
        else this.tidy(state, holder, mine, 'tidy source');
        return;
      case 'tidy source':
        if (names[from] !== isMine) holder.at = 'end';
        else {
          rename(state, from, mine);
          holder.at = 'remove leftover';
        }
        return;
      case 'remove leftover':
        return this.tidy(state, holder, mine, 'end');
      case 'end':
        this.end(state, row, holder, 'accepted', '');
        holder.at = 'ack';
        return;
      case 'put back': {
        const moved = holder.staged ? this.putBack(state, mine, holder.row) : 'moved';
        if (holder.staged && moved === 'absent' && holder.who === 'subscriber') holder.result = 'nothing';
        holder.at = holder.copied ? 'drop copy' : this.afterPutBack(holder);
        return;
      }
      case 'drop copy':
        remove(state, copy);
        holder.at = this.afterPutBack(holder);
        return;
      case 'look before conflict': {
        const there = names[to];
        if (there !== undefined && [isMine, holder.recorded].includes(there)) holder.result = 'later';
        holder.at = holder.result === 'later' ? 'release' : 'look for names';
        return;
      }
      case 'look for names':
        holder.namesLeft = isNameLeft(state, holder.row);
        // Absent, and yet somebody has it in hands, or has put it back: it will be seen by the next attempt.
        if (
          this.has('look before gone') &&
          holder.result === 'errored:gone' &&
          (holder.namesLeft || names[from] !== undefined)
        )
          holder.result = 'later';
        holder.at = holder.result === 'later' ? 'release' : 'end otherwise';
        return;
      case 'end otherwise': {
        const [outcome, reason] = holder.result.split(':') as [Row['outcome'], string];
        this.end(state, row, holder, outcome, reason);
        holder.at = 'ack';
        return;
      }
      case 'release':
        // Whoever lost the row must not send it round again: it would compete with the attempt that has it.
        if (row.attempt !== holder.attempt || row.outcome !== 'pending') holder.result = 'nothing';
        if (row.outcome === 'pending' && row.attempt === holder.attempt) row.released = true;
        row.superseded = row.superseded.filter((attempt) => attempt !== holder.attempt);
        holder.at = holder.result === 'later' ? 'come again' : 'ack';
        return;
      case 'come again':
        state.ready.push({ row: holder.row, delayed: true });
        holder.at = 'ack';
        return;
      case 'resolve':
        return this.resolve(state, row, holder);
      case 'ack':
        throw new Error('An ack is an end, not a step');
    }
  }

  private claim(state: State, holder: Holder, row: Row): void {
    if (row.outcome !== 'pending' || (state.cancelled && row.attempt === 0)) {
      holder.at = 'ack';
      return;
    }
    // Its holder died or failed with it, or is only slow; then that one loses at its check.
    if (state.cancelled) holder.who = 'sweep';
    this.take(holder, row);
  }

  /** The next attempt at the row, as its claim gives it to its holder. */
  take(holder: Holder, row: Row): void {
    if (row.held && !row.released && this.has('remember the superseded')) row.superseded.push(row.attempt);
    row.attempt = this.has('claim') ? row.attempt + 1 : 1;
    row.held = true;
    row.released = false;
    holder.attempt = row.attempt;
    holder.number = row.number;
    holder.recorded = row.copy;
    holder.earlier = row.attempt - 1;
    holder.untidy = row.attempt > 1;
    holder.wasOpen = row.outcome === 'pending';
    if (row.attempt > 1 && this.setting.way === 'keep') return this.afterTakeOver(holder);
    if (row.attempt > 1 && this.has('recover staged')) holder.at = 'take over';
    else if (row.attempt > 1) this.afterTakeOver(holder);
    else holder.at = this.setting.way === 'keep' ? 'copy' : 'stage';
  }

  private afterTakeOver(holder: Holder): void {
    holder.earlier = holder.attempt - 1;
    if (['copy', 'keep'].includes(this.setting.way)) holder.at = 'remove copies';
    else holder.at = 'look at destination';
  }

  private afterStage(holder: Holder): void {
    holder.at = this.setting.way === 'copy' ? 'copy' : 'check';
    holder.staged = true;
  }

  private copyTo(copy: string, to: string): string {
    return this.has('own name for copies') || !['copy', 'keep'].includes(this.setting.way) ? copy : to;
  }

  private seenPlaced(holder: Holder, there: string | undefined): boolean {
    if (there === undefined) return false;
    const mine = judged(holder.row);
    const ours = [holder.recorded, holder.copied, this.setting.way === 'keep' ? '' : mine];
    if (!ours.includes(there)) return false;
    holder.placedAsCopy = there !== mine;
    holder.untidy = true;
    return true;
  }

  private publish(state: State, holder: Holder, mine: string, to: string): void {
    if (mine === to) return this.placed(holder);
    const linked = this.setting.way === 'link' && state.names[mine] !== undefined;
    const replacing = !this.has('publish without replacing');
    if (linked && (replacing || [undefined, state.names[mine]].includes(state.names[to]))) {
      state.names[to] = state.names[mine] as string;
      holder.at = 'unlink';
      return;
    }
    const moved = replacing ? rename(state, mine, to) : moveNoReplace(state, mine, to);
    if (moved === 'moved') this.placed(holder);
    else if (moved === 'absent') this.giveUp(holder, 'nothing');
    else holder.at = 'look at taken';
  }

  private placed(holder: Holder): void {
    holder.placedAsCopy = holder.copied !== '';
    holder.at = holder.placedAsCopy || holder.untidy ? 'tidy own' : 'end';
  }

  /** What is left under the own name of a file that is placed. */
  private tidy(state: State, holder: Holder, mine: string, next: Holder['at']): void {
    const left = state.names[mine];
    holder.at = next;
    if (left === undefined) return;
    if (left !== judged(holder.row)) this.putBack(state, mine, holder.row);
    else if (!holder.placedAsCopy && links(state, left) < 2) {
      // The only name of the file: the row can't end yet.
      holder.result = 'later';
      holder.at = holder.who === 'sweep' ? 'ack' : 'release';
    } else remove(state, mine);
  }

  private absent(holder: Holder): void {
    if (holder.delayed) this.giveUp(holder, 'errored:gone');
    else this.giveUp(holder, 'later');
  }

  private loseClaim(state: State, holder: Holder): void {
    this.giveUp(holder, state.cancelled ? 'left:cancelled' : 'nothing');
  }

  private giveUp(holder: Holder, result: string): void {
    holder.result = result;
    holder.at = 'put back';
  }

  private afterPutBack(holder: Holder): Holder['at'] {
    if (holder.who === 'sweep') return 'resolve';
    if (holder.result === 'nothing' || holder.result === 'later') return 'release';
    if (holder.result.startsWith('conflicted')) return 'look before conflict';
    return 'look for names';
  }

  private putBack(state: State, mine: string, row: number): ReturnType<typeof putBack> {
    return putBack(state, mine, row, !this.has('put back without replacing'));
  }

  /** The sweep has put a row's file back: the row ends, where it was open. */
  private resolve(state: State, row: Row, holder: Holder): void {
    holder.at = 'ack';
    this.forget(row, holder);
    if (!holder.wasOpen) {
      if (row.attempt === holder.attempt) row.held = false;
      return;
    }
    if (holder.staged || state.names[source(holder.row)] !== undefined)
      return this.end(state, row, holder, 'left', 'cancelled');
    if (row.attempt !== holder.attempt) return;
    row.released = true;
    // Somebody has it in hands after all: that is for the next sweep.
    if (holder.secondLook && (!isNameLeft(state, holder.row) || !this.has('look before gone')))
      this.end(state, row, holder, 'errored', 'gone');
    else if (!holder.secondLook) {
      holder.secondLook = true;
      this.take(holder, row);
    }
  }

  /** The sweep has looked for what the superseded left: none of them was at work any more. */
  private forget(row: Row, holder: Holder): void {
    if (holder.alone && row.attempt === holder.attempt) row.superseded = [];
  }

  private end(state: State, row: Row, holder: Holder, outcome: Row['outcome'], reason: string): void {
    const mine = row.attempt === holder.attempt || !this.has('outcome of my attempt');
    // What ended while a name of ours was left may turn out to be placed.
    const anew = row.outcome !== 'pending' && row.held && holder.who === 'sweep';
    if (!mine || (this.has('outcome of my attempt') && row.outcome !== 'pending' && !anew)) return;
    if (!anew) {
      state.pending -= 1;
      state.ended += 1;
      row.ends += 1;
    }
    row.outcome = outcome;
    row.reason = reason;
    row.held = holder.namesLeft;
    row.released = false;
    this.forget(row, holder);
  }
}
