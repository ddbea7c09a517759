import { codesOf, fileWith, findingsOf, profileOf } from '../contract/rule-under-test';
import type { ContentFacts } from '../facts';

const file = (content?: ContentFacts) => fileWith(content === undefined ? {} : { content });

describe('the rule decodes', () => {
  it.each<[string, ContentFacts | undefined, string[]]>([
    ['{ rule: decodes }', { decodes: true }, []],
    ['{ rule: decodes }', { decodes: false }, ['does-not-decode']],
    ['{ rule: decodes }', { decodes: null }, []],
    ['{ rule: decodes }', undefined, []],
    ['{ rule: decodes, unknown: refuse }', { decodes: true }, []],
    ['{ rule: decodes, unknown: refuse }', { decodes: false }, ['does-not-decode']],
    ['{ rule: decodes, unknown: refuse }', { decodes: null }, ['decoding-unknown']],
    ['{ rule: decodes, unknown: refuse }', undefined, ['decoding-unknown']],
  ])('%s of a file whose content is %j says %j', (rule, content, codes) => {
    expect(codesOf(rule, file(content))).toEqual(codes);
  });

  it('says why, and asks for what it reads', () => {
    const content = { decodes: false, why: { decodes: 'the last 12 bytes are missing' } };
    expect(findingsOf('{ rule: decodes }', file(content))).toMatchObject([
      { message: 'The content is not whole: the last 12 bytes are missing.' },
    ]);
    expect([...profileOf('{ rule: decodes }').needs]).toContain('decodes');
  });
});
