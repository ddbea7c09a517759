import { Injectable } from '@nestjs/common';
import { InvalidProfileError, type LoadedProfile, ProfilesFolder, UnknownProfileError } from '@assay/config/profiles';
import type { ProfileProblem } from '@assay/inspection';
import { type FieldProblem, Problem } from '../problems/problem';

const fieldProblem = ({ file, line, column, message, fix }: ProfileProblem): FieldProblem => ({
  field: `${file.slice(file.lastIndexOf('/') + 1)}:${line}:${column}`,
  message,
  fix,
});

function invalid(error: InvalidProfileError): Problem {
  return new Problem('invalid-profile', 'The profile was changed and has mistakes', {
    errors: error.problems.map(fieldProblem),
    cause: error,
  });
}

/** Finds profiles by the names that clients give. Each is read anew, so that a change counts from the next scan on. */
@Injectable()
export class ProfileChoice {
  constructor(private readonly profiles: ProfilesFolder) {}

  /** The profile that a body names. Throws the problems `unknown-profile` and `invalid-profile`. */
  forScan(name: string): LoadedProfile {
    try {
      return this.profiles.load(name);
    } catch (error) {
      if (error instanceof InvalidProfileError) throw invalid(error);
      if (!(error instanceof UnknownProfileError)) throw error;
      const fix = `Use one of: ${error.known.join(', ')}.`;
      throw new Problem('unknown-profile', error.message, {
        errors: [{ field: 'profile', value: name, message: 'is not known', fix }],
      });
    }
  }

  /** The profile of a path. Throws the problems `no-such-profile` and `invalid-profile`. */
  byName(name: string): LoadedProfile {
    try {
      return this.profiles.load(name);
    } catch (error) {
      if (error instanceof InvalidProfileError) throw invalid(error);
      if (error instanceof UnknownProfileError) throw new Problem('no-such-profile', error.message);
      throw error;
    }
  }

  /** Every profile that can be used, beside the problems of the others. */
  all(): { profiles: LoadedProfile[]; problems: FieldProblem[] } {
    const { profiles, problems } = this.profiles.readAll();
    return { profiles, problems: problems.map(fieldProblem) };
  }
}
