import { fileWith } from '../contract/rule-under-test';
import { compileProfile, LEFT_BY_PROFILE, ProfileDefinitionError } from './compile-profile';
import { parseProfile } from './parse-profile';
import type { ProfileDefinition } from './profile-schema';

function definitionOf(body: string): ProfileDefinition {
  const result = parseProfile({ file: 'x.yaml', text: `name: x\nversion: "1"\n${body}` });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.definition;
}
const compiled = (body: string) => compileProfile(definitionOf(body));

describe('a compiled profile', () => {
  it('gives all findings in the order of the rules, with severity, value and mend', () => {
    const profile = compiled(
      'rules:\n  - { rule: size, min: 1 kB }\n  - { rule: media-type, allow: [image/png], severity: should, fix: Send PNG. }\n',
    );
    expect(profile.inspect(fileWith({}, { size: 10 }))).toEqual({
      verdict: 'fail',
      findings: [
        {
          code: 'too-small',
          severity: 'must',
          message: 'The file has 10 B; at least 1 kB are expected.',
          fix: expect.stringContaining('deliver it again') as string,
          value: 10,
        },
        {
          code: 'media-type-not-allowed',
          severity: 'should',
          message: 'The content is image/jpeg; allowed: image/png.',
          fix: 'Send PNG.',
          value: 'image/jpeg',
        },
      ],
    });
  });

  it('passes a file that has advice alone', () => {
    const profile = compiled('rules:\n  - { rule: size, max: 1, severity: should }\n');
    expect(profile.inspect(fileWith())).toMatchObject({ verdict: 'pass', findings: [{ code: 'too-large' }] });
  });

  it('tells two rules of one kind apart by their own codes', () => {
    const profile = compiled(
      "rules:\n  - { rule: name-pattern, deny: ['*'], code: copied }\n  - { rule: name-pattern, deny: ['I*'], code: unnamed }\n",
    );
    expect(profile.inspect(fileWith()).findings.map(({ code }) => code)).toEqual(['copied', 'unnamed']);
  });

  it('sends a passing file to its accepted destination and a failing one to quarantine', () => {
    const profile = compiled(
      'rules: [{ rule: size, min: 1 kB }]\naccept: { to: "ok/{{ path }}", onConflict: fail }\nreject: { to: "{{ finding }}/{{ name }}" }\n',
    );
    const [good, bad] = [fileWith(), fileWith({}, { size: 1 })];
    expect(profile.dispose(good, profile.inspect(good))).toEqual({
      action: 'accept',
      to: 'ok/day 1/IMG_0001.jpg',
      onConflict: 'fail',
    });
    expect(profile.dispose(bad, profile.inspect(bad))).toEqual({
      action: 'quarantine',
      to: 'too-small/IMG_0001.jpg',
      onConflict: 'number',
    });
  });

  it('leaves a failing file where the profile says so', () => {
    const profile = compiled('rules: [{ rule: size, min: 1 kB }]\nreject: { disposition: leave }\n');
    const bad = fileWith({}, { size: 1 });
    expect(profile.dispose(bad, profile.inspect(bad))).toEqual({ action: 'leave', reason: LEFT_BY_PROFILE });
    expect(profile.dispose(fileWith(), profile.inspect(fileWith()))).toMatchObject({ action: 'accept' });
  });

  it.each([
    ['rules: []', ['signature']],
    ['rules: [{ rule: dimensions, width: { min: 1 } }]', ['dimensions', 'signature']],
    ['rules: [{ rule: required-facts, facts: [captured] }]', ['metadata', 'signature']],
    ['rules: []\naccept: { to: "{{ captured.year }}/{{ name }}" }', ['metadata', 'signature']],
    ['rules: []\nreject: { to: "{{ width }}/{{ name }}" }', ['dimensions', 'signature']],
    ['rules: []\nreject: { to: "{{ width }}/{{ name }}", disposition: leave }', ['signature']],
  ])('of %s needs %j', (body, needs) => {
    expect([...compiled(`${body}\n`).needs].sort()).toEqual(needs);
  });

  it('is the same when compiled from its JSON again', () => {
    const definition = definitionOf('rules: [{ rule: size, min: 1 kB }, { rule: name-pattern, matches: "[0-9]+" }]\n');
    const again = compileProfile(JSON.parse(JSON.stringify(definition)) as ProfileDefinition);
    const file = fileWith({}, { size: 1 });
    expect(again.inspect(file)).toEqual(compileProfile(definition).inspect(file));
    expect(again.definition).toEqual(definition);
  });

  it('does not change the file nor what it said before', () => {
    const profile = compiled('rules: [{ rule: size, min: 1 kB }]\n');
    const file = Object.freeze(fileWith({}, { size: 1 }));
    expect(profile.inspect(file)).toEqual(profile.inspect(file));
  });

  it('refuses a stored definition that this version does not know', () => {
    const definition = definitionOf('rules: []\n');
    for (const broken of [
      { ...definition, rules: [{ rule: 'gone', severity: 'must' as const }] },
      { ...definition, accept: { ...definition.accept, to: '{{ gone }}' } },
    ])
      expect(() => compileProfile(broken)).toThrow(ProfileDefinitionError);
  });
});
