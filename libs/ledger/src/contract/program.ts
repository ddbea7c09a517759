import { openLedger } from '../index';
import { batch, ending, endWalk, everyPage, foundMany, publish } from './bed';

/* A process that uses a ledger together with others: `program.ts URL open | walk SCAN BATCHES SIZE | place SCAN HOLDER SIZE`. */

async function main([url = '', act = '', scan = '', ...rest]: string[]): Promise<void> {
  const ledger = await openLedger({ url });
  const say = (line: string) => process.stdout.write(`${line}\n`);
  if (act === 'open') await ledger.ping();
  else if (act === 'walk') {
    const [batches = '1', size = '1'] = rest;
    const taken = await ledger.takeWalk(scan);
    if (taken === null) throw new Error(`Nothing to walk in ${scan}`);
    for (let at = 0; at < Number(batches); at += 1) {
      await publish(ledger, taken.walk, foundMany(Number(size), `b${at}-`));
      await ledger.record(taken.walk, batch({ folders: [`folder-${at}`] }));
      say(`recorded ${at}`);
    }
    await endWalk(ledger, taken.walk);
  } else {
    const [holder = 'h', size = '10'] = rest;
    for (;;) {
      const rows = (await everyPage(ledger, scan, { outcome: 'pending' })).filter(({ attempts }) => attempts === 0);
      if (rows.length === 0) break;
      const assignments = rows.map(({ seq, path }) => ({ scan, seq, path, generation: 1 })).slice(0, Number(size));
      const claims = await ledger.claim(holder, assignments, 1);
      const files = claims.flatMap((claim) => (claim.kind === 'claimed' ? [claim.file] : []));
      await ledger.end(files.map((file) => ending(file)));
      say(`placed ${files.length}`);
    }
  }
  await ledger.close();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
