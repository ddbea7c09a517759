import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT, evaluate, temporaryFolder } from '../local/run-program';

jest.setTimeout(120_000);

/** What `act` gives of a delivery of 40 photos in `folder`; `make` has been awaited. */
const ofDelivery = (folder: string, act: string, seed = 1): Promise<unknown> =>
  evaluate(`import { createHash } from 'node:crypto';
    import * as fs from 'node:fs';
    import { Delivery } from '${join(CHECKOUT, 'bench/delivery/delivery.mjs')}';
    import { verifiedRun } from '${join(CHECKOUT, 'bench/rounds.mjs')}';
    const delivery = await Delivery.of('${folder}', { count: 40, perFolder: 16, seed: ${seed} });
    const { photos, from, to } = delivery;
    const move = (number, as = photos.pathOf(number)) => {
      fs.mkdirSync(to + '/' + as.slice(0, as.lastIndexOf('/')), { recursive: true });
      fs.renameSync(from + '/' + photos.pathOf(number), to + '/' + as);
    };
    const moveAll = () => { for (let number = 0; number < 40; number += 1) move(number); };
    const digestOf = (number) => createHash('sha256').update(photos.bytesOf(number)).digest('hex');
    console.log = (...said) => console.error(...said);
    process.stdout.write(JSON.stringify(await (async () => { ${act} })()));`);

describe('a delivery of the benchmarks', () => {
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('is the same for the same seed, another for another, and has no photo twice', async () => {
    const act = `return Array.from({ length: 40 }, (_, number) =>
      [photos.pathOf(number), digestOf(number), fs.readFileSync(from + '/' + photos.pathOf(number)).length === photos.sizeOf(number)]);`;
    const first = (await ofDelivery(folder, act)) as [string, string, boolean][];
    rmSync(folder, { recursive: true, force: true });
    expect(await ofDelivery(folder, act)).toEqual(first);
    const other = (await ofDelivery(folder, act, 2)) as typeof first;
    expect(new Set([...first, ...other].map(([, digest]) => digest)).size).toBe(80);
    expect(first.every(([, , whole]) => whole)).toBe(true);
    expect(first[39]?.[0]).toBe('card-00003/IMG_0000040.JPG');
  });

  it('tells what became of its photos, and is brought back to be delivered again', async () => {
    const found = await ofDelivery(
      folder,
      `delivery.begin();
       moveAll();
       const whole = delivery.differences();
       delivery.back();
       const again = delivery.isWhole && fs.existsSync(from + '/' + photos.pathOf(39));
       delivery.begin();
       moveAll();
       fs.rmSync(to + '/' + photos.pathOf(3));
       fs.writeFileSync(to + '/' + photos.pathOf(4), Buffer.alloc(photos.sizeOf(4)));
       fs.renameSync(to + '/' + photos.pathOf(5), from + '/left.JPG');
       fs.writeFileSync(to + '/stranger.JPG', 'x');
       return { whole, again, differences: delivery.differences() };`,
    );
    expect(found).toEqual({
      whole: [],
      again: true,
      differences: expect.arrayContaining([
        'IMG_0000005.JPG has other bytes',
        'stranger.JPG was never delivered',
        'left.JPG was left',
        '2 of 40 photos are not at their destination',
      ]) as string[],
    });
  });

  it('gives no speed where a photo was lost', async () => {
    const found = await ofDelivery(
      folder,
      `const run = (lost) => verifiedRun('the test', delivery, async () => {
         moveAll();
         if (lost) fs.rmSync(to + '/' + photos.pathOf(3));
         return { files: 40, seconds: 2 };
       });
       const { perSecond } = await run(false);
       const refused = await run(true).catch((error) => error.message);
       return { perSecond, refused, whole: delivery.isWhole };`,
    );
    expect(found).toEqual({
      perSecond: 20,
      refused: expect.stringContaining('1 of 40 photos are not at their destination') as string,
      whole: false,
    });
  });
});
