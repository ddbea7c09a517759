import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** Of the one vhost and the two users that a private node has. */
export const VHOST = 'assay';
export const USER = 'assay';
export const OPERATOR = 'operator';

/**
 * A private RabbitMQ node of one installation.
 * @typedef {object} PrivateBroker
 * @property {string} amqpUrl of the application's user, with its password and vhost
 * @property {string} managementUrl HTTP API and UI, without credentials
 * @property {string} user of the management UI; in tests it administers
 * @property {string} password of that user
 * @property {string} nodeName
 * @property {{ amqp: number, management: number, distribution: number, epmd: number }} ports all on 127.0.0.1
 * @property {{ node: number, epmd: number }} pids
 * @property {string} log path of its log
 * @property {boolean} started false: it was running already
 */

/** What of a private node is for its users, out of its record. @returns {PrivateBroker} */
export function describe(state, paths, started) {
  return {
    amqpUrl: `amqp://${USER}:${encodeURIComponent(state.secrets.password)}@127.0.0.1:${state.ports.amqp}/${VHOST}`,
    managementUrl: `http://127.0.0.1:${state.ports.management}`,
    user: OPERATOR,
    password: state.secrets.operatorPassword,
    vhost: VHOST,
    nodeName: state.nodeName,
    ports: state.ports,
    pids: { node: state.node?.pid, epmd: state.epmd?.pid },
    log: paths.log,
    started,
  };
}

/** The record of a private node, or null where there is none that can be read. */
export function readState(paths) {
  let text;
  try {
    text = readFileSync(paths.state, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
  try {
    const state = JSON.parse(text);
    return state.version === 1 ? state : null;
  } catch {
    return null; // cut off by a full disk: the node is then found by its name
  }
}

/** Writes the record, with what {@link describe} says of it, for other programs of the same user to read. */
export function writeState(paths, state) {
  write(paths.state, `${JSON.stringify({ ...state, ...describe(state, paths, true) }, null, 2)}\n`);
}

/** Writes a file that only its user may read; readers meet the old text or the new, never a part. */
export function write(file, text) {
  const aside = `${file}.new`;
  rmSync(aside, { force: true }); // a mode is given at creation only
  writeFileSync(aside, text, { mode: 0o600 });
  renameSync(aside, file);
}

/** The same, where there is none yet. */
export function writeOnce(file, text, mode) {
  try {
    writeFileSync(file, text, { mode, flag: 'wx' });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
}

/** Last lines of the node's log and of what it printed. */
export function lastLines(paths, count = 15) {
  const texts = [paths.log, paths.output].map((file) => {
    try {
      return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
    } catch {
      return '';
    }
  });
  return texts.filter((text) => text !== '').join('\n') || '(it said nothing)';
}
