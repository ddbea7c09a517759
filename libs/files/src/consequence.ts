/**
 * Errors of the file system by what follows from them.
 * - `transient`: trying again later may succeed (busy, out of descriptors, an I/O error, a stale handle of a network file system);
 * - `no-room`: nothing can be written until someone makes room;
 * - `away`: the file system itself is not there or can't be written, whatever the file;
 * - `permanent`: trying again changes nothing. An unknown error is permanent.
 */
export type Consequence = 'transient' | 'no-room' | 'away' | 'permanent';

const CONSEQUENCES: Readonly<Record<string, Consequence>> = {
  EAGAIN: 'transient',
  EBUSY: 'transient',
  EINTR: 'transient',
  EIO: 'transient',
  EMFILE: 'transient',
  ENFILE: 'transient',
  ENOLCK: 'transient',
  ENOMEM: 'transient',
  ESTALE: 'transient',
  ETIMEDOUT: 'transient',
  ETXTBSY: 'transient',
  ENOSPC: 'no-room',
  EDQUOT: 'no-room',
  EHOSTDOWN: 'away',
  EHOSTUNREACH: 'away',
  ENETDOWN: 'away',
  ENETUNREACH: 'away',
  ENODEV: 'away',
  ENOTCONN: 'away',
  ENXIO: 'away',
  EROFS: 'away',
  ESHUTDOWN: 'away',
};

/** The errno's name of an error of the system; `''` of anything else. Not by `instanceof`: errors may come from another realm or thread. */
export function errnoOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : '';
}

export function consequenceOf(error: unknown): Consequence {
  return CONSEQUENCES[errnoOf(error)] ?? 'permanent';
}
