import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Installation, type ProblemAnswer } from '../installation';

jest.setTimeout(90_000);

const PROFILE = `name: small
version: "7"
title: Small files
rules:
  - rule: size
    max: 100
    code: too-heavy
`;

let installation: Installation;
beforeAll(async () => {
  installation = await Installation.make({ profiles: { 'small.yaml': PROFILE } });
  await installation.start({ environment: { SCAN_THREADS: '0' } });
});
afterAll(() => installation.close());

describe('the profiles', () => {
  const digest = `sha256:${createHash('sha256').update(PROFILE).digest('hex')}`;

  it('are listed with version and digest', async () => {
    const { body } = await installation.api.get('/v1/profiles');
    expect(body).toEqual({ items: [{ name: 'small', version: '7', title: 'Small files', digest }], problems: [] });
  });

  it('are told one by one, with their whole definition', async () => {
    const { body } = await installation.api.get('/v1/profiles/small');
    expect(body).toMatchObject({
      name: 'small',
      digest,
      definition: { rules: [{ rule: 'size', max: 100, severity: 'must' }], settleSeconds: 2 },
    });
  });

  it.each(['fotos', '..%2Fsmall', 'SMALL', 'small.yaml', '__proto__'])('%s is 404', async (name) => {
    const { status, body } = await installation.api.get<ProblemAnswer>(`/v1/profiles/${name}`);
    expect([status, body.code]).toEqual([404, 'no-such-profile']);
  });

  it('that are changed for the worse are refused with line and mend, and listed as such', async () => {
    const file = installation.write(
      join(installation.top, 'profiles/other.yaml'),
      'name: other\nversion: "1"\nrules: 7\n',
    );
    installation.write('incoming/x', '');
    const scan = await installation.api.post<ProblemAnswer>('/v1/scans', { directory: 'incoming', profile: 'other' });
    expect([scan.status, scan.body.code]).toEqual([422, 'invalid-profile']);
    expect(scan.body.errors?.[0]?.field).toMatch(/^other\.yaml:3:\d+$/);
    expect(scan.body.errors?.[0]?.fix).toEqual(expect.any(String));
    const one = await installation.api.get<ProblemAnswer>('/v1/profiles/other');
    expect([one.status, one.body.code]).toEqual([422, 'invalid-profile']);
    const { body } = await installation.api.get<{ items: unknown[]; problems: unknown[] }>('/v1/profiles');
    expect([body.items.length, body.problems.length]).toEqual([1, 1]);
    rmSync(file);
  });
});

describe('the inspection of one file', () => {
  const inspect = (path: unknown, profile: unknown = 'small') =>
    installation.api.post<ProblemAnswer>('/v1/inspections', { path, profile });

  it('gives facts, findings and disposition, and moves nothing', async () => {
    const path = installation.write('incoming/heavy.txt', 'x'.repeat(200));
    const before = installation.tree();
    const { status, body } = await inspect('incoming/heavy.txt');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      path,
      profile: { name: 'small', version: '7' },
      size: 200,
      modifiedAt: expect.stringMatching(/Z$/) as string,
      facts: { mediaType: 'text/plain', extension: 'txt', problems: [] },
      verdict: 'fail',
      findings: [{ code: 'too-heavy', severity: 'must', value: 200 }],
      disposition: { action: 'quarantine', to: 'heavy.txt', onConflict: 'number' },
    });
    expect(installation.tree()).toEqual(before);
    expect((await installation.api.get<{ items: unknown[] }>('/v1/scans')).body.items).toEqual([]);
  });

  it('refuses what is outside the roots or behind a symlink with 403, before it says what is missing', async () => {
    installation.write('incoming/x', '');
    symlinkSync('/etc', join(installation.root, 'out'));
    symlinkSync('x', join(installation.root, 'incoming/link'));
    const codes = [];
    for (const path of ['/etc/passwd', '../../etc/passwd', 'out/passwd', 'out/nothing', 'incoming/link']) {
      const { status, body } = await inspect(path);
      codes.push([status, body.code]);
    }
    expect(codes).toEqual([
      [403, 'outside-roots'],
      [403, 'outside-roots'],
      [403, 'symlink-on-the-way'],
      [403, 'symlink-on-the-way'],
      [403, 'symlink-on-the-way'],
    ]);
  });

  it('says 404 of a file that does not exist', async () => {
    for (const path of ['incoming/missing', 'missing/deeper', 'incoming/x/below']) {
      const { status, body } = await inspect(path);
      expect([path, status, body.code]).toEqual([path, 404, 'no-such-file']);
    }
  });

  it('refuses what has no content of its own with 400', async () => {
    mkdirSync(join(installation.root, 'incoming/folder'), { recursive: true });
    execFileSync('mkfifo', [join(installation.root, 'incoming/pipe')]);
    for (const path of ['incoming/folder', 'incoming/pipe', '.']) {
      const { status, body } = await inspect(path);
      expect([path, status, body.code]).toEqual([path, 400, 'not-a-file']);
    }
  });

  it('refuses an unknown profile with 422, and malformed bodies with 400', async () => {
    expect((await inspect('incoming/x', 'fotos')).body.code).toBe('unknown-profile');
    expect((await inspect(7)).body.code).toBe('malformed');
    expect((await inspect('incoming/x', null)).body.code).toBe('malformed');
    expect((await installation.api.post<ProblemAnswer>('/v1/inspections', {})).status).toBe(400);
  });
});
