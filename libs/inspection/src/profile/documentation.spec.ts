import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RULE_KINDS } from '../rules/registry';
import { compileTemplate } from '../template/compile-template';
import { FILTERS } from '../template/filters';
import { VARIABLES } from '../template/variables';
import { parseProfile } from './parse-profile';
import { problemLine } from './problem';

const page = readFileSync(join(__dirname, '../../../../docs/profiles.md'), 'utf8');
const blocks = [...page.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, block = '']) => block);

function wholeProfile(block: string): string {
  const head = 'name: wedding\nversion: "1"\n';
  if (block.startsWith('name:')) return block;
  return block.startsWith('- rule:') ? `${head}rules:\n${block.replace(/^/gm, '  ')}` : `${head}rules: []\n${block}`;
}

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
