import { join } from 'node:path';
import { CHECKOUT, evaluate } from '../local/run-program';

describe('peers that do the same as the product but for one thing', () => {
  it('find each part of the product where they look for it', async () => {
    const parts = join(CHECKOUT, 'bench/peers/product-parts.mjs');
    const absent = `Object.entries(await import('${parts}')).filter(([, part]) => part === undefined).map(([name]) => name)`;
    expect(await evaluate(`process.stdout.write(JSON.stringify(${absent}));`)).toEqual([]);
  });
});
