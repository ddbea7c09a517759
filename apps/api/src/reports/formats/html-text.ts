const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** What would not be seen, or would turn the text around it. */
const UNSEEN = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

const numberOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/**
 * Any text as content of an element: nothing in it is markup, its direction stays its own, and what would not be seen, or would turn the text
 * around it, is shown by its number.
 */
export function htmlText(text: string): string {
  const escaped = text.toWellFormed().replace(/[&<>"']/g, (character) => NAMED[character] ?? '');
  return `<bdi>${escaped.replace(UNSEEN, (character) => `<span class="unseen">${numberOf(character)}</span>`)}</bdi>`;
}

/** JSON that may stand in a script element: without `<`, nothing in it can end the element or begin a comment. */
export const htmlJson = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');
