import { encodePath } from '@assay/inspection';

/** A row of the ledger, as names of ours carry it: unique over scans, installations and time, since a scan's id is a UUID. */
export interface Row {
  scan: string;
  seq: number;
}

const OWN = /^\.assay-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.(\d+)-\d+$/;

/** Bytes that a name may have (Linux: NAME_MAX). */
const NAME_MAX = 255;

const rowText = ({ scan, seq }: Row): string => `${scan}.${seq}`;

/** The name that belongs to one attempt of one row; nobody else writes it. */
export function ownName(row: Row, attempt: number): string {
  return `.assay-${rowText(row)}-${attempt}`;
}

/** Whose name this is; null for any that {@link ownName} does not make. */
export function rowOfName(name: string): Row | null {
  const [, scan, seq] = OWN.exec(name) ?? [];
  return scan === undefined || seq === undefined ? null : { scan, seq: Number(seq) };
}

/** The empty files with which a file system is tried: numbered, or of an earlier version. */
const PROBE = /^\.assay-probe-(\d+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(-taken)?$/;

export function isProbeName(name: string): boolean {
  return PROBE.test(name);
}

/** True for names that {@link ownName} makes, and for those of probes: a walk does not take them for files of a supplier. */
export function isOwnName(name: string): boolean {
  return name.startsWith('.assay-') && (OWN.test(name) || PROBE.test(name));
}

/**
 * Where a file is put beside its own name, when a new file has that name: the first, second … such name. Cut at its end where it would be
 * too long; distinct for distinct counts.
 */
export function keptName(name: string, row: Row, count = 1): string {
  const suffix = `.assay-kept-${rowText(row)}${count === 1 ? '' : `-${count}`}`;
  let stem = name;
  while (encodePath(stem).length + suffix.length > NAME_MAX) stem = [...stem].slice(0, -1).join('');
  return stem + suffix;
}
