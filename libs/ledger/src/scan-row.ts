import { fromBytes, fromBytesOrNull, toBytes } from './exact-text';
import { type ScanFolders, overlap } from './overlap';
import type { Counts, NewScan, Priority, Scan, ScanState } from './scan';

/** A row of `scans`, as every store keeps it. */
export interface ScanRow {
  no: number;
  id: string;
  directory: Buffer;
  accept: Buffer;
  quarantine: Buffer;
  profile_name: string;
  profile_version: string;
  profile_digest: string;
  profile_definition: string;
  dry_run: number;
  priority: Priority;
  label: string | null;
  start_at: number | null;
  requested_by: string | null;
  request_id: string | null;
  state: ScanState | 'void';
  epoch: number;
  found: number;
  pending: number;
  accepted: number;
  quarantined: number;
  left_there: number;
  skipped: number;
  conflicted: number;
  errored: number;
  balanced: number;
  created_at: number;
  announced_at: number | null;
  started_at: number | null;
  walk_ended_at: number | null;
  finished_at: number | null;
  cancel_requested_at: number | null;
  cancel_requested_by: string | null;
  error: string | null;
  epilogue_attempt: number;
  epilogue_at: number | null;
  epilogue_problem: string | null;
  reasons: Buffer | null;
  reasons_identity: string | null;
}

export function countsOf(row: ScanRow): Counts {
  return {
    found: row.found,
    pending: row.pending,
    accepted: row.accepted,
    quarantined: row.quarantined,
    left: row.left_there,
    skipped: row.skipped,
    conflicted: row.conflicted,
    errored: row.errored,
  };
}

/** Null for a void scan, which nobody is shown. */
export function scanOf(row: ScanRow | undefined): Scan | null {
  if (row === undefined || row.state === 'void') return null;
  return {
    id: row.id,
    directory: fromBytes(row.directory),
    accept: fromBytes(row.accept),
    quarantine: fromBytes(row.quarantine),
    profile: {
      name: row.profile_name,
      version: row.profile_version,
      digest: row.profile_digest,
      definition: JSON.parse(row.profile_definition) as unknown,
    },
    dryRun: row.dry_run === 1,
    priority: row.priority,
    label: row.label,
    startAt: row.start_at,
    requestedBy: row.requested_by,
    requestId: row.request_id,
    state: row.state,
    counts: countsOf(row),
    balanced: row.balanced === 1,
    createdAt: row.created_at,
    announcedAt: row.announced_at,
    startedAt: row.started_at,
    walkEndedAt: row.walk_ended_at,
    finishedAt: row.finished_at,
    cancelRequestedAt: row.cancel_requested_at,
    cancelRequestedBy: row.cancel_requested_by,
    error: row.error,
    epilogue:
      row.epilogue_at === null
        ? null
        : { endedAt: row.epilogue_at, reasons: fromBytesOrNull(row.reasons), problem: row.epilogue_problem },
  };
}

/** For a row that the present transaction wrote or saw. */
export function shownScan(row: ScanRow | undefined): Scan {
  const scan = scanOf(row);
  if (scan === null) throw new Error('The ledger lost a scan within one transaction');
  return scan;
}

function foldersOf(row: ScanRow): ScanFolders {
  return {
    directory: fromBytes(row.directory),
    accept: fromBytes(row.accept),
    quarantine: fromBytes(row.quarantine),
  };
}

/** The columns of a new scan; all others have their defaults. */
export const NEW_SCAN_COLUMNS = `id, directory, accept, quarantine, profile_name, profile_version, profile_digest, profile_definition,
  dry_run, priority, label, start_at, requested_by, request_id, state, created_at`;

/** One value for each of {@link NEW_SCAN_COLUMNS}. */
export function newScanValues(scan: NewScan, now: number): (string | number | Buffer | null)[] {
  const { profile } = scan;
  return [
    scan.id,
    toBytes(scan.directory),
    toBytes(scan.accept),
    toBytes(scan.quarantine),
    profile.name,
    profile.version,
    profile.digest,
    JSON.stringify(profile.definition ?? null),
    scan.dryRun ? 1 : 0,
    scan.priority,
    scan.label,
    scan.startAt,
    scan.requestedBy,
    scan.requestId,
    scan.startAt === null ? 'queued' : 'scheduled',
    now,
  ];
}

/** The first of these, other than the scan itself, that overlaps it; null where none does. */
export function overlapped(scan: ScanFolders & { id: string }, others: ScanRow[]): Scan | null {
  const other = others.find((row) => row.id !== scan.id && overlap(scan, foldersOf(row)));
  return other === undefined ? null : shownScan(other);
}
