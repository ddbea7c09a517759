/*
 * `node --require` this, and the kernel refuses statx to the process and its threads, as a kernel before 4.11 does and containers with an
 * old seccomp profile: what a test does then is asked of node:fs.
 */
const { refuseCalls } = require('./move-file/refuse-calls.cjs');

const ENOSYS = 38;
refuseCalls({ x64: [332], arm64: [291] }, ENOSYS);
