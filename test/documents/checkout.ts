import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const CHECKOUT = resolve(__dirname, '../..');

/** A text of this checkout. */
export const read = (path: string): string => readFileSync(join(CHECKOUT, path), 'utf8');

/** Every document that people read: Markdown at the top and beneath docs, as paths relative to the checkout. */
export function documents(): string[] {
  const beneath = (folder: string): string[] =>
    readdirSync(join(CHECKOUT, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return folder === '' && entry.name !== 'docs' ? [] : beneath(path);
      return entry.name.endsWith('.md') ? [path] : [];
    });
  return beneath('').sort();
}

/** The text from the heading `## name` (of any level) to the next heading of that level or above. Throws where there is none. */
export function section(text: string, name: string): string {
  const lines = text.split('\n');
  const from = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === name);
  const level = /^#+/.exec(lines[from] ?? '')?.[0].length;
  if (level === undefined) throw new Error(`There is no heading '${name}'`);
  const rest = lines.slice(from + 1);
  const to = rest.findIndex((line) => /^#+ /.test(line) && (/^#+/.exec(line)?.[0].length ?? 0) <= level);
  return rest.slice(0, to < 0 ? undefined : to).join('\n');
}

/** Rows of every Markdown table in the text, without headings and rules; cells are trimmed. */
export function tableRows(text: string): string[][] {
  const rows: string[][] = [];
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith('|') || /^\|[\s:|-]+\|$/.test(line) || /^\|[\s:|-]+\|$/.test(lines[index + 1] ?? '')) continue;
    rows.push(
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('\\|', '|')),
    );
  }
  return rows;
}
