import { assertPublishesSafely, openFolder, type Place, type Roots, UnsafeFileSystem } from '@assay/files';
import { Problem } from '../problems/problem';
import { problemOf } from '../problems/problem-of';

/** The three folders of a scan, found to lie beneath the roots, with no symlink on the way. */
export interface ScanPlaces {
  directory: Place;
  accept: Place;
  quarantine: Place;
}

export const absoluteOf = ({ root, relative }: Place): string =>
  relative === '' ? root : `${root === '/' ? '' : root}/${relative}`;

const child = ({ root, relative }: Place, name: string): Place => ({
  root,
  relative: relative === '' ? name : `${relative}/${name}`,
});

const holds = (folder: string, path: string): boolean => path === folder || path.startsWith(`${folder}/`);

const isErrno = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'code' in error && /^E[A-Z0-9]+$/.test(String(error.code));

type Field = keyof ScanPlaces | 'path';

/** What an errno, met while opening `path`, means to the one who named it. */
export function problemOfErrno(error: unknown, field: Field, path: string, absent: Problem): unknown {
  const told = (message: string, fix: string) => ({
    errors: [{ field, value: path.toWellFormed(), message, fix }],
    cause: error,
  });
  switch (isErrno(error) ? String(error.code) : '') {
    case 'ENOENT':
      return absent;
    case 'ELOOP':
      return new Problem(
        'symlink-on-the-way',
        `${field} '${path}' goes through a symlink`,
        told('goes through a symlink', 'Name the place where the symlink leads.'),
      );
    case 'EXDEV':
      return new Problem(
        'outside-roots',
        `${field} '${path}' leaves its root`,
        told('leaves its root', 'Name a folder beneath one of INSPECTION_ROOTS.'),
      );
    case 'ENOTDIR':
      return new Problem(
        'not-a-directory',
        `${field} '${path}' is, or goes through, something that is no directory`,
        told('is no directory', 'Name a directory.'),
      );
    case 'EACCES':
    case 'EPERM':
      return new Problem(
        'not-permitted',
        `${field} '${path}' may not be opened by the user of this process`,
        told('may not be opened', 'Give the user of this process the right to read it.'),
      );
    case 'ENAMETOOLONG':
      return new Problem(
        'malformed',
        `${field} has a name that is too long`,
        told('has a name that is too long', 'Shorten it.'),
      );
    case 'EINVAL':
      return new Problem('malformed', `${field} can't be a path`, told("can't be a path", 'Name a folder.'));
    default:
      return isErrno(error)
        ? new Problem('root-unavailable', `${field} '${path}' can't be opened: ${error.message}`, { cause: error })
        : error;
  }
}

/** Where the path lies; one that lies in no root is told of by its field. */
export function locate(roots: Roots, field: Field, given: string): Place {
  try {
    return roots.locate(roots.absolute(given));
  } catch (error) {
    const problem = problemOf(error);
    if (problem.code !== 'outside-roots') throw error;
    const fix = `Name a path in one of: ${roots.paths.join(', ')}.`;
    const message = 'lies outside the roots';
    throw new Problem(problem.code, `${field}: ${problem.detail}`, {
      errors: [{ field, value: given, message, fix }],
      cause: error,
    });
  }
}

function checkDirectory(place: Place): void {
  const path = absoluteOf(place);
  const absent = new Problem('no-such-directory', `There is no directory '${path}'`, {
    errors: [{ field: 'directory', value: path, message: 'does not exist' }],
  });
  try {
    openFolder(place.root, place.relative).close();
  } catch (error) {
    throw problemOfErrno(error, 'directory', path, absent);
  }
}

/** What exists of a destination is held to the same rules; the rest is made when the first file is placed. */
function checkDestination(field: 'accept' | 'quarantine', place: Place): void {
  const path = absoluteOf(place);
  const segments = place.relative === '' ? [] : place.relative.split('/');
  for (;;) {
    try {
      openFolder(place.root, segments.join('/')).close();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' && segments.pop() !== undefined) continue;
      const absent = new Problem('root-unavailable', `The root '${place.root}' is gone`, { cause: error });
      throw problemOfErrno(error, field, path, absent);
    }
  }
}

function checkDirectoryIsWalked(places: ScanPlaces): void {
  const directory = absoluteOf(places.directory);
  for (const field of ['accept', 'quarantine'] as const) {
    const destination = absoluteOf(places[field]);
    if (!holds(destination, directory)) continue;
    const message = `holds the directory, and what lies under it is never scanned`;
    const fix = 'Choose a folder beside the directory, or inside it.';
    throw new Problem('directory-in-destination', `${field} '${destination}' ${message}`, {
      errors: [{ field, value: destination, message, fix }],
    });
  }
}

/**
 * Finds and checks the folders of a scan. Throws {@link Problem}: outside the roots or a symlink on the way before anything about
 * what exists. Touches nothing.
 */
export function scanPlaces(
  roots: Roots,
  given: { directory: string; accept?: string | undefined; quarantine?: string | undefined },
): ScanPlaces {
  const directory = locate(roots, 'directory', given.directory);
  const home: Place = { root: directory.root, relative: '' };
  const places: ScanPlaces = {
    directory,
    accept: given.accept === undefined ? child(home, 'accepted') : locate(roots, 'accept', given.accept),
    quarantine:
      given.quarantine === undefined ? child(home, 'quarantined') : locate(roots, 'quarantine', given.quarantine),
  };
  checkDestination('accept', places.accept);
  checkDestination('quarantine', places.quarantine);
  checkDirectory(places.directory);
  checkDirectoryIsWalked(places);
  return places;
}

/**
 * Holds each folder of a scan that moves files to what moving needs: a file is given a name only where no other file has it. Throws the
 * problem `unsafe-file-system`. Where sources are kept nothing is written in the directory, and it is not asked.
 */
export function checkFileSystems(places: ScanPlaces, keepsSources: boolean): void {
  for (const field of keepsSources
    ? (['accept', 'quarantine'] as const)
    : (['directory', 'accept', 'quarantine'] as const))
    try {
      assertPublishesSafely(places[field]);
    } catch (error) {
      if (!(error instanceof UnsafeFileSystem)) throw error;
      const fix = 'Choose a folder on another file system, or give this process the right to write there.';
      throw new Problem('unsafe-file-system', `${field}: ${error.message}`, {
        errors: [
          { field, value: absoluteOf(places[field]).toWellFormed(), message: error.message.toWellFormed(), fix },
        ],
        cause: error,
      });
    }
}
