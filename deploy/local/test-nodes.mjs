import { CORE, CORE_WITHOUT_SQLITE, runSuite } from './core-suite.mjs';
import { withLock } from './lock.mjs';
import { NODES_LOCK, prepareCheckout, provideNode } from './other-node.mjs';
import { report } from './results.mjs';
import { endChildren } from './run-jest.mjs';
import { CommandFailure, runCommand, say } from './say.mjs';
import { setUp } from './setup.mjs';
import { provideTestBroker } from './test-broker.mjs';
import { provideTestPostgres } from './test-postgres.mjs';

/** By major. Exact, so that a run tells of the code and not of the day. */
const VERSIONS = { 22: '22.23.3', 24: '24.21.0' };

const PRESENT = process.versions.node;

/**
 * `npm run test:nodes [-- MAJOR …]`: the core suite on the Node.js that runs this and on each other one that the
 * product is to run on (or on those majors alone), every one with packages built for it. Ends with a line for each that
 * says which store it had.
 */
await runCommand('npm run test:nodes', async (cleanUps) => {
  const majors = chosenMajors(process.argv.slice(2));
  await setUp();
  const { environment: broker } = await provideTestBroker(cleanUps);
  const { environment: database } = await provideTestPostgres(cleanUps);
  // Here is where suites that any store will do for meet each.
  const environment = { ...broker, ...database, ASSAY_TEST_STORES: 'every' };
  cleanUps.push(endChildren);
  const run = (major) => (major === majorOf(PRESENT) ? runPresent(environment) : runOther(major, environment));
  const results = [];
  await withLock(NODES_LOCK, async () => {
    for (const major of majors) results.push(await run(major));
  });
  for (let next = cleanUps.pop(); next; next = cleanUps.pop()) await next();
  report(results);
});

function chosenMajors(args) {
  const known = [...new Set([majorOf(PRESENT), ...Object.keys(VERSIONS)])];
  const unknown = args.find((arg) => !known.includes(arg));
  if (unknown) throw new CommandFailure(`Node.js ${unknown} is not among those that are tested: ${known.join(', ')}.`);
  return args.length > 0 ? args : known;
}

function majorOf(version) {
  return version.split('.')[0];
}

/** The stores that the suite meets, in words. */
function storesOf(environment, builtStore = true) {
  const stores = [
    ...(builtStore ? ['SQLite'] : []),
    ...('ASSAY_TEST_DATABASE_URL' in environment ? ['PostgreSQL'] : []),
  ];
  return stores.join(' and ');
}

async function runPresent(environment) {
  const what = `Node.js ${PRESENT}, ${storesOf(environment)}`;
  say(`\n${what}`);
  return { what, total: await runSuite(CORE, { environment }) };
}

async function runOther(major, environment) {
  say(`\nNode.js ${VERSIONS[major]} …`);
  const node = provideNode(VERSIONS[major]);
  if (node.unavailable) return { what: `Node.js ${VERSIONS[major]}`, skipped: node.unavailable };
  const { builtStore } = prepareCheckout(node);
  const stores = storesOf(environment, builtStore);
  if (stores === '') {
    return {
      what: `Node.js ${node.version}`,
      skipped: "better-sqlite3 can't be built for it, and there is no PostgreSQL",
    };
  }
  const total = await runSuite(builtStore ? CORE : CORE_WITHOUT_SQLITE, {
    environment: { ...node.environment, ...environment },
    node: node.program,
    checkout: node.checkout,
  });
  const why = builtStore ? '' : " alone: better-sqlite3 can't be built for it";
  return { what: `Node.js ${node.version}, ${stores}${why}`, total };
}
