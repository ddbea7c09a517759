import { displayPath, encodePath, isExactText } from '@assay/inspection';
import type { FileRecord } from '@assay/ledger';
import type { FileRecordJson } from './file-schemas';

/** The exact bytes, only where the text alone does not say them. */
export const exactBytes = (path: string): string | undefined =>
  isExactText(path) ? undefined : Buffer.from(encodePath(path)).toString('base64');

/** A row as clients see it. */
export function fileJson(row: FileRecord): FileRecordJson {
  const pathBytes = exactBytes(row.path);
  const destinationBytes = row.destination === null ? undefined : exactBytes(row.destination);
  return {
    seq: row.seq,
    path: displayPath(row.path),
    ...(pathBytes === undefined ? {} : { pathBytes }),
    size: row.size,
    modifiedAt: row.modifiedAt === null ? null : new Date(row.modifiedAt).toISOString(),
    mediaType: row.mediaType,
    facts: row.facts,
    verdict: row.verdict,
    findings: row.findings,
    outcome: row.outcome,
    ...(row.reason === null ? {} : { reason: displayPath(row.reason) }),
    destination: row.destination === null ? null : displayPath(row.destination),
    ...(destinationBytes === undefined ? {} : { destinationBytes }),
    attempts: row.attempts,
    ...(row.facts?.digest === undefined ? {} : { digest: row.facts.digest }),
    updatedAt: new Date(row.updatedAt).toISOString(),
  };
}
