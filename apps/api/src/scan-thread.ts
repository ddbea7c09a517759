import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { surviveLostChannels } from '@assay/broker';
import type { Config } from '@assay/config';
import { takeTurns } from '@assay/files';
import { startScanning } from '@assay/scanning';
import { createLog, loggerService } from './log';
import type { FromThread, ToThread } from './scan-threads';

/** The entry of a scan thread: a Nest application context of its own, beside the one that serves HTTP. */

@Module({})
class ScanModule {}

/** Walking yields to serving HTTP. */
const NICENESS = 19;

const config = workerData as Config;
const log = createLog(config, 'scan');

async function run(port: NonNullable<typeof parentPort>): Promise<void> {
  const context = await NestFactory.createApplicationContext(ScanModule, {
    logger: loggerService(log),
    abortOnError: false,
  });
  const scanning = await startScanning(config, loggerService(log));
  const say = (message: FromThread) => port.postMessage(message);
  port.on('message', (message: ToThread) => {
    void (async () => {
      await scanning.close(message.milliseconds);
      await context.close();
      say({ kind: 'stopped' });
      port.close();
    })();
  });
  say({ kind: 'started' });
}

if (parentPort === null) throw new Error('This is the entry of a worker thread');
// On Linux this is of the thread alone; elsewhere it would be of the whole process, HTTP included.
if (process.platform === 'linux') setPriority(NICENESS);
takeTurns();
surviveLostChannels(log, () => {
  log.flush();
  process.exit(1);
});
void run(parentPort);
