import { EXTENSIONS } from './extensions';
import { codesOf, fileWith, findingsOf, profileOf } from '../contract/rule-under-test';

describe('the rule extension-agrees', () => {
  const plain = '{ rule: extension-agrees }';

  it.each([
    [plain, 'image/jpeg', 'jpg', []],
    [plain, 'image/jpeg', 'jpeg', []],
    [plain, 'image/jpeg', 'png', ['extension-disagrees']],
    [plain, 'image/png', 'jpg', ['extension-disagrees']],
    [plain, 'image/tiff', 'nef', []],
    [plain, 'image/tiff', 'png', ['extension-disagrees']],
    [plain, 'image/x-nikon-nef', 'nef', []],
    [plain, 'image/heic', 'hif', []],
    [plain, 'image/jpeg', '', ['extension-missing']],
    ['{ rule: extension-agrees, missing: allow }', 'image/jpeg', '', []],
    [plain, 'application/octet-stream', 'jpg', ['extension-disagrees']],
    [plain, 'text/plain', 'png', ['extension-disagrees']],
    [plain, 'application/octet-stream', 'xyz', []],
    [plain, 'application/octet-stream', 'x3f', []],
    [plain, 'application/octet-stream', '', []],
    [plain, 'text/plain', 'txt', []],
    [plain, 'inode/x-empty', 'jpg', []],
    [plain, 'application/x-not-in-the-table', 'jpg', []],
    ['{ rule: extension-agrees, also: { image/jpeg: [thm] } }', 'image/jpeg', 'thm', []],
    ['{ rule: extension-agrees, also: { image/jpeg: [thm] } }', 'image/jpeg', 'jpg', []],
    ['{ rule: extension-agrees, also: { image/x-mine: [mine] } }', 'image/x-mine', 'jpg', ['extension-disagrees']],
  ])('%s of %s named .%s says %j', (rule, mediaType, extension, codes) => {
    expect(codesOf(rule, fileWith({ mediaType, extension }))).toEqual(codes);
  });

  it('advises the extension that the content usually has', () => {
    expect(findingsOf(plain, fileWith({ mediaType: 'image/png', extension: 'jpg' }))).toMatchObject([
      { message: 'The name ends in ".jpg", and the content is image/png, whose extension is .png.', value: 'jpg' },
    ]);
  });

  it('has only lower-case extensions without a dot in its table', () => {
    for (const extensions of Object.values(EXTENSIONS))
      for (const extension of extensions) expect(extension).toMatch(/^[a-z0-9]+$/);
  });

  it('refuses an extension with a dot', () => {
    expect(() => profileOf('{ rule: extension-agrees, also: { image/jpeg: [.thm] } }')).toThrow('without the dot');
  });
});
