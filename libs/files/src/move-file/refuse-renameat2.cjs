/*
 * `node --require` this, and the kernel refuses renameat2 to the process and its threads, as it does for NFS, many FUSE file systems and containers
 * with an old seccomp profile: what a test does then goes the way of link and unlink.
 */
const { refuseCalls } = require('./refuse-calls.cjs');

const EINVAL = 22;
refuseCalls({ x64: [316], arm64: [276] }, EINVAL);
