import { Installation, digest } from './index';

jest.setTimeout(90_000);

describe('an installation', () => {
  let installation: Installation;
  beforeEach(async () => {
    installation = await Installation.make();
  });
  afterEach(() => installation.close());

  it('takes a directory through the API, the broker and two subscribers to its balanced end', async () => {
    installation.write('incoming/a.txt', 'one');
    installation.write('incoming/deep/b c.txt', 'two');
    await installation.start({ subscribers: 2 });
    const { id } = await installation.scan({ directory: 'incoming', profile: 'any-file' });
    const scan = await installation.finished(id);
    expect(scan).toMatchObject({ state: 'completed', balanced: true, counts: { found: 2, accepted: 2, pending: 0 } });
    expect(installation.tree('accepted')).toEqual({ 'a.txt': digest('one'), 'deep/b c.txt': digest('two') });
    expect((await installation.files(id)).map(({ path }) => path).sort()).toEqual(['a.txt', 'deep/b c.txt']);
    expect(await installation.stop()).toEqual([0, 0, 0]);
  });
});
