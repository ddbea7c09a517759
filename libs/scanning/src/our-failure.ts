import { BrokerUnavailable, TopologyMismatch } from '@assay/broker';
import { ReadersClosedError } from '@assay/files';
import { LedgerUnavailable } from '@assay/ledger';

/** Not the fault of what a message is about: it returns to its queue and is taken again. */
export function isOurs(error: unknown): boolean {
  return [LedgerUnavailable, BrokerUnavailable, TopologyMismatch, ReadersClosedError].some(
    (kind) => error instanceof kind,
  );
}
