import { fileJson } from '../../scans/file-json';
import type { ReportFormat } from './format';

/** One FileRecord a line. */
export const jsonl: ReportFormat = {
  mediaType: 'application/jsonl; charset=utf-8',
  disposition: 'attachment',
  headers: {},
  head: () => '',
  rows: (files) => files.map((file) => `${JSON.stringify(fileJson(file))}\n`).join(''),
  tail: () => '',
};
