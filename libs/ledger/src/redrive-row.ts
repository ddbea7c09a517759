import type { Redrive } from './dead-letter';

/** A row of `redrives`, with its scan's id. */
export interface RedriveRow {
  no: number;
  id: string;
  scan_no: number | null;
  scan: string | null;
  reason: string | null;
  requested_by: string | null;
  request_id: string | null;
  requested_at: number;
  dead_letters: number;
  redriven: number;
  at_scan: number;
  at_seq: number;
  ended_at: number | null;
}

export function redriveOf(row: RedriveRow): Redrive {
  return {
    id: row.id,
    scan: row.scan,
    reason: row.reason,
    requestedBy: row.requested_by,
    requestId: row.request_id,
    requestedAt: row.requested_at,
    deadLetters: row.dead_letters,
    redriven: row.redriven,
    endedAt: row.ended_at,
  };
}
