import { type FileFacts } from '@assay/inspection';

/** What another program reads of the same file; what is absent it did not find. Dates as stored, degrees signed. */
export interface Expected {
  path: string;
  FileType?: string | null;
  ImageWidth?: number;
  ImageHeight?: number;
  Make?: string;
  Model?: string;
  Orientation?: number;
  DateTimeOriginal?: string;
  CreateDate?: string;
  OffsetTimeOriginal?: string;
  GPSLatitude?: number | string;
  GPSLongitude?: number | string;
}

/** `extra`: we say something where the other says nothing. `hung`, `crashed`: what became of the reader, one a file. */
export const COMPARISONS = ['right', 'missing', 'wrong', 'extra', 'hung', 'crashed'] as const;
export type Comparison = (typeof COMPARISONS)[number];

export interface Observation {
  type: string;
  field: string;
  comparison: Comparison;
  expected: unknown;
  read: unknown;
  path: string;
}

const DEGREES_OFF = 1e-5;

/** As we clean it: without control characters and padding; what is only padding is nothing. */
const textOf = (value: unknown): string | undefined => {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  const shown = text.replace(/\p{Cc}/gu, '').trim();
  return shown === '' ? undefined : shown;
};
/** Asked for numbers, exiftool gives the number of a maker where AVCHD has one; that is no name. */
const makeOf = (value: unknown): string | undefined => {
  const text = textOf(value);
  return text !== undefined && /^\d+$/.test(text) ? undefined : text;
};
/** A size of 0 says that there is none. */
const sizeOf = (value: number | undefined): number | undefined => (value === 0 ? undefined : value);
/** Only 1 … 8 are orientations. */
const orientationOf = (value: number | undefined): number | undefined =>
  value !== undefined && value >= 1 && value <= 8 ? value : undefined;
const degreesOf = (value: number | string | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;

/** `YYYY-MM-DDTHH:MM:SS` where the stored text is a date of the calendar, as Date sees it; no seconds are the seconds 00. */
export function dateOf(stored: string | undefined): string | undefined {
  const parts = /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d)(?::(\d\d))?/.exec(stored ?? '');
  if (parts === null) return undefined;
  const text = `${parts.slice(1, 4).join('-')}T${parts[4]}:${parts[5]}:${parts[6] ?? '00'}`;
  const date = new Date(`${text}Z`);
  return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 19) !== text ? undefined : text;
}

function compare(expected: unknown, read: unknown): Comparison | null {
  if (expected === undefined) return read === undefined ? null : 'extra';
  if (read === undefined) return 'missing';
  if (typeof expected === 'number' && typeof read === 'number')
    return Math.abs(expected - read) <= (Number.isInteger(expected) && Number.isInteger(read) ? 0 : DEGREES_OFF)
      ? 'right'
      : 'wrong';
  return expected === read ? 'right' : 'wrong';
}

/** `+09:00` of what stands behind a date, or in a tag of its own. */
const offsetOf = (stored: string | undefined): string | undefined =>
  /(?:^|\d)([+-]\d\d:\d\d)(?: DST)?$/.exec(stored?.replace(/Z$/, '+00:00') ?? '')?.[1];

/** The offset that is meant is that of the date that is taken; an EXIF date may have one in a tag of its own. */
function expectedOffset({ DateTimeOriginal, CreateDate, OffsetTimeOriginal }: Expected): string | undefined {
  if (dateOf(DateTimeOriginal) === undefined)
    return offsetOf(dateOf(CreateDate) === undefined ? undefined : CreateDate);
  return offsetOf(DateTimeOriginal) ?? offsetOf(OffsetTimeOriginal);
}

/** Whether the readers lived through the file. */
export function observeReading(expected: Expected, facts: FileFacts): Observation {
  const codes = facts.problems.map((problem) => problem.code);
  const comparison = codes.includes('reader-timeout')
    ? 'hung'
    : codes.includes('reader-crashed') || codes.includes('reader-memory')
      ? 'crashed'
      : 'right';
  const type = expected.FileType ?? 'unknown';
  return { type, field: '(reading)', comparison, expected: 'facts', read: codes.join(' '), path: expected.path };
}

