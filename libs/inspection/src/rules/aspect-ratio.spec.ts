import { codesOf, fileWith, findingsOf, profileOf } from '../contract/rule-under-test';

const NOT = ['aspect-ratio-not-allowed'];

describe('the rule aspect-ratio', () => {
  it.each([
    ["{ rule: aspect-ratio, allow: ['3:2'] }", [6000, 4000], []],
    ["{ rule: aspect-ratio, allow: ['3:2'] }", [4000, 6000], []],
    ["{ rule: aspect-ratio, allow: ['2:3'] }", [6000, 4000], []],
    ["{ rule: aspect-ratio, allow: ['3:2'] }", [4288, 2848], []],
    ["{ rule: aspect-ratio, allow: ['3:2'] }", [4032, 3024], NOT],
    ["{ rule: aspect-ratio, allow: ['3:2', '4:3'] }", [4032, 3024], []],
    ["{ rule: aspect-ratio, allow: ['1:1'], tolerance: 0 }", [500, 500], []],
    ["{ rule: aspect-ratio, allow: ['1:1'], tolerance: 0 }", [501, 500], NOT],
    ["{ rule: aspect-ratio, allow: ['1:1'], tolerance: 0.1 }", [110, 100], []],
    ["{ rule: aspect-ratio, allow: ['1:1'], tolerance: 0.1 }", [111, 100], NOT],
    ["{ rule: aspect-ratio, allow: ['1:1'], tolerance: 0.1 }", [100, 110], []],
    ["{ rule: aspect-ratio, allow: ['1.85:1'], tolerance: 0 }", [1850, 1000], []],
    ["{ rule: aspect-ratio, allow: ['16:9'], tolerance: 0 }", [1920, 1080], []],
    ["{ rule: aspect-ratio, allow: ['3:2'], eitherWay: false }", [6000, 4000], []],
    ["{ rule: aspect-ratio, allow: ['3:2'], eitherWay: false }", [4000, 6000], NOT],
    ["{ rule: aspect-ratio, allow: ['2:3'], eitherWay: false }", [4000, 6000], []],
  ])('%s of %j says %j', (rule, [width = 0, height = 0], codes) => {
    expect(codesOf(rule, fileWith({ width, height }))).toEqual(codes);
  });

  it.each([
    [undefined, true],
    [1, true],
    [4, true],
    [5, false],
    [8, false],
  ])('goes by the picture as it is shown where one way alone is allowed: orientation %s passes %s', (turn, passes) => {
    const file = fileWith({ width: 6000, height: 4000, ...(turn === undefined ? {} : { orientation: turn }) });
    expect(codesOf("{ rule: aspect-ratio, allow: ['3:2'], eitherWay: false }", file)).toEqual(passes ? [] : NOT);
    expect(codesOf("{ rule: aspect-ratio, allow: ['3:2'] }", file)).toEqual([]);
  });

  it.each([
    [{ rotation: 0 }, true],
    [{ rotation: 180 }, true],
    [{ rotation: 90 }, false],
    [{ rotation: 270 }, false],
    [{ rotation: 0, orientation: 6 }, true],
    [{ rotation: 90, orientation: 1 }, false],
  ])("goes by a video's own rotation first: %j passes %s", (turned, passes) => {
    const file = fileWith({ width: 6000, height: 4000, ...turned });
    expect(codesOf("{ rule: aspect-ratio, allow: ['3:2'], eitherWay: false }", file)).toEqual(passes ? [] : NOT);
  });

  it('says that the dimensions are unknown, unless that is allowed', () => {
    for (const facts of [{}, { width: 5 }, { width: 0, height: 5 }, { width: 5, height: 0 }]) {
      expect(codesOf("{ rule: aspect-ratio, allow: ['1:1'] }", fileWith(facts))).toEqual(['aspect-ratio-unknown']);
      expect(codesOf("{ rule: aspect-ratio, allow: ['1:1'], unknown: allow }", fileWith(facts))).toEqual([]);
    }
  });

  it('names the ratio and what is allowed', () => {
    expect(
      findingsOf("{ rule: aspect-ratio, allow: ['3:2', '1:1'] }", fileWith({ width: 1920, height: 1080 })),
    ).toMatchObject([
      { message: 'The ratio of the sides is 1.778:1 (1920 × 1080); allowed: 3:2, 1:1, either way.', value: 1.7778 },
    ]);
  });

  it('needs the orientation only where it matters', () => {
    expect([...profileOf("{ rule: aspect-ratio, allow: ['3:2'] }").needs]).toEqual(['signature', 'dimensions']);
    expect([...profileOf("{ rule: aspect-ratio, allow: ['3:2'], eitherWay: false }").needs]).toContain('metadata');
  });

  it.each([
    ['{ rule: aspect-ratio }', '`rules[0].allow` is missing'],
    ['{ rule: aspect-ratio, allow: [] }', 'at least 1 entry'],
    ["{ rule: aspect-ratio, allow: ['3/2'] }", "is a ratio in quotes, such as '3:2'"],
    ["{ rule: aspect-ratio, allow: ['3:0'] }", 'a ratio with a zero in it'],
    ["{ rule: aspect-ratio, allow: ['0:0'] }", 'a ratio with a zero in it'],
    ["{ rule: aspect-ratio, allow: ['3:2'], tolerance: 2 }", 'at most 0.5'],
  ])('refuses %s', (rule, said) => {
    expect(() => profileOf(rule)).toThrow(said);
  });
});
