import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';

/*
 * exiftool is a program in Perl, which its npm package brings along; Perl itself must be installed. It is started by us,
 * not by the library, so that it ends when its reader ends in whatever way, keeps no folder busy and reads no configuration
 * of somebody's home.
 */

/**
 * Run before the program: it then ends where it would wait for ever, on the end of its input, and where it does not come
 * back from a file for long (the reader that would have killed it is gone).
 */
const PRELUDE = `
BEGIN {
  $0 = shift @ARGV;
  chdir '/';
  *CORE::GLOBAL::sysread = sub (*\\$$;$) {
    my ($handle, $buffer, $length, $offset) = @_;
    alarm 0;
    no strict 'refs';
    $handle = caller() . "::$handle" unless ref $handle;
    my $count = CORE::sysread(*$handle, $$buffer, $length, $offset || 0);
    exit 0 if defined $count && $count == 0;
    alarm $ENV{ASSAY_LONGEST_SECONDS};
    return $count;
  };
}
do $0;
die $@ if $@;`;

function programPath(): string {
  // The package's main module gives the path alone; it has no types of its own.
  return join(dirname(require.resolve('exiftool-vendored.pl/package.json')), 'bin', 'exiftool');
}

export interface ProgramCall {
  command: string;
  args: string[];
  environment: NodeJS.ProcessEnv;
}

/** How the program is called so that it stays open and takes its arguments on its input. */
export function stayOpenCall(longestSeconds: number): ProgramCall {
  return {
    command: 'perl',
    args: ['-e', PRELUDE, programPath(), '-config', '', '-stay_open', 'True', '-@', '-'],
    environment: { PATH: process.env['PATH'], LANG: 'C', ASSAY_LONGEST_SECONDS: String(Math.ceil(longestSeconds)) },
  };
}

/** Whether files that only exiftool can read will be read; `why` says what to do where they will not. */
export type ExiftoolAvailability = { available: true; version: string } | { available: false; why: string };

/** Asks the program for its version. Never rejects; resolves within 30 seconds. To be said at boot. */
export function exiftoolAvailability(): Promise<ExiftoolAvailability> {
  let path: string;
  try {
    path = programPath();
  } catch {
    return Promise.resolve({
      available: false,
      why: 'The package exiftool-vendored.pl is not installed: npm was told to leave out optional packages.',
    });
  }
  return new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], LANG: 'C' };
    execFile('perl', [path, '-config', '', '-ver'], { env, timeout: 30_000, cwd: '/' }, (error, stdout) => {
      if (error === null) resolve({ available: true, version: stdout.trim() });
      else if (error.code === 'ENOENT')
        resolve({ available: false, why: 'Perl is not installed, and exiftool needs it: install the package perl.' });
      else resolve({ available: false, why: `exiftool does not run: ${error.message.split('\n')[0] ?? ''}` });
    });
  });
}