/** Every field of one file in which at least one of the two says something. */
export function observe(expected: Expected, facts: FileFacts): Observation[] {
  const fields: [field: string, expected: unknown, read: unknown][] = [
    ['width', sizeOf(expected.ImageWidth), facts.width],
    ['height', sizeOf(expected.ImageHeight), facts.height],
    ['make', makeOf(expected.Make), facts.camera?.make],
    ['model', textOf(expected.Model), facts.camera?.model],
    ['captured', dateOf(expected.DateTimeOriginal) ?? dateOf(expected.CreateDate), facts.captured?.local.slice(0, 19)],
    ['offset', expectedOffset(expected), facts.captured?.offset ?? undefined],
    ['orientation', orientationOf(expected.Orientation), facts.orientation],
    ['latitude', degreesOf(expected.GPSLatitude), facts.location?.latitude],
    ['longitude', degreesOf(expected.GPSLongitude), facts.location?.longitude],
  ];
  return fields.flatMap(([field, wanted, read]) => {
    const comparison = compare(wanted, read);
    const type = expected.FileType ?? 'unknown';
    return comparison === null ? [] : [{ type, field, comparison, expected: wanted, read, path: expected.path }];
  });
}

export class AccuracyTable {
  private readonly observations: Observation[] = [];

  add(observations: Observation[]): void {
    this.observations.push(...observations);
  }

  /** Every type that was met, and the fields that the other program knows. */
  types(): string[] {
    return [...new Set(this.observations.map(({ type }) => type))].sort();
  }

  fields(): string[] {
    return [...new Set(this.observations.map(({ field }) => field))].filter((field) => field !== '(reading)');
  }

  count(comparison: Comparison, type?: string, field?: string): number {
    return this.matching(type, field).filter((observation) => observation.comparison === comparison).length;
  }

  /** Right ones among all that the other program found; 1 where it found none. */
  share(type: string, field: string): number {
    const right = this.count('right', type, field);
    const all = right + this.count('missing', type, field) + this.count('wrong', type, field);
    return all === 0 ? 1 : right / all;
  }

  /** One line a type and field, then every observation that is not right. */
  toString(type?: string): string {
    const rows = new Map<string, Record<Comparison, number>>();
    for (const observation of this.matching(type)) {
      const key = `${observation.type.padEnd(18)}${observation.field.padEnd(12)}`;
      const row = rows.get(key) ?? { right: 0, missing: 0, wrong: 0, extra: 0, hung: 0, crashed: 0 };
      row[observation.comparison] += 1;
      rows.set(key, row);
    }
    const number = (value: number): string => String(value).padStart(8);
    const lines = [...rows]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, row]) => key + COMPARISONS.map((comparison) => number(row[comparison])).join(''));
    const notRight = this.matching(type)
      .filter(({ comparison }) => comparison !== 'right')
      .map(
        ({ comparison, field, expected, read, path }) =>
          `${comparison.padEnd(8)}${field.padEnd(12)}${JSON.stringify(expected)} / ${JSON.stringify(read)}  ${path}`,
      );
    const head = `${'type'.padEnd(18)}${'field'.padEnd(12)}${COMPARISONS.map((name) => name.padStart(8)).join('')}`;
    return [head, ...lines, '', ...notRight].join('\n');
  }

  /** Counts over several types, for targets that are set for a group of formats. */
  sum(comparison: Comparison, types: readonly string[], field: string): number {
    return types.reduce((sum, type) => sum + this.count(comparison, type, field), 0);
  }

  private matching(type?: string, field?: string): Observation[] {
    return this.observations.filter(
      (observation) =>
        (type === undefined || observation.type === type) && (field === undefined || observation.field === field),
    );
  }
}
