import { fileJson } from '../../scans/file-json';
import { scanJson } from '../../scans/scan-json';
import type { ReportFormat } from './format';

/** One Report: scan and summary first, then the files, each on a line of its own. */
export const json: ReportFormat = {
  mediaType: 'application/json; charset=utf-8',
  disposition: 'attachment',
  headers: {},
  head: ({ scan, summary, now }) =>
    `{"scan":${JSON.stringify(scanJson(scan, now))},\n"summary":${JSON.stringify(summary)},\n"files":[`,
  rows: (files, first) => (first ? '\n' : ',\n') + files.map((file) => JSON.stringify(fileJson(file))).join(',\n'),
  tail: () => '\n]}\n',
};
