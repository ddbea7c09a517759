import { connect } from 'amqplib';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FileAnswer } from '../installation';
import type { Scene } from './scene';

const LOOK_EVERY_MS = 500;
const REST_MS = 45_000;
/** After a boot the management API tells of queues only some seconds later. */
const STAYS_DOWN_MS = 20_000;
const EVIDENCE = 'inspection.dead';

interface QueueAnswer {
  name: string;
  state?: string;
  messages?: number;
}

interface PlaceBody {
  scan: string;
  files: { seq: number }[];
}

/** What the queues hold once all scans have ended, and what of it nobody can account for. */
export interface Resting {
  deadLetters: number;
  astray: string[];
}

/**
 * Waits until the work queues are empty. What the ladder still holds, and what rests as evidence, must be of rows that have ended: such a
 * message does nothing when it returns.
 */
export async function restingQueues(scene: Scene): Promise<Resting> {
  const astray: string[] = [];
  for (const deadline = Date.now() + REST_MS; ; await sleep(LOOK_EVERY_MS)) {
    const left = (await queuesOf(scene)).filter(
      ({ name, messages, state }) => state !== 'running' || (isWork(name) && messages !== 0),
    );
    if (left.length === 0) break;
    if (Date.now() < deadline) continue;
    astray.push(...left.map(({ name, messages, state }) => `${name}, ${state}, still holds ${messages} messages`));
    return { deadLetters: 0, astray };
  }
  const ended = await endedRows(scene);
  let deadLetters = 0;
  for (const { name } of (await queuesOf(scene)).filter((queue) => !isWork(queue.name) && queue.messages !== 0))
    for (const body of await messagesIn(scene, name)) {
      if (name === EVIDENCE) deadLetters += 1;
      const strange = strangeIn(body, ended);
      if (strange !== null) astray.push(`${name}: ${strange}`);
    }
  return { deadLetters, astray };
}

/**
 * Looks at queues until `over`, and does what an operator has to do with RabbitMQ 3.10 now and then: a queue that was declared or deleted in the moment in
 * which its node was killed may stay without a leader, and is deleted, to be declared anew; where that mends nothing, the node is restarted.
 */
export async function tendQueues(scene: Scene, over: () => boolean): Promise<void> {
  const { vhost } = scene.installation;
  for (let [down, mends] = [0, 0]; !over(); await sleep(LOOK_EVERY_MS)) {
    const queues = await queuesOf(scene).catch(() => []);
    const broken = queues.filter(({ state }) => state !== 'running').map(({ name }) => name);
    down = broken.length > 0 ? down + 1 : 0;
    if (down * LOOK_EVERY_MS < STAYS_DOWN_MS) continue;
    down = 0;
    mends += 1;
    scene.timeline.note(`${broken.join(', ')} stay down: ${mends % 2 === 1 ? 'deleted' : 'the node is restarted'}`);
    if (mends % 2 === 0) await scene.node.restart();
    else for (const name of broken) await vhost.manage('DELETE', `queues/${vhost.name}/${name}`).catch(() => null);
  }
}

const isWork = (name: string): boolean => name === 'inspection.scans' || name.startsWith('inspection.files.');

async function queuesOf({ installation: { vhost } }: Scene): Promise<QueueAnswer[]> {
  const queues = (await vhost.manage('GET', `queues/${vhost.name}`)) as QueueAnswer[];
  return queues.filter(({ name }) => name.startsWith('inspection.'));
}

/** Rows that have ended, each as `<scan> <seq>`. */
async function endedRows({ installation, deliveries }: Scene): Promise<Map<string, FileAnswer>> {
  const rows = new Map<string, FileAnswer>();
  for (const { scan } of deliveries)
    if (scan !== null)
      for (const row of await installation.files(scan.id))
        if (row.outcome !== 'pending') rows.set(`${scan.id} ${row.seq}`, row);
  return rows;
}

async function messagesIn({ installation: { vhost } }: Scene, queue: string): Promise<string[]> {
  const connection = await connect(vhost.operatorUrl);
  const lost = new Promise<never>((_resolve, reject) => connection.once('error', reject));
  // Where all goes well nobody waits for it any more.
  lost.catch(() => undefined);
  try {
    const channel = await connection.createChannel();
    const bodies: string[] = [];
    for (;;) {
      const message = await Promise.race([channel.get(queue, { noAck: true }), lost]);
      if (message === false) return bodies;
      bodies.push(message.content.toString());
    }
  } finally {
    await connection.close();
  }
}

/** Null where the message is of a row that has ended. */
function strangeIn(text: string, ended: ReadonlyMap<string, FileAnswer>): string | null {
  const body = JSON.parse(text) as Partial<PlaceBody>;
  // A scan's own message: the scan has ended.
  if (body.files === undefined) return null;
  const without = body.files.filter(({ seq }) => !ended.has(`${body.scan} ${seq}`));
  return without.length === 0 ? null : `a message of no row that has ended: ${text}`;
}
