import { type Ended, evaluate, runNode, CHECKOUT } from './run-program';

/** `npm run test:nodes` and `npm run test:brokers`: what they say and end with; what they run is the suite itself. */

const report = (results: object[]): Promise<Ended> =>
  runNode([
    '--input-type=module',
    '--eval',
    `import { report } from '${CHECKOUT}/deploy/local/results.mjs'; report(${JSON.stringify(results)});`,
  ]);

const passed = { what: 'Node.js 20', total: { passed: 3, failed: 0, skipped: 1 } };
const failed = { what: 'RabbitMQ 4', total: { passed: 3, failed: 1, skipped: 0 } };
const skipped = { what: 'Node.js 24.21', skipped: 'it does not run here' };

it('tells for each surrounding what came of it, and why one was skipped', async () => {
  const { code, stdout } = await report([passed, skipped]);
  expect(stdout.trim().split('\n')).toEqual([
    'Node.js 20     3 passed, 0 failed, 1 skipped',
    'Node.js 24.21  skipped: it does not run here',
  ]);
  expect(code).toBe(0);
});

it('ends with a failure where a test failed in one of them', async () => {
  expect((await report([passed, failed])).code).toBe(1);
});

it('ends with a failure where nothing ran at all', async () => {
  expect((await report([skipped])).code).toBe(1);
  expect((await report([{ what: 'Node.js 22', total: { passed: 0, failed: 0, skipped: 4 } }])).code).toBe(1);
});

it('names the versions of Node.js that it knows where another is asked for', async () => {
  const { code, stderr } = await runNode(['deploy/local/test-nodes.mjs', '8']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/Node\.js 8 is not among those that are tested: .*22, 24/);
});

it('has no Debian beside this one for a user who is not root, and says so', async () => {
  const found = await evaluate(
    `import { provideRabbitmqOfDebian13 } from './debian-13.mjs';
     process.getuid = () => 1000;
     console.log(JSON.stringify(await provideRabbitmqOfDebian13()));`,
  );
  expect(found).toEqual({ unavailable: expect.stringMatching(/only root|Linux alone/) as string });
});

it('takes a Node.js that npm can not install for one that is not to be had', async () => {
  const found = await evaluate(
    `import { rmSync } from 'node:fs';
     import { provideNode } from './other-node.mjs';
     console.log(JSON.stringify(provideNode('22.0.999')));
     rmSync('.assay-nodes/22.0.999', { recursive: true });`,
    // A registry that answers nothing: whatever is asked of it can't be had.
    { npm_config_registry: 'http://127.0.0.1:9/', npm_config_fetch_retries: '0', npm_config_cache: '/nonexistent' },
  );
  expect(found).toEqual({ unavailable: expect.stringContaining('22.0.999') as string });
});
