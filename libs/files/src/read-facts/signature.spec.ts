import { mediaTypeBySignature } from './signature';
import { textType } from './text-type';

const latin = (text: string, length = 64): Buffer => {
  const bytes = Buffer.alloc(length);
  bytes.write(text, 'latin1');
  return bytes;
};
const ftyp = (major: string, ...compatible: string[]): Buffer => {
  const brands = Buffer.from(`ftyp${major}\0\0\0\0${compatible.join('')}`, 'latin1');
  const head = Buffer.alloc(4);
  head.writeUInt32BE(brands.length + 4);
  return Buffer.concat([head, brands, Buffer.alloc(64)]);
};
const bmp = (headerBytes: number): Buffer => {
  const bytes = latin('BM');
  bytes.writeUInt32LE(headerBytes, 14);
  return bytes;
};

describe('the media type by signature', () => {
  it.each([
    ['image/jpeg', latin('\xff\xd8\xff\xe0')],
    ['image/png', latin('\x89PNG\r\n\x1a\n\0\0\0\rIHDR')],
    ['image/apng', latin('\x89PNG\r\n\x1a\n\0\0\0\rIHDR' + 'x'.repeat(17) + '\0\0\0\bacTL')],
    ['image/gif', latin('GIF87a')],
    ['image/tiff', latin('II*\0')],
    ['image/tiff', latin('MM\0*')],
    ['image/tiff', latin('II+\0')],
    ['image/x-olympus-orf', latin('IIRO')],
    ['image/x-panasonic-rw2', latin('IIU\0')],
    ['image/x-fujifilm-raf', latin('FUJIFILMCCD-RAW 0201')],
    ['image/webp', latin('RIFF1234WEBPVP8 ')],
    ['audio/wav', latin('RIFF1234WAVEfmt ')],
    ['video/vnd.avi', latin('RIFF1234AVI LIST')],
    ['application/pdf', latin('%PDF-1.7')],
    ['image/bmp', bmp(40)],
    ['image/vnd.adobe.photoshop', latin('8BPS\0\x01')],
    ['image/x-portable-pixmap', latin('P6\n# made by hand\n10 20\n255\n')],
    ['image/heic', ftyp('heic', 'mif1')],
    ['image/heif', ftyp('mif1', 'heic')],
    ['image/avif', ftyp('avif', 'mif1')],
    ['image/avif', ftyp('mif1', 'miaf', 'avif')],
    ['image/x-canon-cr3', ftyp('crx ', 'isom')],
    ['video/quicktime', ftyp('qt  ')],
    ['video/mp4', ftyp('isom', 'avc1')],
    ['video/mp4', ftyp('mp42')],
    ['audio/mp4', ftyp('M4A ')],
    ['video/3gpp', ftyp('3gp4')],
  ])('is %s', (mediaType, head) => expect(mediaTypeBySignature(head)).toBe(mediaType));

  it.each([
    ['a text that begins with BM', Buffer.from('BMW is a make of cars, and so on')],
    ['a text that begins with P1', Buffer.from('P1 is the first of our points')],
    ['an unknown brand', ftyp('what')],
    ['three bytes', Buffer.from([0xff, 0xd8, 0xff])],
    ['nothing', Buffer.alloc(0)],
    ['a name of Object.prototype as brand', ftyp('toSt', 'ring')],
  ])('is not told of %s', (_what, head) => expect(mediaTypeBySignature(head)).toBeUndefined());
});

describe('the media type of text', () => {
  it.each([
    ['text/plain', 'Dear Sir,\r\n\tyours.\n'],
    ['text/plain', 'Grüße 😀'],
    ['text/plain', '{ not json'],
    ['text/plain', '< less than'],
    ['application/json', ' {"a": [1, 2]}\n'],
    ['application/xml', '<?xml version="1.0"?><delivery/>'],
    ['text/html', '<!DOCTYPE html><html></html>'],
    ['image/svg+xml', '<?xml version="1.0"?><!-- x --><svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['image/svg+xml', '<svg width="1"/>'],
    ['application/rdf+xml', '<?xpacket begin="" id="x"?><x:xmpmeta/>'],
  ])('is %s of %j', (mediaType, text) => expect(textType(Buffer.from(text), true)).toBe(mediaType));

  it('is unknown for bytes that are no UTF-8, or hold controls', () => {
    expect(textType(Buffer.from('caf\xe9', 'latin1'), true)).toBeUndefined();
    expect(textType(Buffer.from('a\0b'), true)).toBeUndefined();
  });

  it('is told of a head that ends within a character, and leaves nothing behind for the next file', () => {
    const cut = Buffer.from('ééé').subarray(0, 5);
    expect(textType(cut, false)).toBe('text/plain');
    expect(textType(cut, true)).toBeUndefined();
    expect(textType(Buffer.from('plain'), true)).toBe('text/plain');
  });

  it('is not JSON where only a part was seen', () =>
    expect(textType(Buffer.from('{"a": 1}'), false)).toBe('text/plain'));
});
