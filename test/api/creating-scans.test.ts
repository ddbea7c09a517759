import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Answer, Installation, type ProblemAnswer, type ScanAnswer } from '../installation';

jest.setTimeout(90_000);

/** Nothing walks here: what is asked for stays as it was recorded. */
const STILL = { SCAN_THREADS: '0' };

describe('asking for a scan', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await Installation.make({ roots: ['data', 'other'] });
    await installation.start({ environment: STILL });
  });
  afterAll(() => installation.close());

  let count = 0;
  /** A new directory for each test, so that no two scans overlap. */
  const directory = (): string => {
    const name = `incoming-${(count += 1)}`;
    mkdirSync(join(installation.root, name));
    return name;
  };
  const ask = (body: unknown, headers: Record<string, string> = {}): Promise<Answer<ProblemAnswer>> =>
    installation.api.post('/v1/scans', body, headers);
  const scans = async (): Promise<number> =>
    (await installation.api.get<{ items: unknown[] }>('/v1/scans?limit=1000')).body.items.length;

  describe('that can be done', () => {
    it('answers 202 with the scan and its address, every default said', async () => {
      const name = directory();
      const { status, headers, body } = await installation.api.post<ScanAnswer>('/v1/scans', {
        directory: name,
        profile: 'any-file',
      });
      expect(status).toBe(202);
      expect(headers.get('location')).toBe(`/v1/scans/${body.id}`);
      expect(body).toEqual({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        state: 'queued',
        directory: join(installation.root, name),
        profile: {
          name: 'any-file',
          version: expect.any(String) as string,
          digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
        },
        accept: join(installation.root, 'accepted'),
        quarantine: join(installation.root, 'quarantined'),
        dryRun: false,
        priority: 'normal',
        label: null,
        counts: {
          found: 0,
          pending: 0,
          accepted: 0,
          quarantined: 0,
          left: 0,
          skipped: 0,
          conflicted: 0,
          errored: 0,
        },
        balanced: false,
        filesPerSecond: null,
        etaSeconds: null,
        paused: null,
        epilogue: null,
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
        startAt: null,
        startedAt: null,
        finishedAt: null,
      });
      expect((await installation.api.get(headers.get('location') ?? '')).body).toEqual(body);
    });

    it('takes absolute paths, and all that can be said', async () => {
      const name = directory();
      const { status, body } = await ask({
        directory: join(installation.root, name),
        profile: 'photos',
        accept: join(installation.roots[1] ?? '', 'kept/here'),
        quarantine: 'refused',
        dryRun: true,
        priority: 'high',
        label: 'wedding-042',
      });
      expect(status).toBe(202);
      expect(body).toMatchObject({
        accept: join(installation.roots[1] ?? '', 'kept/here'),
        quarantine: join(installation.root, 'refused'),
        dryRun: true,
        priority: 'high',
        label: 'wedding-042',
      });
    });

    it('takes the defaults from the root that holds the directory', async () => {
      const other = installation.roots[1] ?? '';
      mkdirSync(join(other, 'incoming'));
      const { body } = await ask({ directory: join(other, 'incoming'), profile: 'any-file' });
      expect(body).toMatchObject({ accept: join(other, 'accepted'), quarantine: join(other, 'quarantined') });
    });

    it('schedules one whose time is yet to come', async () => {
      const { status, body } = await ask({
        directory: directory(),
        profile: 'any-file',
        startAt: '2199-01-31T06:00:00+01:00',
      });
      expect(status).toBe(202);
      expect(body).toMatchObject({ state: 'scheduled', startAt: '2199-01-31T05:00:00.000Z' });
    });
  });

  describe('that is malformed', () => {
    const refused = async (body: unknown, field: string): Promise<ProblemAnswer> => {
      const before = await scans();
      const answer = await ask(body);
      expect(answer.status).toBe(400);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(answer.body).toMatchObject({ code: 'malformed', status: 400, instance: '/v1/scans' });
      expect(answer.body.errors?.map((error) => error.field)).toContain(field);
      expect(await scans()).toBe(before);
      return answer.body;
    };

    it.each([
      ['a body that is not JSON', '{"directory": ', 'body'],
      ['a body that is no object', '[1]', 'body'],
      ['a body that is null', 'null', 'body'],
      ['no directory', { profile: 'any-file' }, 'directory'],
      ['no profile', { directory: 'x' }, 'profile'],
      ['an empty directory', { directory: '', profile: 'any-file' }, 'directory'],
      ['a directory that is a number', { directory: 7, profile: 'any-file' }, 'directory'],
      ['a NUL in a path', { directory: 'a\0b', profile: 'any-file' }, 'directory'],
      ['half a surrogate in a path', '{"directory":"caf\\udce9","profile":"any-file"}', 'directory'],
      ['an unknown priority', { directory: 'x', profile: 'any-file', priority: 'urgent' }, 'priority'],
      ['a dry run that is text', { directory: 'x', profile: 'any-file', dryRun: 'yes' }, 'dryRun'],
      ['a time without an offset', { directory: 'x', profile: 'any-file', startAt: '2199-01-31T06:00:00' }, 'startAt'],
      ['a time that has passed', { directory: 'x', profile: 'any-file', startAt: '2001-01-31T06:00:00Z' }, 'startAt'],
      ['a label of two lines', { directory: 'x', profile: 'any-file', label: 'a\nb' }, 'label'],
    ])('refuses %s', async (_what, body, field) => {
      await refused(body, field);
    });

    it('names every field at once, with its value and the mend', async () => {
      const { errors } = await refused(
        { directory: 'x', profile: 'any-file', priority: 'urgent', speed: 9 },
        'priority',
      );
      expect(errors).toEqual([
        { field: 'priority', value: 'urgent', message: 'must be high, normal or low' },
        {
          field: 'speed',
          value: 9,
          message: 'is not known here',
          fix: expect.stringContaining('directory, profile, accept') as string,
        },
      ]);
    });

    it.each(['', 'x'.repeat(256), 'tab\there'])('refuses the Idempotency-Key %j', async (key) => {
      const answer = await ask({ directory: 'x', profile: 'any-file' }, { 'idempotency-key': key });
      expect(answer.body).toMatchObject({ code: 'malformed', errors: [{ field: 'Idempotency-Key' }] });
    });

    it('refuses another media type with 415', async () => {
      const answer = await ask('directory=x', { 'content-type': 'application/x-www-form-urlencoded' });
      expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported-media-type' } });
    });

    it('refuses a body of more than 64 kB with 413', async () => {
      const answer = await ask({ directory: 'x'.repeat(70_000), profile: 'any-file' });
      expect(answer).toMatchObject({ status: 413, body: { code: 'too-large' } });
    });
  });

  describe('of a place that can’t be scanned', () => {
    const refused = async (body: Record<string, unknown>, status: number, code: string): Promise<ProblemAnswer> => {
      const before = await scans();
      const answer = await ask({ profile: 'any-file', ...body });
      expect([answer.status, answer.body.code]).toEqual([status, code]);
      expect(await scans()).toBe(before);
      return answer.body;
    };

    it('refuses what lies outside the roots with 403, whether it exists or not', async () => {
      await refused({ directory: '/etc' }, 403, 'outside-roots');
      await refused({ directory: '/nowhere/at/all' }, 403, 'outside-roots');
      await refused({ directory: '../home' }, 403, 'outside-roots');
      await refused({ directory: `${installation.root}-neighbour` }, 403, 'outside-roots');
    });

    it.each(['accept', 'quarantine'])('refuses an outside %s with 403 and names it', async (field) => {
      const { errors } = await refused({ directory: directory(), [field]: '/tmp/elsewhere' }, 403, 'outside-roots');
      expect(errors).toMatchObject([{ field, value: '/tmp/elsewhere' }]);
    });

    it('refuses a symlink on the way with 403, before it says what is missing behind it', async () => {
      symlinkSync('/etc', join(installation.root, 'out'));
      symlinkSync(directory(), join(installation.root, 'in'));
      await refused({ directory: 'out' }, 403, 'symlink-on-the-way');
      await refused({ directory: 'in' }, 403, 'symlink-on-the-way');
      await refused({ directory: 'out/nothing/here' }, 403, 'symlink-on-the-way');
      await refused({ directory: directory(), accept: 'in/kept' }, 403, 'symlink-on-the-way');
    });

    it('says 404 of a directory that does not exist', async () => {
      const { errors } = await refused({ directory: 'missing/deeper' }, 404, 'no-such-directory');
      expect(errors).toMatchObject([{ field: 'directory', value: join(installation.root, 'missing/deeper') }]);
    });

    it('refuses a file as a directory or destination with 400', async () => {
      installation.write('a-file');
      await refused({ directory: 'a-file' }, 400, 'not-a-directory');
      await refused({ directory: directory(), quarantine: 'a-file/below' }, 400, 'not-a-directory');
    });

    it.each(['.', 'accepted', 'accepted/2024'])(
      'refuses accept %j where it would hold the whole directory',
      async (accept) => {
        const inside = join(installation.root, 'accepted/2024');
        mkdirSync(inside, { recursive: true });
        await refused({ directory: 'accepted/2024', accept }, 400, 'directory-in-destination');
      },
    );

    // Root may read everything.
    (process.getuid?.() === 0 ? it.skip : it)('refuses a directory that may not be read with 403', async () => {
      const name = directory();
      chmodSync(join(installation.root, name), 0);
      await refused({ directory: name }, 403, 'not-permitted');
    });

    it('refuses an unknown profile with 422 and names those that there are', async () => {
      const { errors } = await refused({ directory: directory(), profile: 'fotos' }, 422, 'unknown-profile');
      expect(errors).toMatchObject([
        { field: 'profile', value: 'fotos', fix: expect.stringMatching(/^Use one of: .*any-file, .*photos/) as string },
      ]);
    });

    it('looks at the place before the profile', async () => {
      await refused({ directory: 'missing', profile: 'fotos' }, 404, 'no-such-directory');
    });
  });

  it('refuses what overlaps an unfinished scan with 409, and names that scan', async () => {
    const name = directory();
    mkdirSync(join(installation.root, name, 'below'));
    const first = await ask({ directory: name, profile: 'any-file' });
    for (const overlapping of [name, `${name}/below`, '.']) {
      const answer = await ask({ directory: overlapping, profile: 'any-file' });
      expect([answer.status, answer.body.code]).toEqual([409, 'overlap']);
      if (overlapping !== '.') expect(answer.body.detail).toContain((first.body as unknown as ScanAnswer).id);
    }
    const into = await ask({ directory: directory(), accept: `${name}/below`, profile: 'any-file' });
    expect([into.status, into.body.code]).toEqual([409, 'overlap']);
  });

  it('allows it again once that scan was cancelled', async () => {
    const name = directory();
    const { body } = await ask({ directory: name, profile: 'any-file' });
    const { id } = body as unknown as ScanAnswer;
    expect((await installation.api.post(`/v1/scans/${id}/cancel`)).status).toBe(202);
    expect((await installation.finished(id)).state).toBe('cancelled');
    expect((await ask({ directory: name, profile: 'any-file' })).status).toBe(202);
  });
});
