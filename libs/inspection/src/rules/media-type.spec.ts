import { codesOf, fileWith, findingsOf, profileOf } from '../contract/rule-under-test';

describe('the rule media-type', () => {
  it.each([
    ['{ rule: media-type, allow: [image/jpeg] }', 'image/jpeg', true],
    ['{ rule: media-type, allow: [image/jpeg] }', 'image/png', false],
    ['{ rule: media-type, allow: [image/*] }', 'image/png', true],
    ['{ rule: media-type, allow: [image/*] }', 'imagery/png', false],
    ['{ rule: media-type, allow: [image/*, video/mp4] }', 'video/mp4', true],
    ['{ rule: media-type, allow: [image/*] }', 'application/octet-stream', false],
    ['{ rule: media-type, allow: [image/*] }', 'inode/x-empty', false],
    ['{ rule: media-type, allow: [image/*], deny: [image/gif] }', 'image/gif', false],
    ['{ rule: media-type, allow: [image/*], deny: [image/gif] }', 'image/png', true],
    ['{ rule: media-type, deny: [video/*] }', 'video/mp4', false],
    ['{ rule: media-type, deny: [video/*] }', 'application/octet-stream', true],
    ["{ rule: media-type, allow: ['*/*'] }", 'application/pdf', true],
  ])('%s of %s: passes %s', (rule, mediaType, passes) => {
    expect(codesOf(rule, fileWith({ mediaType }))).toEqual(passes ? [] : ['media-type-not-allowed']);
  });

  it.each([
    ['image/png', 'The content is image/png; allowed: image/jpeg.'],
    ['inode/x-empty', 'The file is empty, so it is of no type; allowed: image/jpeg.'],
    ['application/octet-stream', 'The content is of no known type; allowed: image/jpeg.'],
  ])('says of %s: %s', (mediaType, message) => {
    expect(findingsOf('{ rule: media-type, allow: [image/jpeg] }', fileWith({ mediaType }))).toMatchObject([
      { message, value: mediaType },
    ]);
  });

  it.each([
    ['{ rule: media-type }', 'neither `allow` nor `deny`'],
    ['{ rule: media-type, allow: image/jpeg }', 'Write a list: `allow: [image/jpeg]`'],
    ['{ rule: media-type, allow: [jpeg] }', 'is a media type in lower case'],
    ["{ rule: media-type, allow: ['*/jpeg'] }", 'image/* or */*'],
    ['{ rule: media-type, allow: [] }', 'at least 1 entry'],
  ])('refuses %s', (rule, said) => {
    expect(() => profileOf(rule)).toThrow(said);
  });
});
