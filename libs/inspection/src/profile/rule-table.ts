import { parse, stringify } from 'yaml';
import type { FactGroup } from '../facts';
import { RULE_KINDS } from '../rules/registry';
import type { InnerRule, RuleKind } from '../rules/rule-kind';
import { profileDefinitionSchema } from './profile-schema';

/** The lines between which the documentation holds the table. */
export const TABLE_BEGINS = '<!-- rules: made from the code by `npm run docs:profiles` -->';
export const TABLE_ENDS = '<!-- end of rules -->';

const HEAD = ['code', 'rule', 'means', 'severity', 'needs', 'fix', 'example'];

/** Groups of facts whose names do not say to a reader what they cost. */
const WORDS: Partial<Record<FactGroup, string>> = { digest: 'every byte', decodes: 'every pixel' };

const code = (text: string): string => (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``);

/** The example with every default filled in, as a profile would hold it. */
function exampleOf({ example }: RuleKind): InnerRule & { severity: string } {
  const { rules } = profileDefinitionSchema.parse({ name: 'x', version: '1', rules: [parse(example) as unknown] });
  const [rule] = rules;
  if (rule === undefined) throw new Error('A profile of one rule has none');
  return rule;
}

function needsOf(kind: RuleKind): string {
  const rule = exampleOf(kind);
  if (kind.inner !== undefined) return 'what its rules need';
  const groups: string[] = kind.needs(rule).map((group) => WORDS[group] ?? group);
  if ((kind.compares?.(rule) ?? []).length > 0) groups.push('other files');
  return groups.length === 0 ? 'nothing more' : groups.join(', ');
}

/** What the schema fills in where a profile says nothing. */
function severityOf(kind: RuleKind): string {
  const { rules } = profileDefinitionSchema.parse({
    name: 'x',
    version: '1',
    rules: [{ ...(parse(kind.example) as object), severity: undefined }],
  });
  return rules[0]?.severity ?? '';
}

function rowsOf(kind: RuleKind): string[][] {
  const example = stringify(parse(kind.example), {
    collectionStyle: 'flow',
    lineWidth: 0,
    flowCollectionPadding: true,
  });
  const codes = Object.entries(kind.codes).map(([name, means]) => [code(name), means] as const);
  return (codes.length === 0 ? [['those of its rules', kind.summary] as const] : codes).map(([name, means]) => [
    name,
    `[${code(kind.kind)}](#${kind.kind})`,
    means,
    code(severityOf(kind)),
    needsOf(kind),
    kind.fix,
    code(example.trim()),
  ]);
}

/**
 * Every code of every kind of rule as a table in Markdown, aligned as the project's formatter aligns it: its meaning and default
 * severity, what must be read for it beside the media type, its fix, and an example that works. Pure.
 */
export function ruleTable(): string {
  const rows = [HEAD, ...RULE_KINDS.flatMap(rowsOf)].map((cells) =>
    cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')),
  );
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => [...(cells[column] ?? '')].length)));
  const line = (cells: string[]): string =>
    `| ${cells.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - [...cell].length)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

/** The page with its table made anew. Throws where it has no place for one. Idempotent. Pure. */
export function withRuleTable(page: string): string {
  const begin = page.indexOf(TABLE_BEGINS);
  const end = page.indexOf(TABLE_ENDS);
  if (begin < 0 || end < begin)
    throw new Error(`The page has no place for the table of rules: write ${TABLE_BEGINS} and ${TABLE_ENDS} into it`);
  return `${page.slice(0, begin + TABLE_BEGINS.length)}\n\n${ruleTable()}\n\n${page.slice(end)}`;
}
