import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Installation } from '../installation';

jest.setTimeout(180_000);

const CHECKOUT = join(__dirname, '../..');
const run = promisify(execFile);
const MODULES = join(CHECKOUT, 'node_modules');

/** What a user of the generated types writes: a whole scan, from the asking to the report. */
const JOURNEY = `
import createClient from 'openapi-fetch';
import type { components, paths } from './openapi';

type Scan = components['schemas']['Scan'];

async function journey(baseUrl: string): Promise<void> {
  const client = createClient<paths>({ baseUrl });
  const made = await client.POST('/v1/scans', {
    params: { header: { 'Idempotency-Key': 'journey' } },
    body: { directory: 'incoming', profile: 'any-file', label: 'journey', dryRun: false, priority: 'high' },
  });
  if (made.error) throw new Error(made.error.code);
  const path: { id: Scan['id'] } = { id: made.data.id };

  const followed = await client.GET('/v1/scans/{id}/events', { params: { path }, parseAs: 'text' });
  const told: string = followed.data ?? '';

  const seqs: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.GET('/v1/scans/{id}/files', {
      params: { path, query: { limit: 2, outcome: 'accepted', ...(cursor === undefined ? {} : { cursor }) } },
    });
    if (page.error) throw new Error(page.error.detail);
    seqs.push(...page.data.items.map((file) => file.seq));
    cursor = page.data.nextCursor ?? undefined;
  } while (cursor !== undefined);

  const jump = await client.GET('/v1/scans/{id}/files', { params: { path, query: { after: 3, limit: 1 } } });
  const report = await client.GET('/v1/scans/{id}/report', { params: { path, query: { format: 'json' } } });
  const whole = report.data as components['schemas']['Report'] | undefined;
  const listed = await client.GET('/v1/scans', { params: { query: { label: 'journey', state: 'completed' } } });
  const missing = await client.GET('/v1/scans/{id}', { params: { path: { id: 'none' } } });

  console.log(
    JSON.stringify({
      finished: told.includes('event: finished'),
      seqs,
      jump: jump.data?.items[0]?.seq,
      files: whole?.files.length,
      accepted: whole?.scan.counts.accepted,
      listed: listed.data?.items.length,
      missing: missing.error?.code,
    }),
  );
}
void journey(process.argv[2] ?? '');
`;

/** Each is a mistake that the types must not let pass. */
const MISTAKES = [
  "client.POST('/v1/scans', { body: { directory: 7, profile: 'x' } })",
  "client.POST('/v1/scans', { body: { profile: 'x' } })",
  "client.GET('/v1/scan', {})",
  "client.GET('/v1/scans/{id}', {})",
  "client.GET('/v1/scans', { params: { query: { state: 'done' } } })",
];

describe('a client generated from the document of the API', () => {
  let installation: Installation;
  let folder: string;
  beforeAll(async () => {
    installation = await Installation.make();
    for (const name of ['a', 'b', 'c', 'd', 'e']) installation.write(`incoming/${name}.txt`, name);
    await installation.start({ subscribers: 1 });
    folder = mkdtempSync(join(tmpdir(), 'assay-client-'));
    symlinkSync(MODULES, join(folder, 'node_modules'));
    writeFileSync(join(folder, 'document.json'), (await installation.api.get('/docs-json')).text);
    const generator = join(MODULES, 'openapi-typescript/bin/cli.js');
    await run(process.execPath, [generator, 'document.json', '-o', 'openapi.d.ts'], { cwd: folder });
  });
  afterAll(async () => {
    await installation.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What the compiler says, strict; empty where all is well. */
  async function compile(name: string, text: string): Promise<string> {
    writeFileSync(join(folder, name), text);
    const strict = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--types', 'node'];
    const output = ['--target', 'es2023', '--module', 'nodenext', '--skipLibCheck', 'false', '--outDir', 'out'];
    try {
      await run(process.execPath, [join(MODULES, 'typescript/bin/tsc'), ...strict, ...output, name], { cwd: folder });
      return '';
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  }

  it('compiles under strict, and takes a scan from the asking to its report', async () => {
    expect(await compile('journey.ts', JOURNEY)).toBe('');
    const { stdout } = await run(process.execPath, ['out/journey.js', installation.api.url], { cwd: folder });
    expect(JSON.parse(stdout)).toEqual({
      finished: true,
      seqs: [1, 2, 3, 4, 5],
      jump: 4,
      files: 5,
      accepted: 5,
      listed: 1,
      missing: 'no-such-scan',
    });
  });

  it('does not compile where it is used wrongly', async () => {
    const client = "import createClient from 'openapi-fetch';\nimport type { paths } from './openapi';\n";
    const lines = MISTAKES.map((mistake) => `void ${mistake};`);
    const said = await compile(
      'wrong.ts',
      `${client}const client = createClient<paths>({ baseUrl: 'x' });\n${lines.join('\n')}\n`,
    );
    for (const index of MISTAKES.keys()) expect(said).toContain(`wrong.ts(${index + 4},`);
  });
});
