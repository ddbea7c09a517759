/**
 * Text in lower case, of letters, digits and single `-`, with `.` and `_` inside kept and accents taken off: `Café Noir!`
 * becomes `cafe-noir`. Letters of every script stay. Slashes stay, so that the slug of a folder is a folder; an empty
 * segment vanishes. Null where nothing is left.
 */
export function slug(text: string): string | null {
  const result = text
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/[^\p{L}\p{N}._/]+/gu, '-')
    .split('/')
    .map((part) => part.replace(/^[-._]+|[-._]+$/g, '').replace(/-*\.[-.]*/g, '.'))
    .filter((part) => part !== '')
    .join('/');
  return result === '' ? null : result;
}
