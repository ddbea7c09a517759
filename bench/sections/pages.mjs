import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { say } from '../../deploy/local/say.mjs';
import { openLedger } from '../peers/product-parts.mjs';
import { median } from '../probe/percentiles.mjs';

const LIMIT = 500;
const BATCH = 500;
const TIMES = 40;

/** What pages cost at few rows and at very many: a ledger filled through its own interface, read over HTTP. */
export async function pages(bench) {
  const { few, many } = bench.plan.pages;
  say(`\nPages of ${few} and of ${many} rows`);
  const ids = {};
  const prepare = async (home) => {
    const ledger = await openLedger({ url: `sqlite:${path.join(home, 'ledger.sqlite')}` });
    try {
      for (const [name, rows] of [
        ['few', few],
        ['many', many],
      ])
        ids[name] = await fill(ledger, path.join(bench.data, name), rows);
    } finally {
      await ledger.close();
    }
  };
  const { client } = await bench.product({ anew: true, prepare });
  const cursors = {};
  for (const [name, id] of Object.entries(ids)) cursors[name] = await lastCursor(client, id);
  const queries = {
    'first page': (name) => `/v1/scans/${ids[name]}/files?limit=${LIMIT}`,
    'last page': (name) => `/v1/scans/${ids[name]}/files?limit=${LIMIT}&cursor=${cursors[name]}`,
    'failed ones': (name) => `/v1/scans/${ids[name]}/files?verdict=fail&limit=50`,
    'one finding': (name) => `/v1/scans/${ids[name]}/files?code=missing-fact&limit=50`,
    'one folder': (name) => `/v1/scans/${ids[name]}/files?path=card-00002/&limit=50`,
    summary: (name) => `/v1/scans/${ids[name]}/summary`,
    scan: (name) => `/v1/scans/${ids[name]}`,
    scans: () => '/v1/scans?limit=50',
  };
  const measured = [];
  for (const [query, url] of Object.entries(queries)) {
    const waits = { few: [], many: [] };
    for (let time = 0; time < TIMES; time += 1) {
      for (const name of ['few', 'many']) {
        const began = performance.now();
        await client.get(url(name));
        waits[name].push(performance.now() - began);
      }
    }
    const [theirs, ours] = [median(waits.few), median(waits.many)];
    measured.push({ query, value: ours / theirs, ours, theirs });
    say(`  ${query.padEnd(28)} ${ours.toFixed(1)} ms at ${many}, ${theirs.toFixed(1)} ms at ${few}`);
  }
  const worst = measured.reduce((one, other) => (other.value > one.value ? other : one));
  return { measured: [{ key: 'pages', ...worst, unit: 'ms', note: `worst: ${worst.query}`, rounds: measured }] };
}

/** The cursor of the last page, found as any client finds it. */
async function lastCursor(client, id) {
  let last = '';
  for (;;) {
    const { nextCursor } = await client.get(
      `/v1/scans/${id}/files?limit=${LIMIT}${last === '' ? '' : `&cursor=${last}`}`,
    );
    if (nextCursor === null) return last;
    last = nextCursor;
  }
}

async function fill(ledger, directory, rows) {
  const id = randomUUID();
  const profile = { name: 'photos', version: '1.0', digest: `sha256:${'0'.repeat(64)}`, definition: {} };
  const request = {
    id,
    directory,
    accept: `${directory}-accepted`,
    quarantine: `${directory}-quarantined`,
    profile,
    dryRun: true,
    priority: 'normal',
  };
  await ledger.createScan({ ...request, label: null, startAt: null, requestedBy: null, requestId: null }, null);
  const { walk } = await ledger.takeWalk(id);
  for (let first = 0; first < rows; first += BATCH) {
    const files = Array.from({ length: Math.min(BATCH, rows - first) }, (_, index) => row(directory, first + index));
    const none = { folders: [], unsettled: [], settled: [], done: [] };
    await ledger.record(walk, { files, ...none });
  }
  for (let open = await ledger.openFolders(id, 10); open.length > 0; open = await ledger.openFolders(id, 10))
    await ledger.record(walk, {
      files: [],
      folders: [],
      unsettled: [],
      settled: [],
      done: open.map((folder) => folder.id),
    });
  if (!(await ledger.endWalk(walk, null))) throw new Error('The walk of the filled ledger did not end');
  return id;
}

/** Every tenth fails, every fifth lacks a fact; seven cameras. */
function row(directory, number) {
  const file = `card-${String(Math.floor(number / 500) + 1).padStart(5, '0')}/IMG_${String(number + 1).padStart(7, '0')}.JPG`;
  const fails = number % 10 === 0;
  const findings = [
    ...(fails
      ? [{ code: 'too-small', severity: 'must', message: 'Too small.', fix: 'Deliver the picture itself.' }]
      : []),
    ...(number % 5 === 0
      ? [{ code: 'missing-fact', severity: 'should', message: 'No date.', fix: 'Keep the date.' }]
      : []),
  ];
  const facts = {
    mediaType: 'image/jpeg',
    extension: 'jpg',
    width: 640,
    height: 480,
    orientation: 1,
    camera: { make: 'Maker', model: `Model ${number % 7}` },
    captured: { local: '2024-02-29T12:34:56.007', offset: '+09:00', source: 'EXIF:DateTimeOriginal' },
    reader: 'exifr',
    problems: [],
  };
  const planned = {
    action: fails ? 'quarantine' : 'accept',
    destination: `${directory}-accepted/${file}`,
    onConflict: 'number',
  };
  return {
    path: file,
    size: 20_000,
    modifiedAt: 1_700_000_000_000 + number,
    identity: `1:${number}:20000:1:1`,
    inspection: { facts, findings, verdict: fails ? 'fail' : 'pass' },
    plan: { kind: 'leave', reason: 'dry-run', planned },
  };
}
