import { createScan, publishedScan } from './bed';
import { type UnderTest } from './ledger-contract';

export function listContract(underTest: () => UnderTest): void {
  it('gives the newest first, page by page', async () => {
    const { ledger } = underTest();
    const made: string[] = [];
    for (let n = 0; n < 7; n += 1) made.unshift((await createScan(ledger)).id);
    const listed: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await ledger.scans({ limit: 3, ...(cursor === undefined ? {} : { cursor }) });
      listed.push(...page.map(({ id }) => id));
      cursor = page.at(-1)?.id;
    } while (cursor !== undefined);
    expect(listed).toEqual(made);
  });

  it('filters by state and by label', async () => {
    const { ledger } = underTest();
    const { scan: finished } = await publishedScan(ledger, [], { label: 'spring' });
    const queued = await createScan(ledger, { label: 'spring' });
    const other = await createScan(ledger, { label: '100%_' });
    const ids = async (filter: object) => (await ledger.scans({ limit: 10, ...filter })).map(({ id }) => id);
    expect(await ids({ state: 'completed' })).toEqual([finished]);
    expect(await ids({ label: 'spring' })).toEqual([queued.id, finished]);
    expect(await ids({ label: 'spring', state: 'queued' })).toEqual([queued.id]);
    expect(await ids({ label: '100%_' })).toEqual([other.id]);
    expect(await ids({ label: 'spring', cursor: queued.id })).toEqual([finished]);
    expect(await ids({ state: 'failed' })).toEqual([]);
  });

  it('knows no scan by an id that was never used', async () => {
    const { ledger } = underTest();
    expect(await ledger.scan('nobody')).toBeNull();
    expect(await ledger.cancelScan('nobody', null)).toBeNull();
    expect(await ledger.takeWalk('nobody')).toBeNull();
    expect(await ledger.files('nobody', { after: 0, limit: 1 })).toEqual([]);
  });
}
