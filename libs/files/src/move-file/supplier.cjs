/* A thread that goes on writing new files under one name, whenever it is free, and sometimes takes them away again. */
const fs = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');

const { path, stop } = workerData;
const stopped = new Int32Array(stop);
const written = [];
for (let count = 0; Atomics.load(stopped, 0) === 0;) {
  const content = `supplied ${count}`;
  try {
    fs.writeFileSync(`${path}.part`, content);
    fs.linkSync(`${path}.part`, path);
    written.push(content);
    count += 1;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  fs.unlinkSync(`${path}.part`);
}
parentPort.postMessage(written);
