import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { Installation, type ProblemAnswer, type ScanAnswer } from '../installation';

jest.setTimeout(90_000);

const DEADLINE_S = 2;

let installation: Installation;
let database: Database.Database;
beforeEach(async () => {
  installation = await Installation.make();
  mkdirSync(join(installation.root, 'incoming'));
  await installation.start({ environment: { SCAN_THREADS: '0', PUBLISH_TIMEOUT_SECONDS: String(DEADLINE_S) } });
  database = new Database(join(installation.home, 'ledger.sqlite'));
});
afterEach(async () => {
  database.close();
  await installation.close();
});

const ask = () =>
  installation.api.post<ProblemAnswer & ScanAnswer>(
    '/v1/scans',
    { directory: 'incoming', profile: 'any-file' },
    { 'idempotency-key': 'one' },
  );
const ids = async () => {
  const { body } = await installation.api.get<{ items: ScanAnswer[] }>('/v1/scans');
  return body.items.map(({ id }) => id);
};

it('a ledger that is locked is told with 503 within the deadline; reading goes on, and the same key starts afresh', async () => {
  database.exec('BEGIN IMMEDIATE');
  const since = Date.now();
  const refused = await ask();
  expect([refused.status, refused.body.code]).toEqual([503, 'ledger-unavailable']);
  expect(Date.now() - since).toBeLessThan(DEADLINE_S * 1000 + 1_000);
  expect(await ids()).toEqual([]);
  const ready = await installation.api.get<ProblemAnswer>('/health/ready');
  expect(ready.status).toBe(503);
  expect(ready.body['parts']).toMatchObject({ ledger: expect.not.stringMatching(/^ok$/) as string, roots: 'ok' });
  database.exec('ROLLBACK');
  const { status, headers, body } = await ask();
  expect([status, headers.get('idempotency-replayed')]).toEqual([202, null]);
  // What was to be withdrawn of the first request has been by now, and was not this scan.
  await sleep(2_000);
  expect(await ids()).toEqual([body.id]);
});

it('a fault of our own is 500, leaks nothing, and stands in the log with its cause and the request’s id', async () => {
  database.exec('ALTER TABLE scans RENAME TO elsewhere');
  const { status, body, text, headers } = await installation.api.get<ProblemAnswer>('/v1/scans');
  expect([status, body.code]).toEqual([500, 'internal']);
  expect(text).not.toMatch(/sqlite|scans'|no such table|node_modules|\.js/i);
  const line = await installation.apiProcess.says('Look for the request');
  expect(line).toMatchObject({ level: 'error', requestId: headers.get('x-request-id') });
  expect(JSON.stringify(line['err'])).toContain('no such table');
  expect((await installation.api.get('/health/live')).status).toBe(200);
});
