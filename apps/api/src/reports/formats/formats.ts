import { csv } from './csv';
import type { ReportFormat } from './format';
import { html } from './html';
import { json } from './json';
import { jsonl } from './jsonl';

export const REPORT_FORMATS = ['csv', 'jsonl', 'json', 'html'] as const;
export type ReportFormatName = (typeof REPORT_FORMATS)[number];

export const FORMATS: Readonly<Record<ReportFormatName, ReportFormat>> = { csv, jsonl, json, html };
