import { parseArgs } from 'node:util';
import { homeFrom, loadDotEnv } from './checkout.mjs';
import { bringUp, whereToLook } from './installation.mjs';
import { CommandFailure, runCommand, say } from './say.mjs';
import { setUp } from './setup.mjs';

const ENVIRONMENTS = ['local', 'development', 'production'];

/** `npm start [-- --env local|development|production]`. Returns when all is ready; a second one says that it runs. */
await runCommand('npm start', async (cleanUps) => {
  const environmentName = environmentOf(process.argv.slice(2));
  loadDotEnv();
  await setUp();
  const home = homeFrom();
  const amqpUrl = process.env.AMQP_URL ?? '';
  const running = await bringUp({ home, environment: {}, environmentName, amqpUrl, cleanUps });
  const { api, subscribers } = running.counts;
  say(
    `\nAssay ${running.already ? 'is already running' : 'is running'}: ${api} API processes, ${subscribers} subscribers.`,
  );
  say(whereToLook(home, running));
  say('\nTo stop it: npm stop');
});

function environmentOf(args) {
  const { values } = parseArgs({ args, options: { env: { type: 'string', default: 'local' } } });
  if (!ENVIRONMENTS.includes(values.env)) {
    throw new CommandFailure(`--env ${values.env}: there are ${ENVIRONMENTS.join(', ')}`);
  }
  return values.env;
}
