import { globProblem } from './glob-problem';
import { parseProfile } from './parse-profile';

const HEAD = 'name: x\nversion: "1"\n';

/** `line:column message fix` of every problem, for a file called x.yaml. */
function problemsOf(text: string): string[] {
  const result = parseProfile({ file: 'profiles/x.yaml', text });
  if (result.ok) return [];
  return result.problems.map(({ line, column, message, fix }) => `${line}:${column} ${message} | ${fix}`);
}

describe('a profile', () => {
  it('needs a name, a version and rules; every default is filled in', () => {
    expect(parseProfile({ file: 'profiles/x.yaml', text: `${HEAD}rules:\n  - rule: size\n    min: 1 kB\n` })).toEqual({
      ok: true,
      definition: {
        name: 'x',
        version: '1',
        settleSeconds: 2,
        transfer: 'move',
        removeEmptyFolders: false,
        rules: [{ rule: 'size', severity: 'must', min: '1 kB' }],
        accept: { to: '{{ path }}', onConflict: 'number' },
        reject: { disposition: 'quarantine', to: '{{ path }}', onConflict: 'number' },
      },
    });
  });

  it('is the same after a way through JSON', () => {
    const result = parseProfile({
      file: 'x.yml',
      text: `${HEAD}include: ['**/*.jpg']\nrules:\n  - { rule: media-type, allow: [image/*], severity: should, code: odd, fix: Mend it. }\n`,
    });
    expect(result.ok && JSON.parse(JSON.stringify(result.definition))).toEqual(result.ok && result.definition);
  });

  it('may use an anchor for what it says twice', () => {
    const text = `${HEAD}rules:\n  - { rule: name-pattern, allow: &names ['*.jpg'] }\n  - { rule: name-pattern, deny: *names }\n`;
    expect(problemsOf(text)).toEqual([]);
  });

  it('is refused with all its problems, each at its place, with field, value and mend', () => {
    const text = [
      'name: y', // 1
      'version: 1.0', // 2
      'titel: Photos', // 3
      'include: [/abs]', // 4
      'settleSeconds: -1', // 5
      'rules:', // 6
      '  - rule: sise', // 7
      '  - rule: size', // 8
      '    min: 5 MB', // 9
      '    max: 1 kB', // 10
      '    severity: shoud', // 11
      '  - rule: media-type', // 12
      '    alow: [image/*]', // 13
      'accept:', // 14
      '  to: "{{ camera.mak }}/{{ name | slugg }}"', // 15
      '  onConflict: rename', // 16
    ].join('\n');
    const found = problemsOf(text);
    const expected = [
      /^1:7 `name` is "y", and the file is called "x" \| Write `name: x`/,
      /^2:10 `version` is 1; text is expected \| Put it in quotes: "1\.0"/,
      /^3:1 the profile has no field `titel` \| Did you mean `title`\?/,
      /^4:11 the pattern "\/abs" is absolute \|/,
      /^5:16 `settleSeconds` is -1; at least 0 is expected \|/,
      /^7:11 `rules\[0\]\.rule`: there is no rule "sise" \| Did you mean `size`\?/,
      /^11:15 `rules\[1\]\.severity` is "shoud"; one of must, should is expected \| Did you mean should\?/,
      /^13:5 `rules\[2\]` has no field `alow` \| Did you mean `allow`\?/,
      /^15:7 `accept\.to`: there is no filter `slugg` \| Did you mean `slug`\?/,
      /^15:7 `accept\.to`: there is no fact `camera\.mak` \| Did you mean `camera\.make`\?/,
      /^16:15 `accept\.onConflict` is "rename"; one of number, fail is expected \|/,
    ];
    for (const pattern of expected) expect(found).toContainEqual(expect.stringMatching(pattern));
    expect(found).toHaveLength(expected.length);
  });

  it('says what is missing', () => {
    expect(problemsOf('title: x\n')).toEqual([
      expect.stringMatching(/^1:1 `name` is missing \| Add `name: …`/),
      expect.stringMatching(/^1:1 `version` is missing \|/),
      expect.stringMatching(/^1:1 `rules` is missing \|/),
    ]);
  });

  it('says once that a value is of another type', () => {
    expect(problemsOf(`${HEAD}rules: [{ rule: unique-content, among: accepted }]\n`)).toEqual([
      '3:40 `rules[0].among` is "accepted"; a list is expected | Write a list: `among: [accepted]`.',
    ]);
  });

  it('repeats a version as it is written', () => {
    expect(problemsOf('name: x\nversion: 1.10\nrules: []\n')).toEqual([
      expect.stringContaining('Put it in quotes: "1.10".'),
    ]);
  });

  it('may begin with a byte order mark and end its lines as Windows does', () => {
    expect(problemsOf(`\ufeff${HEAD}rules: []\n`)).toEqual([]);
    expect(problemsOf(`${HEAD}rules: []\naccept:\n  to: '{{ name }}'\n`.replaceAll('\n', '\r\n'))).toEqual([]);
  });

  it('gives the line inside a template of several lines', () => {
    expect(problemsOf(`${HEAD}rules: []\naccept:\n  to: |\n    {{ name }}\n    {{ nam }}\n`)).toContainEqual(
      expect.stringMatching(/^7:1 `accept\.to`: there is no fact `nam`/),
    );
  });

  it.each([
    ['nothing', '', '1:1 the file is empty'],
    ['a comment alone', '# x\n', '1:1 the file is empty'],
    ['a list', '- 1\n', '1:1 the profile is a list; a map is expected'],
    ['broken YAML', `${HEAD}rules: [\n`, '4:1 '],
    ['a duplicate key', `${HEAD}version: "2"\n`, '3:1 Map keys must be unique'],
    ['a tag', `${HEAD}rules: !!js/function x\n`, '3:8 Unresolved tag'],
    ['two documents', `${HEAD}rules: []\n---\nname: z\n`, '4:1 a second document begins here'],
    ['an undefined alias', `${HEAD}rules: *nowhere\n`, 'Unresolved alias'],
    ['a tab', `${HEAD}rules:\n\t- x\n`, 'Indent with blanks.'],
    [
      'a template without quotes',
      `${HEAD}rules: []\naccept:\n  to: {{ path }}\n`,
      'Put text that begins with a brace in quotes',
    ],
    ['a key that is no text', `${HEAD}? [a]\n: b\n`, 'a map stands here as the name of a field'],
    [
      'a key of prototypes',
      `${HEAD}rules: []\n__proto__: { polluted: true }\n`,
      'the profile has no field `__proto__`',
    ],
    ['a rule that is text', `${HEAD}rules: [size]\n`, '3:9 `rules[0]` is "size"; a map is expected'],
    ['a rule without its name', `${HEAD}rules: [{ severity: must }]\n`, 'the name of a rule is expected'],
  ])('refuses %s', (_, text, said) => {
    const found = problemsOf(text);
    expect(found.join('\n')).toContain(said);
    expect({}).not.toHaveProperty('polluted');
  });

  it('is not felled by text made to unfold or to nest without end', () => {
    const bomb = Array.from(
      { length: 20 },
      (_, at) => `a${at}: &a${at} [${at === 0 ? '1' : `*a${at - 1}, `.repeat(9)}]`,
    ).join('\n');
    expect(problemsOf(bomb).join()).toContain('alias');
    expect(problemsOf('['.repeat(200_000)).join()).toContain('nested too deeply');
    expect(problemsOf('a: '.repeat(50_000)).length).toBeGreaterThan(0);
    expect(problemsOf('x'.repeat(300_000)).join()).toContain('256 KiB');
    expect(problemsOf('rules: &r [*r]').length).toBeGreaterThan(0);
    expect(problemsOf(`${HEAD}rules: [&r { rule: all-of, rules: [*r, *r] }]`).join()).toContain('nested too deeply');
    const deep = `${'{ rule: not, message: x, that: '.repeat(3000)}{ rule: size, min: 1 }${' }'.repeat(3000)}`;
    expect(problemsOf(`${HEAD}rules: [${deep}]`).join()).toContain('nested too deeply');
  });
});

describe('a glob of include or exclude', () => {
  it.each(['**/*.jpg', '*.{jpg,png}', '[a-z]*', '!(*.tmp)', 'a/**', '.hidden', '*_*_*_*', '{1..99}.jpg'])(
    'may be %s',
    (glob) => {
      expect(globProblem(glob)).toBeUndefined();
    },
  );

  it.each(['/a', '../a', 'a/../b', '!a', 'a\nb', '*a*a*a*a*a', '*(*a)', '+(a|*)', '{1..99999}', '{a,b}'.repeat(7)])(
    'may not be %j',
    (glob) => {
      expect(globProblem(glob)).toBeDefined();
    },
  );
});
