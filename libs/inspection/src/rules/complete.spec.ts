import { codesOf, fileWith, findingsOf, profileOf } from '../contract/rule-under-test';
import type { ContentFacts } from '../facts';

const file = (content?: ContentFacts) => fileWith(content === undefined ? {} : { content });

describe('the rule complete', () => {
  it.each<[string, ContentFacts | undefined, string[]]>([
    ['{ rule: complete }', { complete: true }, []],
    ['{ rule: complete }', { complete: false }, ['incomplete-file']],
    ['{ rule: complete }', { complete: null }, []],
    ['{ rule: complete }', undefined, []],
    ['{ rule: complete, unknown: refuse }', { complete: true }, []],
    ['{ rule: complete, unknown: refuse }', { complete: false }, ['incomplete-file']],
    ['{ rule: complete, unknown: refuse }', { complete: null }, ['completeness-unknown']],
    ['{ rule: complete, unknown: refuse }', undefined, ['completeness-unknown']],
  ])('%s of a file whose content is %j says %j', (rule, content, codes) => {
    expect(codesOf(rule, file(content))).toEqual(codes);
  });

  it('says why, and asks for what it reads', () => {
    const content = { complete: false, why: { complete: 'the last 12 bytes are missing' } };
    expect(findingsOf('{ rule: complete }', file(content))).toMatchObject([
      { message: 'The content is not whole: the last 12 bytes are missing.' },
    ]);
    expect([...profileOf('{ rule: complete }').needs]).toContain('complete');
  });
});
