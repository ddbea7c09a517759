import { Inject, Injectable } from '@nestjs/common';
import { FactReaders, ReadersClosedError, ReadersUnavailableError, Roots, openFolder } from '@assay/files';
import { displayPath, type Profile, type ProfileDefinition } from '@assay/inspection';
import { compileProfile } from '@assay/inspection/profile';
import type { Ledger } from '@assay/ledger';
import { inspectOne, NotAFile } from '@assay/scanning';
import { LEDGER } from '../parts';
import { Problem } from '../problems/problem';
import { ProfileChoice } from '../profiles/profile-choice';
import { absoluteOf, locate, problemOfErrno } from '../scans/scan-places';
import type { InspectionJson } from './inspection-schemas';

/** Inspects single files for clients. */
@Injectable()
export class InspectFile {
  /** Compiling takes a millisecond, and a definition stays the same object as long as its file does. */
  private readonly compiled = new WeakMap<ProfileDefinition, Profile>();

  constructor(
    private readonly roots: Roots,
    private readonly profiles: ProfileChoice,
    private readonly readers: FactReaders,
    @Inject(LEDGER) private readonly ledger: Ledger,
  ) {}

  /** Facts, findings and disposition of one file. Throws {@link Problem}. */
  async inspect(given: string, profileName: string): Promise<InspectionJson> {
    const place = locate(this.roots, 'path', given);
    const path = displayPath(absoluteOf(place));
    try {
      openFolder(place.root, place.relative.split('/').slice(0, -1).join('/')).close();
      const { definition, digest } = this.profiles.forScan(profileName);
      const profile = this.profileOf(definition);
      const { readers, ledger, roots } = this;
      const { disposition, modifiedAt, ...judged } = await inspectOne({ readers, ledger, roots, place, profile });
      return {
        path,
        profile: { name: definition.name, version: definition.version, digest },
        ...judged,
        modifiedAt: new Date(modifiedAt).toISOString(),
        disposition: 'to' in disposition ? { ...disposition, to: displayPath(disposition.to) } : disposition,
      };
    } catch (error) {
      throw problemOfFile(error, path);
    }
  }

  private profileOf(definition: ProfileDefinition): Profile {
    let profile = this.compiled.get(definition);
    if (!profile) this.compiled.set(definition, (profile = compileProfile(definition)));
    return profile;
  }
}

function problemOfFile(error: unknown, path: string): unknown {
  const told = (message: string) => ({ errors: [{ field: 'path', value: path, message }], cause: error });
  const absent = new Problem('no-such-file', `There is no file '${path}'`, told('does not exist'));
  if (error instanceof NotAFile) {
    if (error.reason.endsWith('symlink'))
      return new Problem('symlink-on-the-way', `'${path}' is a symlink`, told('is a symlink'));
    if (/^unreadable: E(ACCES|PERM)$/.test(error.reason))
      return new Problem(
        'not-permitted',
        `'${path}' may not be read by the user of this process`,
        told('may not be read'),
      );
    return new Problem('not-a-file', `'${path}' can't be inspected: ${error.reason}`, told(error.reason));
  }
  if (error instanceof ReadersUnavailableError || error instanceof ReadersClosedError)
    return new Problem('readers-unavailable', 'The processes that read metadata can not be used now', { cause: error });
  // A file stands where a folder of the path should: so there is no such file.
  if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return absent;
  return problemOfErrno(error, 'path', path, absent);
}
