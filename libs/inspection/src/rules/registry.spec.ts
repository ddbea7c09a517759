import { z } from 'zod';
import { parseProfile } from '../profile/parse-profile';
import { RULE_KINDS, ruleKindOf } from './registry';

const indented = (yaml: string): string => yaml.trim().split('\n').join('\n    ');

describe('the registry of rules', () => {
  it('has every kind once, in kebab-case, and finds it by its name', () => {
    const kinds = RULE_KINDS.map(({ kind }) => kind);
    expect(new Set(kinds).size).toBe(kinds.length);
    for (const kind of RULE_KINDS) {
      expect(kind.kind).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(ruleKindOf(kind.kind)).toBe(kind);
    }
    expect(ruleKindOf('constructor')).toBeUndefined();
  });

  it('never uses one code in two kinds', () => {
    const codes = RULE_KINDS.flatMap((kind) => Object.keys(kind.codes));
    expect(new Set(codes).size).toBe(codes.length);
    for (const code of codes) expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  it.each(RULE_KINDS.map((kind) => [kind.kind, kind] as const))(
    'documents %s wholly, with an example that works',
    (_, kind) => {
      expect(kind.summary).toMatch(/\.$/);
      expect(kind.fix).toMatch(/\.$/);
      for (const [name, parameter] of Object.entries(kind.parameters))
        expect([name, z.globalRegistry.get(parameter)?.description]).toEqual([name, expect.stringMatching(/\.$/)]);
      expect(kind.example).toContain(`rule: ${kind.kind}\n`);
      const text = `name: x\nversion: "1"\nrules:\n  - ${indented(kind.example)}\n`;
      expect(parseProfile({ file: 'x.yaml', text })).toMatchObject({ ok: true });
    },
  );
});
