import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isRunning, programOf } from './program.mjs';
import { provideBroker, withdrawBroker } from './provide-broker.mjs';

const PREFIX = 'assay-test-';
const OWNER = 'owner.json';

/**
 * A broker for one run of tests, in a home of its own in the temp folder. `environment` is how suites find it:
 * ASSAY_TEST_AMQP_URL (the application's user with its least rights), ASSAY_TEST_MANAGEMENT_URL and
 * ASSAY_TEST_MANAGEMENT_USER / _PASSWORD, who may make vhosts and users and has all rights in the vhosts it makes.
 * What earlier runs left that were killed is stopped and removed first.
 * @param {Array<() => unknown>} cleanUps gets the act that stops the broker and removes its home
 * @param {{ server?: string }} [options] start script of a certain RabbitMQ, instead of any that is found
 */
export async function provideTestBroker(cleanUps, { server } = {}) {
  await removeLeftHomes();
  const home = mkdtempSync(path.join(os.tmpdir(), PREFIX));
  writeFileSync(path.join(home, OWNER), JSON.stringify(programOf(process.pid)), { mode: 0o600 });
  cleanUps.push(() => removeHome(home));
  const broker = await provideBroker({ home, forTests: true, server });
  return {
    home,
    environment: {
      ASSAY_TEST_AMQP_URL: broker.amqpUrl,
      ASSAY_TEST_MANAGEMENT_URL: broker.managementUrl,
      ASSAY_TEST_MANAGEMENT_USER: broker.user,
      ASSAY_TEST_MANAGEMENT_PASSWORD: broker.password,
    },
  };
}

async function removeHome(home) {
  await withdrawBroker(home);
  rmSync(home, { recursive: true, force: true });
}

async function removeLeftHomes() {
  for (const name of readdirSync(os.tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const home = path.join(os.tmpdir(), name);
    const owner = path.join(home, OWNER);
    if (!existsSync(owner) || isRunning(JSON.parse(readFileSync(owner, 'utf8')))) continue;
    await removeHome(home);
  }
}
