import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ProfileDefinition, ProfileProblem } from '@assay/inspection';
import { parseProfile, PROFILE_NAME, profileNameOf } from '@assay/inspection/profile';

/** A profile as it stands on disk at this moment. */
export interface LoadedProfile {
  definition: ProfileDefinition;
  /** `sha256:` and the hex digest of the file's bytes. */
  digest: string;
}

export type ReadProfile = { profile: LoadedProfile } | { problems: ProfileProblem[] };

/** Larger files are not read; the reader of profiles refuses them anyway. */
const LONGEST = 1024 * 1024;

export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

/** Reads and checks one file. Whatever is wrong with it, its name and rights included, is a problem; nothing is thrown for it. */
export async function readProfile(file: string): Promise<ReadProfile> {
  const problem = (message: string, fix: string): ReadProfile => ({
    problems: [{ file, line: 1, column: 1, message, fix }],
  });
  if (!PROFILE_NAME.test(profileNameOf(basename(file))))
    return problem(
      `the file is called ${JSON.stringify(basename(file))}`,
      'Rename it in kebab-case, such as wedding-raws.yaml.',
    );
  let bytes: Buffer;
  try {
    const { size } = await stat(file);
    if (size > LONGEST) return problem('the file has more than 1 MiB', 'A profile is a few pages at most.');
    bytes = await readFile(file);
  } catch (error) {
    return problem(
      `the file cannot be read (${codeOf(error)})`,
      'Give this program the right to read it, or remove it.',
    );
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return problem('the file is not UTF-8', 'Save it as UTF-8.');
  }
  const result = parseProfile({ file, text });
  if (!result.ok) return { problems: result.problems };
  return {
    profile: { definition: result.definition, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` },
  };
}
