import * as fg from 'fast-glob';
import * as fc from 'fast-check';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selection } from './selection';

function filesBelow(folder: string, prefix = ''): string[] {
  return readdirSync(join(folder, prefix)).flatMap((name) => {
    const path = prefix ? `${prefix}/${name}` : name;
    return statSync(join(folder, path)).isDirectory() ? filesBelow(folder, path) : [path];
  });
}

/** Asks folder by folder, as a walk does. */
function selectedOf(paths: string[], include: string[], exclude: string[]): string[] {
  const select = selection(include, exclude);
  if (!select) return [...paths].sort();
  const folders = new Map<string, string[]>();
  for (const path of paths) {
    const slash = path.lastIndexOf('/');
    const folder = path.slice(0, Math.max(0, slash));
    folders.set(folder, [...(folders.get(folder) ?? []), path.slice(slash + 1)]);
  }
  return [...folders]
    .flatMap(([folder, names]) => [...select(folder, names)].map((name) => (folder ? `${folder}/${name}` : name)))
    .sort();
}

const segment = fc.constantFrom(
  'a',
  'b',
  'raw',
  '.hidden',
  'x.jpg',
  'y.JPG',
  'z.tiff',
  'thumbs',
  'a b',
  '(1)',
  'é.png',
);
const tree = fc.array(fc.array(segment, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 12 });
const pattern = fc.constantFrom(
  '**',
  '**/*.jpg',
  '*.jpg',
  '**/*.{jpg,JPG}',
  'a/**',
  'a',
  'a/',
  './a/**',
  '**/thumbs/**',
  '**/thumbs',
  'thumbs',
  '**/.*',
  '.hidden/**',
  '*',
  '*/*',
  '!(a)/**',
  '**/@(x|y).*',
  '[ab]/*',
  '**/?.jpg',
  'a b/**',
  '**/\\(1\\)',
);

describe('the selection of a walk', () => {
  it("is fast-glob's, on any tree with any patterns", () => {
    fc.assert(
      fc.property(
        tree,
        fc.array(pattern, { minLength: 1, maxLength: 3 }),
        fc.array(pattern, { maxLength: 2 }),
        (paths, include, exclude) => {
          const top = mkdtempSync(join(tmpdir(), 'selection-'));
          try {
            for (const segments of paths) {
              const folder = join(top, ...segments.slice(0, -1));
              try {
                mkdirSync(folder, { recursive: true });
                writeFileSync(join(top, ...segments), '');
              } catch {
                // One path is a file where another wants a folder: such a tree can't be, and is made without it.
                continue;
              }
            }
            // It throws where the base of a pattern is a file; a walk has nothing to throw for.
            const options = { ignore: exclude, followSymbolicLinks: false, suppressErrors: true };
            const theirs = fg.sync(include, { cwd: top, ...options });
            expect(selectedOf(filesBelow(top), include, exclude)).toEqual(
              [...new Set(theirs.map((path) => path.replace(/^\.\/|\/$/g, '')))].sort(),
            );
          } finally {
            rmSync(top, { recursive: true });
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('asks nobody where a profile has no patterns: every file is selected', () => {
    expect(selection([], [])).toBeNull();
  });

  it('counts hidden files where nothing is included by name', () => {
    expect(selection([], ['**/thumbs/**'])?.('.hidden', ['.a', 'b'])).toEqual(new Set(['.a', 'b']));
  });

  it('selects names that are not UTF-8, and nothing in a folder that is left out', () => {
    const select = selection(['**/*.jpg'], ['**/thumbs/**']);
    expect(select?.('x', ['a.jpg', '.b.jpg', 'caf\udce9.jpg', 'c.txt'])).toEqual(new Set(['a.jpg', 'caf\udce9.jpg']));
    expect(select?.('x/thumbs/y', ['a.jpg'])).toEqual(new Set());
  });

  it('takes names with line ends like any other', () => {
    const names = ['a\nb.jpg', 'c\u2028d.jpg', 'e\nf.txt'];
    expect(selection([], ['**/*.txt'])?.('x\ny', names)).toEqual(new Set(names.slice(0, 2)));
    expect(selection(['**/*.jpg'], [])?.('x\ny', names)).toEqual(new Set(names.slice(0, 2)));
  });
});
