import type { FileRecordJson } from './file-schemas';

type Cell = string | number | null | undefined;

/** The columns, left to right; columns are only ever added at the end. */
const COLUMNS: readonly [name: string, cell: (file: FileRecordJson) => Cell][] = [
  ['seq', (file) => file.seq],
  ['path', (file) => file.path],
  ['outcome', (file) => file.outcome],
  ['reason', (file) => file.reason],
  ['verdict', (file) => file.verdict],
  ['findings', (file) => file.findings.map(({ code }) => code).join(' ')],
  [
    'messages',
    (file) => file.findings.map(({ severity, message, fix }) => `${severity}: ${message}. ${fix}`).join('\n'),
  ],
  ['destination', (file) => file.destination],
  ['size', (file) => file.size],
  ['modifiedAt', (file) => file.modifiedAt],
  ['mediaType', (file) => file.mediaType],
  ['width', (file) => file.facts?.width],
  ['height', (file) => file.facts?.height],
  ['make', (file) => file.facts?.camera?.make],
  ['model', (file) => file.facts?.camera?.model],
  ['captured', (file) => file.facts?.captured && file.facts.captured.local + (file.facts.captured.offset ?? '')],
  ['latitude', (file) => file.facts?.location?.latitude],
  ['longitude', (file) => file.facts?.location?.longitude],
  ['attempts', (file) => file.attempts],
  ['digest', (file) => file.digest],
  ['updatedAt', (file) => file.updatedAt],
  ['pathBytes', (file) => file.pathBytes],
  ['destinationBytes', (file) => file.destinationBytes],
];

/** What makes a spreadsheet take a text for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** RFC 4180. Text that a spreadsheet would calculate gets an apostrophe first; numbers of ours are numbers. */
function cell(value: Cell): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const csvHeader = `${COLUMNS.map(([name]) => name).join(',')}\r\n`;

export const csvRow = (file: FileRecordJson): string => `${COLUMNS.map(([, of]) => cell(of(file))).join(',')}\r\n`;
