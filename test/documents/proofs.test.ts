import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT, read, section, tableRows } from './checkout';

const text = read('docs/failure-modes.md');

/** Clauses by their heading, each with its text. */
const clauses = ['The scan', 'Placing a batch', 'What else ends'].flatMap((part) =>
  section(text, part)
    .split(/^### /m)
    .slice(1)
    .map((clause): [string, string] => {
      const [heading = '', ...body] = clause.split('\n');
      return [`${part}: ${heading}`, body.join('\n')];
    }),
);

interface Proof {
  file: string;
  title: string;
}

/** `up`: how links of the document lead to the checkout's folder. */
function proofsIn(clause: string, up = '../'): Proof[] {
  return [...clause.matchAll(/^- Proven by \[[^\]]+\]\(([^)]+)\):\s+"([^"]+)"$/gm)].flatMap(
    ([, file = '', title = '']) => (file.startsWith(up) ? [{ file: file.slice(up.length), title }] : []),
  );
}

const proofOf = ({ file, title }: Proof): void => {
  expect(existsSync(join(CHECKOUT, file)) ? file : `there is no ${file}`).toBe(file);
  const written = read(file).replaceAll("\\'", "'");
  expect(["'", '"', '`'].some((quote) => written.includes(`${quote}${title}${quote}`)) ? title : 'no such test').toBe(
    title,
  );
};

describe('each row of the tables of faults and kill points in docs/failure-modes.md', () => {
  const rows = ['What you see, and what it does', 'Kill points'].flatMap((part) => tableRows(section(text, part)));
  const proven = rows.map((row): [string, Proof[]] => [
    row[0] ?? '',
    [...(row.at(-1) ?? '').matchAll(/\[[^\]]+\]\(\.\.\/([^)]+)\): "([^"]+)"/g)].map(([, file = '', title = '']) => ({
      file,
      title,
    })),
  ]);

  it('is there', () => {
    expect(rows.length).toBeGreaterThan(40);
  });

  it.each(proven)('%s: names tests that exist', (_what, proofs) => {
    expect(proofs.length).toBeGreaterThan(0);
    for (const proof of proofs) proofOf(proof);
  });
});

describe('each clause of the protocol in docs/failure-modes.md', () => {
  it('is there', () => {
    expect(clauses.length).toBe(20);
  });

  it.each(clauses)('%s: says what would be lost without it, and how it is proven', (heading, clause) => {
    expect(clause).toMatch(/^- (Proven by|Not yet proven by a test)/m);
    if (!heading.endsWith('Redrive')) expect(clause).toMatch(/^Without it: /m);
    // A line that is not understood would be a proof that nobody looks for.
    expect(proofsIn(clause).length).toBe([...clause.matchAll(/^- Proven by/gm)].length);
  });

  it.each(clauses.flatMap(([, clause]) => proofsIn(clause)).map(({ file, title }) => [file, title]))(
    '%s has the test "%s"',
    (file, title) => {
      proofOf({ file, title });
    },
  );
});

describe('each promise of SECURITY.md', () => {
  const promises = section(read('SECURITY.md'), 'What holds').split(/^### /m).slice(1);

  it('is proven', () => {
    expect(promises.length).toBeGreaterThan(5);
    for (const promise of promises) {
      const count = [...promise.matchAll(/^- Proven by/gm)].length;
      expect([promise.split('\n')[0], count > 0, proofsIn(promise, '').length]).toEqual([
        promise.split('\n')[0],
        true,
        count,
      ]);
    }
  });

  it.each(promises.flatMap((promise) => proofsIn(promise, '')).map(({ file, title }) => [file, title]))(
    '%s has the test "%s"',
    (file, title) => {
      proofOf({ file, title });
    },
  );
});
