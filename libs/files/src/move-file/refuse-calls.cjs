/*
 * Makes the kernel refuse system calls to this process and its threads, as file systems and containers do that lack them (seccomp; Linux on x64 and
 * arm64). It can't be lifted again.
 */
const koffi = require('koffi');

const ARCHITECTURES = { x64: { seccomp: 317 }, arm64: { seccomp: 277 } };

/**
 * @param {Partial<Record<string, number[]>>} numbers of the calls, by architecture
 * @param {number} errno what each of them answers from now on
 */
exports.refuseCalls = (numbers, errno) => {
  const refused = numbers[process.arch];
  if (process.platform !== 'linux' || refused === undefined) throw new Error('only for Linux on x64 and arm64');
  // linux/bpf_common.h and linux/seccomp.h: load the number of the call; where it is one of these, answer the errno, else allow.
  const program = [
    [0x20, 0, 0, 0],
    ...refused.map((number, index) => [0x15, refused.length - index, 0, number]),
    [0x06, 0, 0, 0x7fff0000],
    [0x06, 0, 0, 0x00050000 | errno],
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
  const SECCOMP_SET_MODE_FILTER = 1;
  const SECCOMP_FILTER_FLAG_TSYNC = 1;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) !== 0) throw new Error('prctl failed');
  const failed = seccomp(ARCHITECTURES[process.arch].seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, {
    length: program.length,
    filter,
  });
  if (failed !== 0) throw new Error(`seccomp failed: ${failed}, errno ${koffi.errno()}`);
};
