import { Turnstile } from './turnstile';

describe('the turnstile', () => {
  it('lets the highest priority that waits through first, and loses nobody when work fails', async () => {
    const turnstile = new Turnstile(1);
    const order: string[] = [];
    let begin = (): void => undefined;
    const first = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const work = (name: string) => () => {
      order.push(name);
      return name.startsWith('bad') ? Promise.reject(new Error(name)) : Promise.resolve();
    };
    const all = [
      turnstile.through('low', () => first),
      turnstile.through('low', work('low 1')),
      turnstile.through('normal', work('bad normal')),
      turnstile.through('high', work('high')),
      turnstile.through('low', work('low 2')),
    ];
    begin();
    const results = await Promise.allSettled(all);
    expect(order).toEqual(['high', 'bad normal', 'low 1', 'low 2']);
    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
  });

  it('takes no more than its places at once', async () => {
    const turnstile = new Turnstile(2);
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        turnstile.through(index % 2 ? 'high' : 'low', async () => {
          most = Math.max(most, (inside += 1));
          await new Promise((resolve) => setImmediate(resolve));
          inside -= 1;
        }),
      ),
    );
    expect(most).toBe(2);
  });
});
