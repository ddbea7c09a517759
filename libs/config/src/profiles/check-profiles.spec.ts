import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkProfiles } from './check-profiles';

const GOOD = 'name: good\nversion: "1.2"\nrules: []\n';
const BAD =
  'name: bad\nversion: "1"\nrules:\n  - rule: any-of\n    rules:\n      - { rule: size, mni: 1 }\n      - { rule: sise }\n';
const OK = /^ok good 1\.2 sha256:[0-9a-f]{64}$/;

describe('the check of profiles', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'check-profiles-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('says ok, name, version and digest of a good profile', async () => {
    await writeFile(join(folder, 'good.yaml'), GOOD);
    for (const path of [folder, join(folder, 'good.yaml')])
      expect(await checkProfiles([path])).toEqual({ lines: [expect.stringMatching(OK)], ok: true });
  });

  it('gives every problem with file, line, column and mend, beside the good ones', async () => {
    await writeFile(join(folder, 'bad.yaml'), BAD);
    await writeFile(join(folder, 'good.yaml'), GOOD);
    const { lines, ok } = await checkProfiles([folder]);
    expect(ok).toBe(false);
    expect(lines).toEqual([
      expect.stringMatching(OK),
      expect.stringMatching(/bad\.yaml:6:23 `rules\[0\]\.rules\[0\]` has no field `mni`\. Did you mean `min`\?$/),
      expect.stringMatching(/bad\.yaml:7:17 .*there is no rule "sise"\. Did you mean `size`\?/),
    ]);
    expect((await checkProfiles([join(folder, 'good.yaml'), join(folder, 'bad.yaml')])).lines).toEqual(lines);
  });

  it('is never ok where there is nothing to check', async () => {
    await mkdir(join(folder, 'empty'));
    expect(await checkProfiles([])).toMatchObject({ ok: false });
    for (const [name, said] of [
      ['empty', 'no profile'],
      ['none.yaml', 'ENOENT'],
    ] as const)
      expect(await checkProfiles([join(folder, name)])).toEqual({ lines: [expect.stringContaining(said)], ok: false });
  });
});
