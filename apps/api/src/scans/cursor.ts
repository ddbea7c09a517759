import { Problem } from '../problems/problem';

/*
 * A cursor is opaque to clients: what it holds may change. It is made of the key of a page's last row, so that any page is as
 * fast as the first, and rows that come or go in between neither repeat nor hide others.
 */

export const cursorOf = (key: string): string => Buffer.from(key).toString('base64url');

/** The key that a cursor holds, where it fits `form`; throws the problem `malformed` otherwise. */
export function keyOf(cursor: string, form: RegExp): string {
  const key = Buffer.from(cursor, 'base64url').toString();
  if (form.test(key)) return key;
  const message = 'must be a `nextCursor` that an earlier page gave';
  throw new Problem('malformed', `cursor ${message}`, { errors: [{ field: 'cursor', value: cursor, message }] });
}

export const SCAN_KEY = /^[0-9a-f-]{36}$/;
export const FILE_KEY = /^[1-9]\d{0,14}$/;
export const LETTER_KEY = /^[0-9a-f-]{36}\.[1-9]\d{0,14}$/;
export const REDRIVE_KEY = SCAN_KEY;
