import type { FileFacts, Finding } from '@assay/inspection';
import { outcomeOf, verdictOf } from './codes';
import { fromBytes, fromBytesOrNull } from './exact-text';
import type { FileRecord, RecordedInspection, Summary } from './file';
import { type ScanRow, countsOf } from './scan-row';

/** What of `files` people are shown. */
export interface FileRow {
  seq: number;
  outcome: number;
  verdict: number;
  attempt: number;
  forgiven: number;
  redriving: number;
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

/** What a row was judged to be, by its row of `inspections` and its verdict's code. */
export function inspectionOf({ facts, findings }: InspectionRow, verdict: number): RecordedInspection {
  return {
    facts: JSON.parse(facts) as FileFacts,
    findings: findings === null ? [] : (JSON.parse(findings) as Finding[]),
    verdict: verdictOf(verdict) ?? 'fail',
  };
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
    redriving: row.redriving === 1,
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
