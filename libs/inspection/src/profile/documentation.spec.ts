import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RULE_KINDS } from '../rules/registry';
import { compileTemplate } from '../template/compile-template';
import { FILTERS } from '../template/filters';
import { VARIABLES } from '../template/variables';
import { parseProfile } from './parse-profile';
import { problemLine } from './problem';
import { ruleTable, withRuleTable } from './rule-table';

const page = readFileSync(join(__dirname, '../../../../docs/profiles.md'), 'utf8');
const blocks = [...page.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, block = '']) => block);

function wholeProfile(block: string): string {
  const head = 'name: wedding\nversion: "1"\n';
  if (block.startsWith('name:')) return block;
  return block.startsWith('- rule:') ? `${head}rules:\n${block.replace(/^/gm, '  ')}` : `${head}rules: []\n${block}`;
}

describe('the table of rules', () => {
  it('has a row for each code, and one for a kind without codes of its own', () => {
    const rows = ruleTable().split('\n').slice(2);
    expect(rows).toHaveLength(RULE_KINDS.reduce((sum, { codes }) => sum + Math.max(1, Object.keys(codes).length), 0));
    for (const { codes, fix } of RULE_KINDS)
      for (const code of Object.keys(codes))
        expect(rows.find((row) => row.startsWith(`| \`${code}\` `))).toContain(fix);
  });

  it('has examples that load', () => {
    for (const row of ruleTable().split('\n').slice(2)) {
      const example = /`(\{ rule: .*\})` *\|$/.exec(row.replaceAll('\\|', '|'))?.[1];
      const result = parseProfile({ file: 'x.yaml', text: `name: x\nversion: "1"\nrules: [${example}]\n` });
      expect([example, result.ok]).toEqual([example, true]);
    }
  });

  it('has a place in the page, or the page is refused', () => {
    expect(() => withRuleTable('# Profiles')).toThrow('no place for the table');
    expect(withRuleTable(withRuleTable(page))).toBe(withRuleTable(page));
  });
});

describe('docs/profiles.md', () => {
  it.each(blocks)('has an example that loads: %s', (block) => {
    const result = parseProfile({ file: 'wedding.yaml', text: wholeProfile(block) });
    expect(result.ok ? [] : result.problems.map(problemLine)).toEqual([]);
  });

  it.each(RULE_KINDS.map((kind) => [kind.kind, kind] as const))(
    'explains the rule %s, its parameters and codes',
    (_, kind) => {
      const section = page.split(/^###? /m).find((part) => part.startsWith(`${kind.kind}\n`));
      for (const word of [...Object.keys(kind.codes), ...Object.keys(kind.parameters)]) expect(section).toContain(word);
    },
  );

  it('has the table of rules that the code makes; where this fails, run `npm run docs:profiles`', () => {
    expect(withRuleTable(page)).toBe(page);
  });

  it('names every fact and filter of templates', () => {
    for (const name of [...Object.keys(VARIABLES), ...Object.keys(FILTERS)]) expect(page).toContain(`\`${name}\``);
  });

  it('has examples of filters that work', () => {
    const examples = [...page.matchAll(/`(\{\{ [^`]*\\\|[^`]*\}\})`/g)].map(([, example = '']) =>
      example.replaceAll('\\|', '|'),
    );
    expect(examples.length).toBeGreaterThan(5);
    for (const example of examples)
      expect([example, compileTemplate(`${example}/{{ name }}`).ok]).toEqual([example, true]);
  });
});
