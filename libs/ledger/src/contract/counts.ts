import * as fc from 'fast-check';
import type { Assignment, ClaimedFile, Ledger, Walk } from '../index';
import { FINISHED } from '../scan';
import { ending, endWalk, expectBalance, found, record, redriveRow, scanOf, startWalk } from './bed';
import { type UnderTest } from './ledger-contract';

const ACTS = [
  'record',
  'record',
  'claim',
  'claim',
  'claim',
  'end',
  'end',
  'end',
  'release',
  'renumber',
  'redrive',
  'sweep',
  'take the walk',
  'end the walk',
  'cancel',
  'end unclaimed',
] as const;
const REASONS = [null, 'gone', 'unplaceable: EIO: \udcff', 'unplaceable: ENOSPC'];
const OUTCOMES_OF_ENDINGS = ['accepted', 'quarantined', 'left', 'conflicted', 'errored'] as const;

/** One scan in the hands of a careless operator: any act at any time, each with what earlier ones left. */
class Scene {
  readonly assignments: Assignment[] = [];
  readonly claims: ClaimedFile[] = [];
  paths = 0;

  constructor(
    private readonly ledger: Ledger,
    private walk: Walk,
  ) {}

  async act(act: (typeof ACTS)[number], dice: number): Promise<void> {
    const { ledger } = this;
    const { scan } = this.walk;
    const some = <T>(all: T[]) => all.filter((_, at) => (at + dice) % 3 === 0);
    switch (act) {
      case 'record':
        return this.record(dice);
      case 'claim': {
        const claims = await ledger.claim(`h${dice % 3}`, some(this.assignments), 4);
        this.claims.push(...claims.flatMap((claim) => (claim.kind === 'claimed' ? [claim.file] : [])));
        return;
      }
      case 'end': {
        const outcome = OUTCOMES_OF_ENDINGS[dice % OUTCOMES_OF_ENDINGS.length] ?? 'accepted';
        const reason = REASONS[dice % REASONS.length] ?? null;
        await ledger.end(some(this.claims).map((file) => ending(file, { outcome, reason, resolved: dice % 2 === 0 })));
        return;
      }
      case 'release':
        return ledger.release(some(this.claims).map((file) => ({ ...file, forgiven: dice % 2 === 0 })));
      case 'renumber': {
        const claim = this.claims.find(({ onConflict }) => onConflict === 'number');
        if (claim !== undefined) await ledger.renumber(claim);
        return;
      }
      case 'redrive': {
        const [row] = await ledger.files(scan, { outcome: 'errored', after: 0, limit: 1 });
        if (row === undefined) return;
        this.assignments.push(...(await redriveRow(ledger, scan, row.seq)));
        return;
      }
      case 'sweep': {
        for (const row of await ledger.unresolved([`h${dice % 3}`], 3)) {
          const claim = await ledger.claimUnresolved('sweep', row);
          if (claim === null) continue;
          if (claim.open) await ledger.end([ending(claim, { outcome: 'left', reason: 'cancelled' })]);
          else await ledger.resolve(claim);
        }
        return;
      }
      case 'take the walk':
        this.walk = (await ledger.takeWalk(scan))?.walk ?? this.walk;
        return;
      case 'end the walk':
        for (const { id } of await ledger.unconfirmedPublications(scan, 100)) await ledger.confirmPublication(scan, id);
        await endWalk(ledger, this.walk, dice % 3 === 0 ? 'broken' : null);
        return;
      case 'cancel':
        if (dice % 4 === 0) await ledger.cancelScan(scan, null);
        return;
      case 'end unclaimed':
        await ledger.endUnclaimed(scan, dice % 5);
    }
  }

  private async record(dice: number): Promise<void> {
    const files = Array.from({ length: dice % 6 }, (_, at) => {
      const path = `f${dice % 4 === 0 ? at : (this.paths += 1)}`;
      const destination = `/data/accepted/${at % 2 === 0 ? 'same' : path}`;
      const onConflict = dice % 2 === 0 ? ('fail' as const) : ('number' as const);
      if (at === 4) return found(path, { plan: { kind: 'skip', reason: 'fifo' } });
      if (at === 3) {
        const planned = { action: 'accept' as const, destination, onConflict };
        return found(path, { plan: { kind: 'leave', reason: 'dry-run', planned } });
      }
      return found(path, { plan: { kind: 'move', action: 'accept', destination, onConflict } });
    });
    const recorded = await this.ledger.record(this.walk, { files, folders: [], unsettled: [], settled: [], done: [] });
    this.assignments.push(...(recorded?.publication?.assignments ?? []));
  }
}

export function countsContract(underTest: () => UnderTest): void {
  it('are what a recount gives after any acts in any order, and no finished scan has pending rows', async () => {
    const { ledger, bed } = underTest();
    const steps = fc.array(fc.tuple(fc.constantFrom(...ACTS), fc.nat(1_000)), { minLength: 5, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(steps, async (acts) => {
        const walk = await startWalk(ledger);
        const scene = new Scene(ledger, walk);
        await scene.act('record', 5);
        for (const [act, dice] of acts) {
          await scene.act(act, dice);
          await expectBalance(ledger, walk.scan);
          const scan = await scanOf(ledger, walk.scan);
          expect(scan.finishedAt !== null).toBe(FINISHED.includes(scan.state));
          if (FINISHED.includes(scan.state)) expect(scan).toMatchObject({ balanced: true, counts: { pending: 0 } });
        }
      }),
      { numRuns: bed.courses },
    );
  });

  it('are called unbalanced where they differ from the rows', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    await record(ledger, walk, []);
    expect(await scanOf(ledger, walk.scan)).toMatchObject({ balanced: false });
  });
}
