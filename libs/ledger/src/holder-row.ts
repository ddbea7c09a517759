import type { Holder } from './ledger';

/** A row of `holders`, as every store keeps it. */
export interface HolderRow {
  name: string;
  held: number;
  seen_at: number;
  paused_by: string | null;
  paused_why: string | null;
  paused_since: number | null;
}

export const HOLDER_COLUMNS = 'name, held, seen_at, paused_by, paused_why, paused_since';

export function holderOf(row: HolderRow): Holder {
  const { name, held, seen_at: seenAt, paused_by: by, paused_why: why, paused_since: since } = row;
  return { name, held, seenAt, paused: by === null || why === null || since === null ? null : { by, why, since } };
}
