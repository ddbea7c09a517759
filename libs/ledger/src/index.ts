export type * from './file';
export { FINISHED, OUTCOMES } from './scan';
export type * from './scan';
export { LedgerUnavailable } from './ledger';
export type * from './ledger';
export { LedgerMisconfigured } from './misconfigured';
export { openLedger } from './open-ledger';
export type { LedgerOptions } from './open-ledger';
