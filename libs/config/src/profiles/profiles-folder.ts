import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ProfileProblem } from '@assay/inspection';
import { PROFILE_NAME, problemLine, profileNameOf } from '@assay/inspection/profile';
import { codeOf, type LoadedProfile, ProfileFiles } from './profile-file';

/** The folder holds no profile of that name. */
export class UnknownProfileError extends Error {
  override readonly name = 'UnknownProfileError';

  constructor(
    readonly profile: string,
    /** The names that there are, sorted. */
    readonly known: readonly string[],
  ) {
    super(`There is no profile ${JSON.stringify(profile)}; there are: ${known.join(', ') || 'none'}`);
  }
}

/** One or more profiles cannot be used. The message lists every problem with its file, line and mend. */
export class InvalidProfileError extends Error {
  override readonly name = 'InvalidProfileError';

  constructor(readonly problems: readonly ProfileProblem[]) {
    const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
    super([`The profiles have ${count}:`, ...problems.map((problem) => `  ${problemLine(problem)}`)].join('\n'));
  }
}

/** The folder itself cannot be read. */
export class ProfilesFolderError extends Error {
  override readonly name = 'ProfilesFolderError';
}

const EXTENSION = /\.ya?ml$/;

/**
 * The inspection profiles of an installation: the files `*.yaml` and `*.yml` directly in one folder. Each is read anew whenever it
 * is asked for, so that a profile which is changed counts from the next scan on. Symbolic links are followed, since the folder belongs to the
 * operator; names that begin with a dot are left out.
 */
export class ProfilesFolder {
  private readonly profileFiles = new ProfileFiles();

  constructor(readonly folder: string) {}

  /** Names of the profiles, sorted, whether or not they are valid. Throws {@link ProfilesFolderError}. */
  names(): string[] {
    return [...new Set(this.files().map(profileNameOf))];
  }

  /** Every profile that can be used, sorted by name, beside every problem of the others. Throws {@link ProfilesFolderError}. */
  readAll(): { profiles: LoadedProfile[]; problems: ProfileProblem[] } {
    const files = this.files();
    const profiles: LoadedProfile[] = [];
    const problems: ProfileProblem[] = [];
    for (const file of files) {
      const twin = files.find((other) => other < file && profileNameOf(other) === profileNameOf(file));
      const read =
        twin === undefined ? this.profileFiles.read(join(this.folder, file)) : { problems: [this.twins(file, twin)] };
      if ('profile' in read) profiles.push(read.profile);
      else problems.push(...read.problems);
    }
    return { profiles, problems };
  }

  /**
   * All profiles, for the boot. Throws {@link InvalidProfileError} with the problems of all files, or
   * {@link ProfilesFolderError} where the folder cannot be read or holds no profile.
   */
  loadAll(): LoadedProfile[] {
    const { profiles, problems } = this.readAll();
    if (problems.length > 0) throw new InvalidProfileError(problems);
    if (profiles.length === 0)
      throw new ProfilesFolderError(`No profile (*.yaml) lies in ${this.folder}: put one there, or set PROFILES_DIR`);
    return profiles;
  }

  /**
   * One profile, read anew. No name can lead out of the folder. Throws {@link UnknownProfileError},
   * {@link InvalidProfileError} or {@link ProfilesFolderError}.
   */
  load(name: string): LoadedProfile {
    const candidates = PROFILE_NAME.test(name) ? this.files().filter((file) => profileNameOf(file) === name) : [];
    const [file, twin] = candidates;
    if (file === undefined) throw new UnknownProfileError(name, this.names());
    if (twin !== undefined) throw new InvalidProfileError([this.twins(twin, file)]);
    const read = this.profileFiles.read(join(this.folder, file));
    if ('problems' in read) throw new InvalidProfileError(read.problems);
    return read.profile;
  }

  private files(): string[] {
    try {
      const entries = readdirSync(this.folder);
      return entries.filter((entry) => EXTENSION.test(entry) && !entry.startsWith('.')).sort();
    } catch (error) {
      throw new ProfilesFolderError(
        `The profiles in ${this.folder} cannot be listed (${codeOf(error)}): check PROFILES_DIR`,
        {
          cause: error,
        },
      );
    }
  }

  private twins(file: string, twin: string): ProfileProblem {
    return {
      file: join(this.folder, file),
      line: 1,
      column: 1,
      message: `${basename(twin)} has the same name`,
      fix: 'Remove one of the two.',
    };
  }
}
