import { displayPath } from './path-text';

const LONGEST = 120;

/** Text from a file's name or metadata, cut so that a finding stays small and made valid Unicode without NUL for JSON and databases. */
export function shown(text: string): string {
  const whole = displayPath(text).replaceAll('\0', '\ufffd');
  return whole.length > LONGEST ? `${whole.slice(0, LONGEST).toWellFormed()}…` : whole;
}

/** {@link shown}, in quotes and with control characters escaped, for use inside a sentence. */
export function quoted(text: string): string {
  return JSON.stringify(shown(text));
}
