import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT, read, section } from './checkout';

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

function proofsIn(clause: string): Proof[] {
  return [...clause.matchAll(/^- Proven by \[[^\]]+\]\(\.\.\/([^)]+)\):\s+"([^"]+)"$/gm)].map((match) => ({
    file: match[1] ?? '',
    title: match[2] ?? '',
  }));
}

describe('each clause of the protocol in docs/failure-modes.md', () => {
  it('is there', () => {
    expect(clauses.length).toBe(19);
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
      expect(existsSync(join(CHECKOUT, file)) ? file : `there is no ${file}`).toBe(file);
      const written = read(file).replaceAll("\\'", "'");
      expect(
        ["'", '"', '`'].some((quote) => written.includes(`${quote}${title}${quote}`)) ? title : 'no such test',
      ).toBe(title);
    },
  );
});
