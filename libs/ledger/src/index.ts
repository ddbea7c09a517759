export type * from './file';
export { FINISHED, OUTCOMES } from './scan';
export type * from './scan';
export { LedgerUnavailable } from './ledger';
export type * from './ledger';
