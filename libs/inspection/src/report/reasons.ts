import type { Finding } from '../finding';
import { displayPath } from '../path-text';
import { type CsvCell, csvRow } from './csv-row';

/** One quarantined file, as the file of reasons tells of it. Paths are text as `decodePath` gives it. */
export interface QuarantinedFile {
  scan: string;
  seq: number;
  path: string;
  destination: string;
  findings: readonly Finding[];
  /** The exact bytes in base64, where the text alone does not say them. */
  pathBytes?: string;
  destinationBytes?: string;
}

const lines = (of: (finding: Finding) => string, findings: readonly Finding[]): string => findings.map(of).join('\n');

/** The columns, left to right; columns are only ever added at the end. */
const COLUMNS: readonly [name: string, cell: (file: QuarantinedFile) => CsvCell][] = [
  ['path', ({ path }) => displayPath(path)],
  ['destination', ({ destination }) => displayPath(destination)],
  ['findings', ({ findings }) => findings.map(({ code }) => code).join(' ')],
  ['messages', ({ findings }) => lines(({ severity, message }) => `${severity}: ${message}`, findings)],
  ['fixes', ({ findings }) => lines(({ fix }) => fix, findings)],
  ['seq', ({ seq }) => seq],
  ['scan', ({ scan }) => scan],
  ['pathBytes', ({ pathBytes }) => pathBytes],
  ['destinationBytes', ({ destinationBytes }) => destinationBytes],
];

/** The first row of a file of reasons: the names of its columns. */
export const REASONS_HEAD: string = csvRow(COLUMNS.map(([name]) => name));

/** One row of a file of reasons: why a file was quarantined, and what would mend it; a line for each finding in `messages` and in `fixes`. */
export function reasonsRow(file: QuarantinedFile): string {
  return csvRow(COLUMNS.map(([, cell]) => cell(file)));
}
