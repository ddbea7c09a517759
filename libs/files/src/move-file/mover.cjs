/* A thread that waits for the others, then gives its file the name that all of them want, round after round. */
const { parentPort, workerData } = require('node:worker_threads');
require(workerData.hook);
const { openFolder } = require('../folder.ts');
const { moveNoReplace } = require('./move-no-replace.ts');

const { root, mine, rounds, movers, barrier } = workerData;
const arrived = new Int32Array(barrier);
const folder = openFolder(root, '');
const results = [];
for (let round = 0; round < rounds; round += 1) {
  if (Atomics.add(arrived, round, 1) + 1 === movers) Atomics.notify(arrived, round);
  for (let count = Atomics.load(arrived, round); count < movers; count = Atomics.load(arrived, round))
    Atomics.wait(arrived, round, count, 10);
  results.push(moveNoReplace(folder, `${mine}-${round}`, folder, `wanted-${round}`));
}
folder.close();
parentPort.postMessage(results);
