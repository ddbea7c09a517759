import { linkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Installation, STORES, digest } from '../installation';
import { expectAccounted } from './accounted';
import { photo } from './photos';

const PROFILE = `
name: once
version: "1"
settleSeconds: 0
rules:
  - rule: media-type
    allow: [image/jpeg]
  - rule: unique-content
accept:
  to: "{{ name }}"
  onConflict: fail
reject:
  to: "{{ finding }}/{{ path }}"
`;

describe.each(STORES)('deliveries in which contents are to be there once, with the ledger in %s', (store) => {
  let installation: Installation;
  afterEach(() => installation.close());

  it('keep the first of twins, and nothing that was accepted before', async () => {
    installation = await Installation.make({
      store,
      profiles: { 'once.yaml': PROFILE, 'other.yaml': PROFILE.replace('once', 'other').replace('"1"', '"2"') },
    });
    await installation.start({ subscribers: 2 });
    // Photos of one camera and size whose bytes differ at their ends alone, longer than what is compared first.
    const picture = (seed: number) => photo({ width: 1_200, height: 900, seed });
    expect((await picture(0)).length).toBeGreaterThan(100_000);
    for (let seed = 0; seed < 30; seed += 1) {
      installation.write(`in/a/${seed}.jpg`, await picture(seed));
      if (seed % 3 === 0) installation.write(`in/b/${seed}.jpg`, await picture(seed));
    }
    installation.write('in/c/7.jpg', await picture(107));
    linkSync(join(installation.root, 'in/a/1.jpg'), join(installation.root, 'in/a/1-again.jpg'));
    const before = installation.tree('in');

    const first = await installation.scan({ directory: 'in', profile: 'once' });
    const { scan, files, rows } = await expectAccounted(installation, first.id, before);
    expect(scan.counts).toMatchObject({ found: 42, accepted: 30, quarantined: 11, conflicted: 1 });
    const seen = new Map<string, string>();
    for (const { path, findings } of files) {
      const content = before[path] ?? '';
      const earlier = seen.get(content);
      const said = (findings as { code: string; value?: unknown }[]).map(
        ({ code, value }) => `${code} ${String(value)}`,
      );
      expect([path, said]).toEqual([path, earlier === undefined ? [] : [`duplicate-content ${earlier}`]]);
      seen.set(content, earlier ?? path);
    }
    expect(new Set(Object.values(installation.tree('accepted'))).size).toBe(30);
    // The same name and another content: a conflict, and no copy.
    expect([rows.get('a/7.jpg')?.outcome, rows.get('c/7.jpg')?.outcome].sort()).toEqual(['accepted', 'conflicted']);

    await sleep(10);
    for (let seed = 25; seed < 35; seed += 1) installation.write(`next/x${seed}.jpg`, await picture(seed));
    const then = installation.tree('next');
    const plan = await installation.scan({ directory: 'next', profile: 'other', dryRun: true });
    expect((await installation.finished(plan.id)).counts).toMatchObject({ found: 10, left: 10 });
    const second = await installation.scan({ directory: 'next', profile: 'other' });
    const again = await expectAccounted(installation, second.id, then);
    expect(again.scan.counts).toMatchObject({ found: 10, accepted: 5, quarantined: 5 });
    expect(
      Object.keys(installation.tree('quarantined/duplicate-content')).filter((path) => path.startsWith('x')),
    ).toEqual(['x25.jpg', 'x26.jpg', 'x27.jpg', 'x28.jpg', 'x29.jpg']);
    const verdicts = async (id: string) =>
      (await installation.files(id)).map(({ path, verdict }) => [path, verdict]).sort();
    expect(await verdicts(plan.id)).toEqual(await verdicts(second.id));

    const path = installation.write('one/of-before.jpg', await picture(30));
    const { body } = await installation.api.post<{ findings: unknown[] }>('/v1/inspections', { path, profile: 'once' });
    expect(body.findings).toMatchObject([{ code: 'duplicate-content', value: 'x30.jpg' }]);
    expect(installation.tree('one')['of-before.jpg']).toBe(digest(await picture(30)));
  });
});
