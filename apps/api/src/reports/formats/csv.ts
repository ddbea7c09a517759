import { type CsvCell, csvRow } from '@assay/inspection';
import { fileJson } from '../../scans/file-json';
import type { FileRecordJson } from '../../scans/file-schemas';
import type { ReportFormat } from './format';

/** The columns, left to right; columns are only ever added at the end. */
const COLUMNS: readonly [name: string, cell: (file: FileRecordJson) => CsvCell][] = [
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

export const csv: ReportFormat = {
  mediaType: 'text/csv; charset=utf-8; header=present',
  disposition: 'attachment',
  headers: {},
  head: () => csvRow(COLUMNS.map(([name]) => name)),
  rows: (files) =>
    files
      .map((file) => fileJson(file))
      .map((file) => csvRow(COLUMNS.map(([, of]) => of(file))))
      .join(''),
  tail: () => '',
};
