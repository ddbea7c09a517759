import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { Installation, type ScanAnswer } from '../installation';
import { type FuzzedRequest, type Known, requestArbitrary } from './fuzz/call-arbitrary';
import { type ApiDocument, describedCalls } from './fuzz/described-api';
import { KeptState } from './fuzz/kept-state';
import { AnswerJudge } from './fuzz/verdict-on-answer';
import { Wire } from './fuzz/wire';

/*
 * The API under a fuzzer that is driven by the API's own document. A run is told again by its seed:
 * `ASSAY_FUZZ_SEED=… npm test -- test/api/fuzz`; ASSAY_FUZZ_REQUESTS makes it longer.
 */

jest.setTimeout(20 * 60_000);

const SEED = Number(process.env['ASSAY_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const REQUESTS = Number(process.env['ASSAY_FUZZ_REQUESTS'] ?? 3_000);
/** The usual run ends then, on a machine that has much else to do. */
const USUAL_MS = 35_000;
const KEY = 'key-of-the-fuzzer';

describe(`a request (seed ${SEED})`, () => {
  let installation: Installation;
  let document: ApiDocument;
  let wire: Wire;
  let known: Known;

  beforeAll(async () => {
    installation = await Installation.make({
      environment: { API_KEYS: `fuzz:${KEY}` },
      headers: { authorization: `Bearer ${KEY}` },
    });
    for (const name of ['a.txt', 'b/c.txt', 'b/d.txt']) installation.write(`in/${name}`, `contents of ${name}`);
    installation.write('other/e.txt', 'other contents');
    symlinkSync('/etc', join(installation.root, 'link'));
    writeFileSync(join(installation.top, 'outside.txt'), 'outside the root');
    await installation.start({ subscribers: 1 });
    const { id } = await installation.scan({ directory: 'other', profile: 'any-file' });
    await installation.finished(id);
    const ledger = await installation.ledger();
    for (const deadline = Date.now() + 20_000; (await ledger.scan(id))?.epilogue == null;)
      if (Date.now() > deadline) throw new Error('The scan has no end');
    await installation.stop();
    // From here on nothing works on what is asked for: what changes was changed by a request.
    await installation.startApi({ SCAN_THREADS: '0' });
    document = (await installation.api.get<ApiDocument>('/docs-json')).body;
    wire = new Wire(installation.api.url);
    known = {
      id: [id],
      scan: [id],
      name: ['photos', 'any-file', 'training-images'],
      profile: ['photos', 'any-file', 'training-images', 'nothing'],
      directory: ['in', 'in/b', 'other', join(installation.root, 'in'), '.', 'link', 'in/a.txt', 'nowhere', '..', '/'],
      accept: ['accepted', 'in/accepted', '../outside', 'link/x'],
      quarantine: ['quarantined', 'in'],
      path: ['in/a.txt', 'other/e.txt', 'in', 'link', 'link/passwd', '../outside.txt', '/etc/passwd', 'in/a.txt/x'],
      startAt: ['2031-01-01T00:00:00Z', '1999-01-01T00:00:00+01:00', '2031-02-30T00:00:00Z'],
      reason: ['gone', 'changed-since-inspection'],
      cursor: ['MTc', Buffer.from(id).toString('base64url'), Buffer.from(`${id}.1`).toString('base64url')],
    };
  });
  afterAll(async () => {
    wire.close();
    await installation.close();
  });

  it('is answered in time as the document says, whatever it is, and changes nothing where it is refused', async () => {
    process.stdout.write(`The fuzzer's seed is ${SEED}\n`);
    const calls = describedCalls(document);
    const judge = new AnswerJudge(document);
    const state = await KeptState.of(installation);
    const seen = new Map<string, number>();

    const try_ = async (request: FuzzedRequest): Promise<void> => {
      const answer = await wire.send(request);
      const { status } = answer;
      seen.set(`${request.method} ${status}`, (seen.get(`${request.method} ${status}`) ?? 0) + 1);
      expect(judge.wrongs(request, answer)).toEqual([]);
      const changes = await state.changes();
      if (status >= 400) expect(changes).toEqual([]);
      // No call moves a file: that is for subscribers, and there are none.
      expect(changes).not.toContain('files');
      if (status === 202) await seenTo(JSON.parse(answer.body.toString('utf8')) as Partial<ScanAnswer>);
      if (changes.length > 0 || status === 202) await state.accept();
    };
    /** Cancels a scan that was taken, so that the next may be too. */
    const seenTo = async ({ id, state: made }: Partial<ScanAnswer>): Promise<void> => {
      if (made === 'queued' || made === 'scheduled') await installation.api.post(`/v1/scans/${id}/cancel`);
    };

    const usual = process.env['ASSAY_FUZZ_REQUESTS'] === undefined;
    await fc.assert(fc.asyncProperty(requestArbitrary(calls, known, KEY), try_), {
      seed: SEED,
      numRuns: REQUESTS,
      ...(usual ? { interruptAfterTimeLimit: USUAL_MS } : {}),
    });
    const total = [...seen.values()].reduce((sum, count) => sum + count, 0);
    process.stdout.write(
      `${total} requests: ${[...seen]
        .map(([what, count]) => `${what} ${count}×`)
        .sort()
        .join(', ')}\n`,
    );
    expect(total).toBeGreaterThan(500);
    expect(installation.apiProcess.alive).toBe(true);
    expect((await installation.api.get('/health/ready')).status).toBe(200);
    expect(installation.apiProcess.output).not.toContain(KEY);
    expect(seen.get('POST 202')).toBeGreaterThan(0);
  });
});
