/*
 * `node --require` this, and the kernel refuses renameat2 to the process and its threads, as it does for NFS, many FUSE file systems and containers
 * with an old seccomp profile: what a test does then goes the way of link and unlink. Linux on x64 and arm64; the filter can't be lifted.
 */
const koffi = require('koffi');

const RENAMEAT2 = { x64: 316, arm64: 276 }[process.arch];
if (process.platform !== 'linux' || RENAMEAT2 === undefined) throw new Error('only for Linux on x64 and arm64');

/** linux/bpf_common.h and linux/seccomp.h: load the number of the call; where it is renameat2, answer EINVAL, else allow. */
const EINVAL = 22;
const program = [
  [0x20, 0, 0, 0],
  [0x15, 0, 1, RENAMEAT2],
  [0x06, 0, 0, 0x00050000 | EINVAL],
  [0x06, 0, 0, 0x7fff0000],
];
const filter = Buffer.alloc(program.length * 8);
for (const [index, [code, yes, no, k]] of program.entries()) {
  filter.writeUInt16LE(code, index * 8);
  filter.writeUInt8(yes, index * 8 + 2);
  filter.writeUInt8(no, index * 8 + 3);
  filter.writeUInt32LE(k, index * 8 + 4);
}

const libc = koffi.load(null);
koffi.struct('sock_fprog', { length: 'uint16', filter: 'const uint8_t *' });
const prctl = libc.func('int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)');
const seccomp = libc.func(
  'long syscall(long number, unsigned int operation, unsigned int flags, const sock_fprog *program)',
);
const PR_SET_NO_NEW_PRIVS = 38;
const SECCOMP = { x64: 317, arm64: 277 }[process.arch];
const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_FILTER_FLAG_TSYNC = 1;
if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) !== 0) throw new Error('prctl failed');
const failed = seccomp(SECCOMP, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, { length: program.length, filter });
if (failed !== 0) throw new Error(`seccomp failed: ${failed}, errno ${koffi.errno()}`);
