import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { CHECKOUT, documents, read } from './checkout';

/** Headings as GitHub names them in links. */
function anchors(text: string): Set<string> {
  const bare = text.replace(/^```[\s\S]*?^```$/gm, '');
  return new Set(
    [...bare.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      (heading ?? '')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function brokenLinks(document: string): string[] {
  const bare = read(document).replace(/^```[\s\S]*?^```$/gm, '');
  return [...bare.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? document : normalize(join(dirname(document), path));
    if (target.startsWith('..') || !existsSync(join(CHECKOUT, target))) return [link];
    return anchor === undefined || anchors(read(target)).has(anchor) ? [] : [link];
  });
}

describe.each(documents())('%s', (document) => {
  it('links only to what is there', () => {
    expect(brokenLinks(document)).toEqual([]);
  });

  it('names nothing that only its writers know: numbers of issues, paths of their machines', () => {
    const found = read(document).match(/\bissue #?\d+|(?<![\w.])\/(work|tmp|root|home)\/\S+/gi);
    expect(found ?? []).toEqual([]);
  });
});
