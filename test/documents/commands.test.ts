import { commandBlocks } from './commands';
import { type Ended, ReadersShell } from './shell';

/** What a command may take on a slow machine; the documents promise that it ends within a minute on an ordinary one. */
const SECONDS = 150;
jest.setTimeout((SECONDS + 15) * 1000);

/** Lines of `sh` blocks, which no test here runs, and why. */
const EXCEPTIONS: Record<string, string> = {
  'npm run demo': 'sets up an installation of its own in the checkout, which a developer may have running',
  'npm test': 'is what runs this',
  'export AMQP_URL=amqps://assay:…@rabbit.example/assay ASSAY_HOME=/var/lib/assay INSPECTION_ROOTS=/srv/deliveries':
    'names a broker and folders of the reader',
  'npm ci && npm run build': 'installs all packages anew; every fresh clone does it',
  'pm2 startOrReload ecosystem.config.js --env production': "needs the reader's own pm2",
  'pm2 save': "changes the reader's own pm2",
};

const blocks = commandBlocks();
const toRun = blocks.filter(({ language }) => language === 'bash');

describe('commands that no test runs', () => {
  it('are each listed with the reason, and nothing is listed that is not there', () => {
    const lines = blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.trim().split('\n'));
    expect([...new Set(lines)].sort()).toEqual(Object.keys(EXCEPTIONS).sort());
  });
});

describe('the commands of the documents, one after the other in a started installation,', () => {
  let shell: ReadersShell;
  const outputs = new Map<string, string>();
  let failed: string | null = null;

  beforeAll(async () => {
    shell = await ReadersShell.open();
  });
  afterAll(async () => {
    await shell.run('npm stop', SECONDS);
    shell.remove();
  });

  const places = new Map(toRun.map((block) => [`${block.document}:${block.line}`, block]));

  it('begin by starting it and end by stopping it', () => {
    expect(toRun.filter(({ text }) => /^npm start$/m.test(text)).length).toBeGreaterThan(0);
    expect(toRun.filter(({ text }) => /^npm stop$/m.test(text)).length).toBe(1);
  });

  // What stops it comes last, wherever it stands.
  const inOrder = [...places].sort(
    ([, one], [, other]) => Number(/^npm stop$/m.test(one.text)) - Number(/^npm stop$/m.test(other.text)),
  );

  it.each(inOrder.map(([place, { text }]) => [place, text.trim().split('\n')[0], text]))(
    '%s works: %s',
    async (place, _first, text) => {
      if (failed !== null) throw new Error(`${failed} failed before`);
      const ended: Ended = await shell.run(text, SECONDS);
      outputs.set(place, ended.output);
      if (ended.code !== 0) {
        failed = place;
        throw new Error(`ended with ${ended.code}:\n${ended.output}`);
      }
    },
  );

  it('say what the documents say that they say', () => {
    const all = [...outputs.values()].join('\n');
    // The counts of the tour are those that the README shows.
    expect(all).toContain('285 files');
    expect(all).toMatch(
      /"counts":\{"found":285,"pending":0,"accepted":248,"quarantined":33,"left":0,"skipped":4,"conflicted":0,"errored":0\},"balanced":true/,
    );
    expect(all).toContain('"state":"cancelled"');
    expect(all).toContain('RabbitMQ UI');
    expect(all).toContain('"code":"too-small"');
    expect(all).toMatch(/seq,path,outcome,reason,verdict/);
    expect(all).toMatch(/Stopped \d+ processes and the broker/);
  });
});
