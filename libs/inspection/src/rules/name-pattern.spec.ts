import { codesOf, fileWith, findingsOf, profileOf } from '../contract/rule-under-test';

const named = (path: string) => fileWith({}, { path });

describe('the rule name-pattern', () => {
  it.each([
    ["{ rule: name-pattern, allow: ['IMG_*.jpg'] }", 'a/IMG_1.jpg', []],
    ["{ rule: name-pattern, allow: ['IMG_*.jpg'] }", 'a/img_1.jpg', ['name-not-allowed']],
    ["{ rule: name-pattern, allow: ['IMG_*.jpg'], ignoreCase: true }", 'a/img_1.JPG', []],
    ["{ rule: name-pattern, allow: ['IMG_*.jpg'] }", 'IMG_1.jpg.exe', ['name-not-allowed']],
    ["{ rule: name-pattern, allow: ['*.{jpg,png}'] }", 'x.png', []],
    ["{ rule: name-pattern, allow: ['*.{jpg,png}'] }", 'x.gif', ['name-not-allowed']],
    ["{ rule: name-pattern, allow: ['{a,b{c,d}}.jpg'] }", 'bd.jpg', []],
    ["{ rule: name-pattern, allow: ['[A-C]?.jpg'] }", 'B7.jpg', []],
    ["{ rule: name-pattern, allow: ['[!A-C]?.jpg'] }", 'B7.jpg', ['name-not-allowed']],
    ["{ rule: name-pattern, allow: ['*'] }", '.hidden', []],
    ["{ rule: name-pattern, allow: ['a.b'] }", 'axb', ['name-not-allowed']],
    ["{ rule: name-pattern, allow: ['a\\*b+(c)'] }", 'a*b+(c)', []],
    ["{ rule: name-pattern, allow: ['a\\*b'] }", 'axb', ['name-not-allowed']],
    ["{ rule: name-pattern, deny: ['*copy*'] }", 'a copy.jpg', ['name-denied']],
    ["{ rule: name-pattern, deny: ['*copy*'] }", 'copy/a.jpg', []],
    ["{ rule: name-pattern, allow: ['*.jpg'], deny: ['*copy*'] }", 'copy.gif', ['name-denied']],
    ["{ rule: name-pattern, of: path, allow: ['*/*.jpg'] }", 'a/b.jpg', []],
    ["{ rule: name-pattern, of: path, allow: ['*/*.jpg'] }", 'a/b/c.jpg', ['name-not-allowed']],
    ["{ rule: name-pattern, of: path, allow: ['**/*.jpg'] }", 'a/b/c.jpg', []],
    ["{ rule: name-pattern, of: path, allow: ['**/*.jpg'] }", 'c.jpg', []],
    ["{ rule: name-pattern, of: path, allow: ['a/**'] }", 'a/b/c.jpg', []],
    ["{ rule: name-pattern, matches: '[A-Z]{3}_[0-9]{4}\\.jpg' }", 'ABC_0001.jpg', []],
    ["{ rule: name-pattern, matches: '[A-Z]{3}_[0-9]{4}\\.jpg' }", 'xABC_0001.jpg', ['name-not-allowed']],
    ["{ rule: name-pattern, matches: 'a|ab' }", 'ab', []],
  ])('%s of %j says %j', (rule, path, codes) => {
    expect(codesOf(rule, named(path))).toEqual(codes);
  });

  it('matches names with line breaks, emoji and bytes that are not UTF-8', () => {
    for (const name of ['a\nb.jpg', '😀.jpg', '\udcff.jpg', '日本.jpg'])
      expect([name, codesOf("{ rule: name-pattern, allow: ['*.jpg'] }", named(name))]).toEqual([name, []]);
    expect(codesOf("{ rule: name-pattern, allow: ['?.jpg'] }", named('😀.jpg'))).toEqual([]);
    expect(codesOf("{ rule: name-pattern, allow: ['日?.jpg'] }", named('日本.jpg'))).toEqual([]);
  });

  it('is not slowed by names made to make it backtrack', () => {
    const long = '-'.repeat(250);
    const star = profileOf(`{ rule: name-pattern, allow: ['${'*-'.repeat(40)}x'] }`);
    const nested = profileOf("{ rule: name-pattern, matches: '((-+)+)+x' }");
    for (let times = 0; times < 100; times += 1)
      for (const profile of [star, nested]) expect(profile.inspect(named(long)).verdict).toBe('fail');
  });

  it('quotes a hostile name safely', () => {
    const [finding] = findingsOf("{ rule: name-pattern, allow: ['*.jpg'] }", named('a\n"\udcff'.padEnd(200, 'x')));
    expect(finding?.message).toContain('The name "a\\n\\"\ufffdxxx');
    expect(finding?.message.isWellFormed()).toBe(true);
    expect(finding?.message.length).toBeLessThan(250);
  });

  it.each([
    ['{ rule: name-pattern }', 'none of `allow`, `deny` and `matches`'],
    ["{ rule: name-pattern, allow: ['[a-'] }", 'a `[` that is never closed'],
    ["{ rule: name-pattern, allow: ['{a,b'] }", 'a `{` that is never closed'],
    ["{ rule: name-pattern, allow: ['[z-a]'] }", 'cannot be used'],
    ["{ rule: name-pattern, matches: '(?=a)b' }", 'no look-around'],
    ["{ rule: name-pattern, matches: '(a)\\1' }", 'no back-references'],
    ["{ rule: name-pattern, matches: '((a{1,1000}){1,1000}){1,1000}' }", 'cannot be used'],
  ])('refuses %s', (rule, said) => {
    expect(() => profileOf(rule)).toThrow(said);
  });
});
