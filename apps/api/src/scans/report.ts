import { displayPath } from '@assay/inspection';
import type { FileRecord, Ledger } from '@assay/ledger';
import { setImmediate as turn } from 'node:timers/promises';
import { csvHeader, csvRow } from './report-csv';
import type { REPORT_FORMATS } from './file-schemas';
import { fileJson } from './file-json';

export type ReportFormat = (typeof REPORT_FORMATS)[number];

interface Writer {
  mediaType: string;
  header: string;
  row: (file: FileRecord) => string;
}

export const REPORT_WRITERS: Readonly<Record<ReportFormat, Writer>> = {
  csv: {
    mediaType: 'text/csv; charset=utf-8; header=present',
    header: csvHeader,
    row: (file) => csvRow(fileJson(file)),
  },
  jsonl: {
    mediaType: 'application/jsonl; charset=utf-8',
    header: '',
    row: (file) => `${JSON.stringify(fileJson(file))}\n`,
  },
};

/** Rows read at once: the loop that serves HTTP is held for a few milliseconds at most. */
const SLICE = 200;

/**
 * The report of a scan in pieces, one row a file in the order of their numbers. Rows are read as the reader takes the pieces, so
 * memory stays flat; whoever stops reading stops the queries.
 */
export async function* report(
  ledger: Ledger,
  scan: string,
  format: ReportFormat,
): AsyncGenerator<string, void, undefined> {
  const { header, row } = REPORT_WRITERS[format];
  let after = 0;
  let rows = await ledger.files(scan, { after, limit: SLICE });
  yield header;
  while (rows.length > 0) {
    yield rows.map(row).join('');
    after = rows.at(-1)?.seq ?? after;
    if (rows.length < SLICE) return;
    await turn();
    rows = await ledger.files(scan, { after, limit: SLICE });
  }
}

/** A name for the file that a browser saves; it holds nothing that a header or a file system could misread. */
export function reportName(scan: { id: string; directory: string }, format: ReportFormat): string {
  const folder = displayPath(scan.directory).split('/').at(-1) ?? '';
  const word = folder.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '');
  return `${word === '' ? 'scan' : word.slice(0, 60)}-${scan.id}.${format}`;
}
