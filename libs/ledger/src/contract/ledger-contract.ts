import type { Ledger } from '../index';
import { type Bed } from './bed';
import { cancelContract } from './cancelling';
import { comparingContract } from './comparing';
import { completionContract } from './completing';
import { countsContract } from './counts';
import { createContract } from './creating';
import { deadLettersContract } from './dead-letters';
import { endingContract } from './ending';
import { finishContract } from './finishing';
import { listContract } from './listing';
import { placingContract } from './placing';
import { numberingContract } from './numbering';
import { pagesContract } from './pages';
import { processContract } from './processes';
import { redrivingContract } from './redriving';
import { rejudgingContract } from './rejudging';
import { supersedingContract } from './superseding';
import { sweepContract } from './sweeping';
import { walkingContract } from './walking';

/** What a part of the contract is given: the ledger of the running test, and its bed. */
export interface UnderTest {
  ledger: Ledger;
  bed: Bed;
}

/** Every promise of {@link Ledger}, for one implementation of it. */
export function ledgerContract(name: string, makeBed: () => Promise<Bed>): void {
  describe(name, () => {
    let current: UnderTest;
    const underTest = () => current;

    beforeEach(async () => {
      const bed = await makeBed();
      current = { bed, ledger: await bed.open() };
    });
    afterEach(() => current.bed.remove());

    describe('creating scans', () => createContract(underTest));
    describe('listing scans', () => listContract(underTest));
    describe('walking', () => walkingContract(underTest));
    describe('comparing', () => comparingContract(underTest));
    describe('numbering destinations', () => numberingContract(underTest));
    describe('placing', () => placingContract(underTest));
    describe('ending', () => endingContract(underTest));
    describe('completing', () => completionContract(underTest));
    describe('finishing', () => finishContract(underTest));
    describe('cancelling', () => cancelContract(underTest));
    describe('sweeping', () => sweepContract(underTest));
    describe('dead letters', () => deadLettersContract(underTest));
    describe('redriving', () => redrivingContract(underTest));
    describe('a redriven file that was judged anew', () => rejudgingContract(underTest));
    describe('an attempt that was superseded', () => supersedingContract(underTest));
    describe('pages', () => pagesContract(underTest));
    describe('counts', () => countsContract(underTest));
    describe('several processes', () => processContract(underTest));
  });
}
