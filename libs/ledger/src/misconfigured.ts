/** The ledger can't be used as it is configured; the message names the variable. Trying again changes nothing. */
export class LedgerMisconfigured extends Error {
  override readonly name = 'LedgerMisconfigured';
}
