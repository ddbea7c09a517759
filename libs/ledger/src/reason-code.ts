import { fromBytes, toBytes } from './exact-text';

const COLON = 0x3a;
/** Codes are short words; an index must not have to hold more. */
export const LONGEST_CODE = 200;

/** The stable code of a reason, as the stores' indexes have it: the bytes before the first colon. `''` where there is no reason. */
export function reasonCode(reason: Buffer | string | null): string {
  if (reason === null) return '';
  const bytes = typeof reason === 'string' ? toBytes(reason) : reason;
  const colon = bytes.indexOf(COLON);
  return fromBytes(bytes.subarray(0, Math.min(LONGEST_CODE, colon === -1 ? bytes.length : colon)));
}
