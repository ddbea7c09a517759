import { setImmediate as turn } from 'node:timers/promises';
import { displayPath } from '@assay/inspection';
import type { Ledger } from '@assay/ledger';
import type { ReportFormat, ReportSubject } from './formats/format';
import type { ReportFormatName } from './formats/formats';

/** Rows read at once: the loop that serves HTTP is held for a few milliseconds at most. */
const SLICE = 200;

/**
 * The report of a scan in pieces, one row a file in the order of their numbers. Rows are read as the reader takes the pieces, so
 * memory stays flat; whoever stops reading stops the queries.
 */
export async function* report(
  ledger: Ledger,
  subject: ReportSubject,
  format: ReportFormat,
): AsyncGenerator<string, void, undefined> {
  const { id } = subject.scan;
  let after = 0;
  let count = 0;
  let files = await ledger.files(id, { after, limit: SLICE });
  yield format.head(subject);
  while (files.length > 0) {
    yield format.rows(files, count === 0);
    count += files.length;
    after = files.at(-1)?.seq ?? after;
    if (files.length < SLICE) break;
    await turn();
    files = await ledger.files(id, { after, limit: SLICE });
  }
  yield format.tail(count);
}

/** A name for the file that a browser saves; it holds nothing that a header or a file system could misread. */
export function reportName(scan: { id: string; directory: string }, format: ReportFormatName): string {
  const folder = displayPath(scan.directory).split('/').at(-1) ?? '';
  const word = folder.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '');
  return `${word === '' ? 'scan' : word.slice(0, 60)}-${scan.id}.${format}`;
}
