import { stat } from 'node:fs/promises';
import { problemLine } from '@assay/inspection/profile';
import { type LoadedProfile, ProfileFiles } from './profile-file';
import { ProfilesFolder, ProfilesFolderError } from './profiles-folder';

export interface ProfilesCheck {
  /** `ok`, name, version and digest of each good profile, and each problem of the others with its file, line, column and mend. */
  lines: string[];
  /** Nothing is wrong, and there was something to check. */
  ok: boolean;
}

const okLine = ({ definition: { name, version }, digest }: LoadedProfile): string => `ok ${name} ${version} ${digest}`;

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // What cannot be looked at is told, with its reason, where it is read.
    return false;
  }
}

function checkFolder(path: string): ProfilesCheck {
  try {
    const { profiles, problems } = new ProfilesFolder(path).readAll();
    if (profiles.length + problems.length === 0)
      return {
        lines: [`${path}: no profile (*.yaml) lies in this folder. Put one there, or name another.`],
        ok: false,
      };
    return { lines: [...profiles.map(okLine), ...problems.map(problemLine)], ok: problems.length === 0 };
  } catch (error) {
    if (!(error instanceof ProfilesFolderError)) throw error;
    return { lines: [error.message], ok: false };
  }
}

function checkFile(path: string): ProfilesCheck {
  const read = new ProfileFiles().read(path);
  return 'profile' in read
    ? { lines: [okLine(read.profile)], ok: true }
    : { lines: read.problems.map(problemLine), ok: false };
}

/** Checks files, and all profiles in folders, in the order given. Nothing is changed; whatever is wrong is a line. */
export async function checkProfiles(paths: readonly string[]): Promise<ProfilesCheck> {
  const checks: ProfilesCheck[] = [];
  for (const path of paths) checks.push((await isFolder(path)) ? checkFolder(path) : checkFile(path));
  return { lines: checks.flatMap(({ lines }) => lines), ok: checks.length > 0 && checks.every(({ ok }) => ok) };
}

/** `node check-profiles.js [PATH…]`: without a path, all in PROFILES_DIR. Exit code 1 where anything is wrong. */
async function main(): Promise<void> {
  const paths = process.argv.slice(2);
  const { lines, ok } = await checkProfiles(paths.length > 0 ? paths : [process.env['PROFILES_DIR'] ?? './profiles']);
  for (const line of lines) console.log(line);
  if (!ok) process.exitCode = 1;
}

if (require.main === module) void main();
