/*
 * `node --require` this, and the kernel refuses hard links to the process and its threads, as FAT and some FUSE file systems do: what a test does then
 * goes the way of rename alone.
 */
const { refuseCalls } = require('./refuse-calls.cjs');

const EPERM = 1;
// link and linkat.
refuseCalls({ x64: [86, 265], arm64: [37] }, EPERM);
