import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { ProfileDefinition, ProfileProblem } from '@assay/inspection';
import { parseProfile, PROFILE_NAME, profileNameOf } from '@assay/inspection/profile';

/** A profile as it stands on disk at this moment. */
export interface LoadedProfile {
  definition: ProfileDefinition;
  /** `sha256:` and the hex digest of the file's bytes. */
  digest: string;
}

interface Refused {
  problems: ProfileProblem[];
}

export type ReadProfile = { profile: LoadedProfile } | Refused;

/** Larger files are not read; the reader of profiles refuses them anyway. */
const LONGEST = 1024 * 1024;

export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

const problemOf = (file: string, message: string, fix: string): Refused => ({
  problems: [{ file, line: 1, column: 1, message, fix }],
});

/** Reads files of profiles anew each time, and parses those whose bytes have changed: that takes milliseconds, which every inspection of a client would wait. */
export class ProfileFiles {
  private readonly known = new Map<string, { bytes: Buffer; read: ReadProfile }>();

  /**
   * Reads and checks one file. Whatever is wrong with it, its name and rights included, is a problem; nothing is thrown for it. What is given is
   * shared by all who ask, and not to be changed.
   */
  read(file: string): ReadProfile {
    const content = contentOf(file);
    if ('problems' in content) return content;
    const { bytes } = content;
    const known = this.known.get(file);
    if (known?.bytes.equals(bytes)) return known.read;
    const read = parsed(file, bytes);
    this.known.set(file, { bytes, read });
    return read;
  }
}

/** Synchronous: a few small reads take less than handing each to another thread, and after each of those a busy machine lets a request wait again. */
function contentOf(file: string): { bytes: Buffer } | Refused {
  if (!PROFILE_NAME.test(profileNameOf(basename(file))))
    return problemOf(
      file,
      `the file is called ${JSON.stringify(basename(file))}`,
      'Rename it in kebab-case, such as wedding-raws.yaml.',
    );
  try {
    const stats = statSync(file);
    // A pipe would keep whoever reads it waiting.
    if (!stats.isFile() && !stats.isDirectory())
      return problemOf(file, 'the file is no regular file', 'Put a file in its place.');
    if (stats.size > LONGEST)
      return problemOf(file, 'the file has more than 1 MiB', 'A profile is a few pages at most.');
    return { bytes: readFileSync(file) };
  } catch (error) {
    return problemOf(
      file,
      `the file cannot be read (${codeOf(error)})`,
      'Give this program the right to read it, or remove it.',
    );
  }
}

function parsed(file: string, bytes: Buffer): ReadProfile {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return problemOf(file, 'the file is not UTF-8', 'Save it as UTF-8.');
  }
  const result = parseProfile({ file, text });
  if (!result.ok) return { problems: result.problems };
  return {
    profile: { definition: result.definition, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` },
  };
}
