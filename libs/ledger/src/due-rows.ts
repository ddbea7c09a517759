import { fromBytes } from './exact-text';
import type { Republication } from './file';
import type { Priority } from './scan';

/** An open row of a publication. */
export interface OpenRow {
  seq: number;
  generation: number;
  path: Buffer;
  published_at: number | null;
}

/** A publication that nobody sent for long, and its scan. */
export interface DuePublication {
  scan_no: number;
  id: number;
  last_seq: number;
  confirmed_at: number | null;
  /** 1 where the scan was asked to stop: none of its rows is published again. */
  cancelled: number;
  scan: string;
  priority: Priority;
  request_id: string | null;
}

export function assignmentOf(scan: string, row: OpenRow) {
  return { scan, seq: row.seq, generation: row.generation, path: fromBytes(row.path) };
}

/**
 * Which open rows of a publication are to be sent again, `room` at most, and when the oldest of all was sent once these are
 * sent at `now`; null where none is open.
 */
export function dueRows(
  publication: DuePublication,
  open: OpenRow[],
  { before, now, room }: { before: number; now: number; room: number },
): { due: Republication[]; oldest: number | null } {
  const due: Republication[] = [];
  let oldest: number | null = null;
  const { scan, priority, request_id } = publication;
  for (const row of open) {
    let publishedAt = Math.max(row.published_at ?? 0, publication.confirmed_at ?? 0);
    if (publishedAt < before && due.length < room) {
      due.push({ ...assignmentOf(scan, row), priority, requestId: request_id });
      publishedAt = now;
    }
    oldest = Math.min(oldest ?? publishedAt, publishedAt);
  }
  return { due, oldest };
}
