import { identityAt, openFolder, ownName } from '@assay/files';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { OTHER_DEVICE, Stall, crashAt, namesOfOurs, tree } from './contract/workbench';
import { BatchBench, many } from './contract/batch-bench';
import { placeBatch } from './place-batch';
import { Placement } from './placement';

jest.setTimeout(60_000);

describe('an attempt at a file', () => {
  const suite = BatchBench.forSuite();

  it('names the file that it had to keep beside a new one, though an attempt that died had kept it', async () => {
    const made = await suite.bench.scan([{ path: 'a.jpg', content: 'judged' }]);
    await suite.bench.deliver(suite.bench.pool(crashAt('staged')));
    fs.writeFileSync(join(made.directory, 'a.jpg'), 'new');
    await suite.bench.ledger.cancelScan(made.id, null);
    await suite.ended(made);
    const kept = `a.jpg.assay-kept-${made.id}.1`;
    expect(suite.files(made)).toEqual({ 'in/a.jpg': 'new', [`in/${kept}`]: 'judged' });
    expect(await suite.outcomes(made)).toEqual([`left: cancelled: kept as '${kept}', since a new file has its name`]);
  });

  it('believes that a file is gone only when it was absent twice', async () => {
    const made = await suite.bench.scan([{ path: 'x/a.jpg', content: 'goes' }]);
    fs.renameSync(join(made.directory, 'x'), join(made.directory, 'y'));
    await suite.bench.deliver(suite.bench.pool());
    expect(await suite.outcomes(made)).toEqual(['pending']);
    expect(suite.bench.queue).toHaveLength(1);
    await suite.ended(made);
    expect(await suite.outcomes(made)).toEqual(['errored: gone']);
    expect(suite.files(made)).toEqual({ 'in/y/a.jpg': 'goes' });
  });

  it('calls no file gone whose root is away, and counts no attempt', async () => {
    const made = await suite.bench.scan([{ path: 'a.jpg', content: 'away' }]);
    fs.renameSync(suite.bench.top, `${suite.bench.top}-unmounted`);
    await suite.bench.deliver(suite.bench.pool());
    await suite.bench.deliver(suite.bench.pool());
    fs.renameSync(`${suite.bench.top}-unmounted`, suite.bench.top);
    expect(await suite.outcomes(made)).toEqual(['pending']);
    expect((await suite.bench.row(made.id)).attempts).toBe(0);
    await suite.ended(made);
    expect(suite.files(made)).toEqual({ 'accepted/a.jpg': 'away' });
  });

  it('ends what used up its attempts without touching it, and puts back what they left', async () => {
    const made = await suite.bench.scan(many(4));
    for (let attempt = 0; attempt < 3; attempt += 1) await suite.bench.deliver(suite.bench.pool(crashAt('staged'), 3));
    expect(namesOfOurs(tree(made.home))).toHaveLength(4);
    // Once through the delay ladder first: the last attempt might be under way elsewhere.
    await suite.bench.deliver(suite.bench.pool(undefined, 3));
    expect(suite.bench.queue).toHaveLength(4);
    await suite.bench.deliver(suite.bench.pool(undefined, 3));
    await suite.ended(made);
    expect(await suite.outcomes(made)).toEqual(
      Array.from({ length: 4 }, () => 'errored: attempts-used-up: 3 attempts'),
    );
    expect(suite.files(made)).toEqual(Object.fromEntries(many(4).map(({ path, content }) => [`in/${path}`, content])));
    expect(suite.bench.dead).toHaveLength(4);
  });

  it('corrects a row that ended for want of attempts while its file had reached its destination', async () => {
    const made = await suite.bench.scan(many(2));
    await suite.bench.deliver(suite.bench.pool(crashAt('published'), 1));
    await suite.bench.deliver(suite.bench.pool(undefined, 1));
    await suite.bench.deliver(suite.bench.pool(undefined, 1));
    await suite.ended(made);
    expect(await suite.outcomes(made)).toEqual(['accepted', 'accepted']);
  });

  it('frees the row of a cancelled scan whose holder failed and lives on', async () => {
    const made = await suite.bench.scan([{ path: 'a.jpg', content: 'held' }]);
    const failing = suite.bench.pool(crashAt('checked'));
    await suite.bench.deliver(failing);
    await suite.bench.ledger.cancelScan(made.id, null);
    await suite.bench.ledger.beat('holder-1', 1);
    await suite.bench.deliver(failing);
    expect(await suite.outcomes(made)).toEqual(['left: cancelled']);
    await suite.ended(made);
    expect(suite.files(made)).toEqual({ 'in/a.jpg': 'held' });
  });

  it('calls no file gone that an attempt which is only slow has in its hands', async () => {
    const made = await suite.bench.scan([{ path: 'a.jpg', content: 'in hands' }]);
    const [assignment] = made.assignments;
    if (!assignment) throw new Error('no assignment');
    const staged = new Stall('staged');
    const slow = new Stall('claimed', staged.onStep);
    const slowly = suite.bench.deliver(
      suite.bench.pool((step) => (step === 'claimed' ? slow.onStep(step) : staged.onStep(step))),
    );
    await slow.reached;
    const other = new Stall('taken-over');
    const second = suite.bench.pool(other.onStep).take('normal', [suite.bench.delivery(assignment, 2)]);
    await other.reached;
    slow.goOn();
    await staged.reached;
    other.goOn();
    await second;
    expect(await suite.outcomes(made)).toEqual(['pending']);
    staged.goOn();
    await slowly;
    await suite.ended(made);
    expect(await suite.outcomes(made)).toEqual(['accepted']);
    expect(suite.bench.dead).toEqual([]);
  });

  it('dead-letters nothing for an attempt that found its file gone because another has it', async () => {
    const made = await suite.bench.scan([{ path: 'a.jpg', content: 'stolen' }]);
    const [assignment] = made.assignments;
    if (!assignment) throw new Error('no assignment');
    suite.bench.queue = [suite.bench.delivery(assignment, 2)];
    const stall = new Stall('taken-over');
    const slow = suite.bench.deliver(suite.bench.pool(stall.onStep));
    await stall.reached;
    await suite.bench.pool().take('normal', [suite.bench.delivery(assignment)]);
    stall.goOn();
    await slow;
    await suite.ended(made);
    expect(suite.bench.dead).toEqual([]);
    expect(await suite.outcomes(made)).toEqual(['accepted']);
  });

  it('rejects where the ledger fails, and leaves what is staged to the next attempt', async () => {
    const made = await suite.bench.scan([{ path: 'a.jpg', content: 'staged' }]);
    const [claim] = await suite.bench.ledger.claim('h', made.assignments, 8);
    if (claim?.kind !== 'claimed') throw new Error('not claimed');
    const placement = new Placement(claim.file, await suite.bench.state(made.id), false);
    const ledger = new Proxy(suite.bench.ledger, {
      get: (target, name): unknown =>
        name === 'check' ? () => Promise.reject(new Error('cut')) : Reflect.get(target, name),
    });
    const { roots } = suite.bench;
    await expect(placeBatch([placement], { ledger, roots, onStep: () => undefined })).rejects.toThrow('cut');
    expect(Object.keys(suite.files(made))).toEqual([`in/${ownName(claim.file, 1)}`]);
    await suite.ended(made);
    expect(suite.files(made)).toEqual({ 'accepted/a.jpg': 'staged' });
  });

  it('removes its copy where an earlier attempt’s came through first', async () => {
    if (!OTHER_DEVICE) return;
    const made = await suite.bench.scan([{ path: 'a.jpg', content: 'copied' }], { copies: true });
    const [claim] = await suite.bench.ledger.claim('h', made.assignments, 8);
    if (claim?.kind !== 'claimed') throw new Error('not claimed');
    // A copy that the first attempt recorded; it is published while the second has just copied.
    const early = join(made.away, 'early');
    fs.mkdirSync(made.destination, { recursive: true });
    fs.writeFileSync(early, 'copied');
    const away = openFolder(made.away, '');
    const identity = identityAt(away, 'early');
    away.close();
    await suite.bench.ledger.check([{ ...claim.file, copyIdentity: identity ?? '' }]);
    const stall = new Stall('copied');
    const placing = suite.bench.deliver(suite.bench.pool(stall.onStep));
    await stall.reached;
    fs.renameSync(early, join(made.destination, 'a.jpg'));
    stall.goOn();
    await placing;
    await suite.ended(made);
    expect(suite.files(made)).toEqual({ 'accepted/a.jpg': 'copied' });
  });
});
