import { existsSync } from 'node:fs';
import path from 'node:path';
import { amqpHandshake } from './amqp-handshake.mjs';
import { mayInstall } from './apt.mjs';
import { startPrivateBroker, stopPrivateBroker } from './broker.mjs';
import { brokerPaths } from './broker-files.mjs';
import { dockerRuns, startDockerBroker, stopDockerBroker, usesDocker } from './docker-broker.mjs';
import { installRabbitmq } from './install-rabbitmq.mjs';
import { findRabbitmqServer } from './rabbitmq-server.mjs';
import { CommandFailure, say } from './say.mjs';

/**
 * @typedef {object} ProvidedBroker
 * @property {'given' | 'docker' | 'private'} kind
 * @property {string} amqpUrl
 * @property {string} [managementUrl] unknown where the broker was given
 * @property {string} [user] of the management UI
 * @property {string} [password]
 * @property {boolean} started whether this call started it
 */

/**
 * A RabbitMQ for the installation of `home`: the one of `amqpUrl`; else in Docker, where an engine runs; else a private
 * node of an installed rabbitmq-server; else the same after installing it. An installation keeps the kind it began
 * with, since its messages are there. `forTests` prefers the private node (tests stop and kill their broker) and
 * gives the operator the right to make vhosts. `server`: a private node of this start script, whatever else is there.
 * @param {{ home: string, amqpUrl?: string, forTests?: boolean, server?: string }} options
 * @returns {Promise<ProvidedBroker>}
 */
export async function provideBroker({ home, amqpUrl = '', forTests = false, server }) {
  if (server) return startNode({ home, forTests, server });
  if (amqpUrl !== '') return given(amqpUrl);
  if (!keepsPrivate(home) && !(forTests && (findRabbitmqServer() || mayInstall())) && dockerRuns()) {
    return { kind: 'docker', ...(await startDockerBroker({ home, forTests })) };
  }
  if (usesDocker(home)) {
    throw new CommandFailure(
      `The messages of this installation are in Docker, whose engine does not answer. Start it, or set AMQP_URL, or ` +
        `give the installation up by removing ${path.join(home, 'docker-broker.json')}.`,
    );
  }
  if (!findRabbitmqServer()) {
    if (!mayInstall()) throw new CommandFailure(WAYS);
    installRabbitmq();
    if (!findRabbitmqServer())
      throw new CommandFailure('rabbitmq-server was installed, but its start script is not found.');
  }
  return startNode({ home, forTests });
}

/** Stops what {@link provideBroker} started for `home`, whenever that was. True if anything ran. Idempotent. */
export async function withdrawBroker(home) {
  const docker = stopDockerBroker(home);
  const node = existsSync(home) && (await stopPrivateBroker(home));
  return docker || node;
}

async function startNode(options) {
  try {
    return { kind: 'private', ...(await startPrivateBroker(options)) };
  } catch (error) {
    throw new CommandFailure(error.message, { cause: error });
  }
}

async function given(amqpUrl) {
  try {
    await amqpHandshake(amqpUrl);
  } catch (error) {
    const mend = 'Start that broker, or unset AMQP_URL: a private one is then provided.';
    throw new CommandFailure(`AMQP_URL is set, but that broker can't be used: ${error.message}. ${mend}`);
  }
  say('Using the broker of AMQP_URL.');
  return { kind: 'given', amqpUrl, started: false };
}

function keepsPrivate(home) {
  return existsSync(brokerPaths(home).state);
}

const WAYS = `RabbitMQ is needed, and there is none. Any one of these will do; then try again:
  - set AMQP_URL to a broker, such as amqp://user:password@host:5672/vhost
  - start Docker (with its compose plugin)
  - install it: Debian and Ubuntu: apt-get install rabbitmq-server (run as root, this command does it); macOS: brew install rabbitmq`;
