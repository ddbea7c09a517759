import type { FileFacts, Finding } from '@assay/inspection';
import { outcomeOf, verdictOf } from './codes';
import { fromBytes, fromBytesOrNull } from './exact-text';
import type { FileRecord, Summary } from './file';
import { type ScanRow, countsOf } from './scan-row';

/** What of `files` people are shown. */
export interface FileRow {
  seq: number;
  outcome: number;
  verdict: number;
  attempt: number;
  forgiven: number;
  size: number | null;
  modified_at: number | null;
  updated_at: number;
  path: Buffer;
  destination: Buffer | null;
  reason: Buffer | null;
}

/** The row of `inspections` beside it, where the file was judged. */
export interface InspectionRow {
  facts: string;
  findings: string | null;
}

export function fileRecord(scan: string, row: FileRow, inspection: InspectionRow | undefined): FileRecord {
  const facts = inspection === undefined ? null : (JSON.parse(inspection.facts) as FileFacts);
  const findings = inspection?.findings ?? null;
  return {
    scan,
    seq: row.seq,
    path: fromBytes(row.path),
    size: row.size,
    modifiedAt: row.modified_at,
    mediaType: facts?.mediaType ?? null,
    facts,
    findings: findings === null ? [] : (JSON.parse(findings) as Finding[]),
    verdict: verdictOf(row.verdict),
    outcome: outcomeOf(row.outcome),
    reason: fromBytesOrNull(row.reason),
    destination: fromBytesOrNull(row.destination),
    attempts: row.attempt - row.forgiven,
    updatedAt: row.updated_at,
  };
}

/** `tallies` of findings, media types and cameras, the most frequent first. */
export function summaryOf(scan: ScanRow, tallies: { kind: string; key: string; count: number }[]): Summary {
  const summary: Summary = { counts: countsOf(scan), findings: [], mediaTypes: [], cameras: [] };
  for (const { kind, key, count } of tallies) {
    if (kind === 'media-type') summary.mediaTypes.push({ mediaType: key, count });
    else if (kind === 'camera') {
      const [make, model] = JSON.parse(key) as [string | null, string | null];
      summary.cameras.push({ make, model, count });
    } else {
      const [code, severity] = JSON.parse(key) as [string, 'must' | 'should'];
      summary.findings.push({ code, severity, count });
    }
  }
  return summary;
}
