import type { CaptureTime, FactGroup, InspectedFile } from '../facts';
import type { Inspection } from '../finding';
import { cleanValue } from './clean-value';
import { stemAndSuffix } from './segment';

/** What a template is rendered for. */
export interface TemplateSubject {
  file: InspectedFile;
  inspection: Inspection;
  profile: { readonly name: string; readonly version: string };
}

export interface Variable {
  summary: string;
  needs: readonly FactGroup[];
  /** Null where it is not known. Text out of metadata is cleaned; text of the path is exact. */
  value(subject: TemplateSubject): string | number | null;
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const metadata = (summary: string, read: (file: InspectedFile) => string | undefined): Variable => ({
  summary,
  needs: ['metadata'],
  value: ({ file }) => {
    const text = read(file);
    return text === undefined ? null : cleanValue(text);
  },
});
const fact = (summary: string, needs: FactGroup, read: (file: InspectedFile) => number | undefined): Variable => ({
  summary,
  needs: [needs],
  value: ({ file }) => read(file) ?? null,
});

const TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})/;

/** Some part of an ISO time by its place: 0 the date, 1 the year, 2 the month and so on; null for anything else. */
function part(time: string | undefined, place: number): string | null {
  const match = time === undefined ? null : TIME.exec(time);
  return match === null ? null : place === 0 ? match[0].slice(0, 10) : (match[place] ?? null);
}
const captured = (summary: string, read: (time: CaptureTime) => string | null): Variable => ({
  summary,
  needs: ['metadata'],
  value: ({ file }) => (file.facts.captured === undefined ? null : read(file.facts.captured)),
});
const modified = (summary: string, place: number): Variable => ({
  summary,
  needs: [],
  value: ({ file }) => part(file.modifiedAt, place),
});

/** Every name that a template may use. */
export const VARIABLES: Readonly<Record<string, Variable>> = {
  path: { summary: 'the path below the scanned directory', needs: [], value: ({ file }) => file.path },
  folder: {
    summary: 'the path without the name; empty for a file that lies in the scanned directory itself',
    needs: [],
    value: ({ file }) => file.path.slice(0, Math.max(0, file.path.lastIndexOf('/'))),
  },
  name: { summary: 'the name of the file', needs: [], value: ({ file }) => nameOf(file.path) },
  stem: { summary: 'the name without its suffix', needs: [], value: ({ file }) => stemAndSuffix(nameOf(file.path))[0] },
  suffix: {
    summary: 'the end of the name from its last dot, such as `.JPG`; empty where there is none',
    needs: [],
    value: ({ file }) => stemAndSuffix(nameOf(file.path))[1],
  },
  extension: {
    summary: 'the extension in lower case, without the dot; missing where there is none',
    needs: [],
    value: ({ file }) => (file.facts.extension === '' ? null : file.facts.extension.replaceAll('/', '-')),
  },
  size: { summary: 'bytes', needs: [], value: ({ file }) => file.size },
  'modified.date': modified('the date of the last change, in UTC: 2024-02-29', 0),
  'modified.year': modified('its year', 1),
  'modified.month': modified('its month, 01 … 12', 2),
  'modified.day': modified('its day, 01 … 31', 3),
  mediaType: {
    summary: 'the media type with `-` for the slash: image-jpeg',
    needs: [],
    value: ({ file }) => cleanValue(file.facts.mediaType),
  },
  family: {
    summary: 'the first part of the media type: image',
    needs: [],
    value: ({ file }) => cleanValue(file.facts.mediaType.split('/')[0] ?? ''),
  },
  width: fact('pixels, as stored', 'dimensions', ({ facts }) => facts.width),
  height: fact('pixels, as stored', 'dimensions', ({ facts }) => facts.height),
  orientation: fact('1 … 8', 'metadata', ({ facts }) => facts.orientation),
  durationSeconds: fact('seconds', 'metadata', ({ facts }) => facts.durationSeconds),
  'camera.make': metadata('the make of the camera', ({ facts }) => facts.camera?.make),
  'camera.model': metadata('its model', ({ facts }) => facts.camera?.model),
  'camera.lens': metadata('the lens', ({ facts }) => facts.camera?.lens),
  'camera.serial': metadata('its serial number', ({ facts }) => facts.camera?.serial),
  'camera.software': metadata('the software that wrote the file', ({ facts }) => facts.camera?.software),
  'captured.date': captured("the date of capture by the camera's clock: 2024-02-29", ({ local }) => part(local, 0)),
  'captured.year': captured('its year', ({ local }) => part(local, 1)),
  'captured.month': captured('its month, 01 … 12', ({ local }) => part(local, 2)),
  'captured.day': captured('its day, 01 … 31', ({ local }) => part(local, 3)),
  'captured.hour': captured('its hour, 00 … 23', ({ local }) => part(local, 4)),
  'captured.minute': captured('its minute, 00 … 59', ({ local }) => part(local, 5)),
  'captured.second': captured('its second, 00 … 59', ({ local }) => part(local, 6)),
  'captured.offset': captured('its time zone: `+0900`', ({ offset }) =>
    offset === null ? null : cleanValue(offset.replaceAll(':', '')),
  ),
  'location.latitude': fact('degrees, negative in the south', 'metadata', ({ facts }) => facts.location?.latitude),
  'location.longitude': fact('degrees, negative in the west', 'metadata', ({ facts }) => facts.location?.longitude),
  'location.altitude': fact('metres', 'metadata', ({ facts }) => facts.location?.altitude),
  verdict: { summary: '`pass` or `fail`', needs: [], value: ({ inspection }) => inspection.verdict },
  finding: {
    summary:
      'the code of the first finding that failed the file, else of the first advice; missing where there is none',
    needs: [],
    value: ({ inspection: { findings } }) =>
      (findings.find(({ severity }) => severity === 'must') ?? findings[0])?.code ?? null,
  },
  'profile.name': { summary: 'the name of the profile', needs: [], value: ({ profile }) => profile.name },
  'profile.version': {
    summary: 'the version of the profile',
    needs: [],
    value: ({ profile }) => cleanValue(profile.version),
  },
};
