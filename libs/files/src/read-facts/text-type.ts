/** Enough for any prolog, and to be sure that it is text. */
const LOOKED_AT = 16 * 1024;

const strict = new TextDecoder('utf-8', { fatal: true });

/** Controls that no text holds: all but tab, line feed, form feed, carriage return and escape. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f\u007f]/;

/** The text of the bytes where they are UTF-8; the last character may be cut by the end of the head. */
function textOf(head: Buffer, whole: boolean): string | null {
  const looked = head.subarray(0, LOOKED_AT);
  const cut = !whole || looked.length < head.length;
  try {
    return strict.decode(looked, { stream: cut });
  } catch {
    return null;
  } finally {
    if (cut) resetDecoder();
  }
}

/** A decoder in stream mode keeps the bytes of a cut character; they must not be put before the next file's. */
function resetDecoder(): void {
  try {
    strict.decode();
  } catch {
    // The cut character is reported here, and is the reason for the call.
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function markupType(text: string): string | undefined {
  const start = text.slice(0, 4096);
  if (/^(<\?xpacket|<x:xmpmeta)/.test(start)) return 'application/rdf+xml';
  if (/^<!doctype html|^<html[\s>]/i.test(start)) return 'text/html';
  const root = /<([A-Za-z_][\w.:-]*)/.exec(start.replace(/<\?[^]*?\?>|<!--[^]*?-->|<![^>]*>/g, ''))?.[1];
  if (root === 'svg' || root?.endsWith(':svg') === true) return 'image/svg+xml';
  if (!start.startsWith('<?xml')) return undefined;
  if (root === 'x:xmpmeta' || root === 'rdf:RDF') return 'application/rdf+xml';
  return root === 'html' ? 'application/xhtml+xml' : 'application/xml';
}

/**
 * The media type of a text by its beginning, where it is text for sure. `whole`: the head is the whole file, so that
 * JSON can be told from what only begins like it.
 */
export function textType(head: Buffer, whole: boolean): string | undefined {
  const decoded = textOf(head, whole);
  if (decoded === null || CONTROLS.test(decoded)) return undefined;
  const text = decoded.trimStart();
  if (text.startsWith('<')) return markupType(text) ?? 'text/plain';
  if (whole && (text.startsWith('{') || text.startsWith('[')) && isJson(decoded)) return 'application/json';
  return 'text/plain';
}
