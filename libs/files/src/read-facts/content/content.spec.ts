import { type FactGroup, type FileFacts } from '@assay/inspection';
import { createHash } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { TiffMaker, jpeg, jpegSegment } from '../../../../../test/metadata/made-photos';
import { video } from '../../../../../test/metadata/made-videos';
import { addContentFacts } from './content';

const WHOLE: FactGroup[] = ['complete', 'decodes', 'digest'];

describe('the content of a file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'content-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const read = async (bytes: Buffer, mediaType: string, needs = WHOLE): Promise<FileFacts> => {
    const path = join(folder, 'file');
    writeFileSync(path, bytes);
    const fd = openSync(path, 'r');
    const facts: FileFacts = { mediaType, extension: '', reader: 'none', problems: [] };
    try {
      await addContentFacts(facts, { fd, size: bytes.length, path, onWait: () => undefined }, needs);
    } finally {
      closeSync(fd);
    }
    return facts;
  };
  /** Noise, so that no encoder makes it short. */
  const picture = () =>
    sharp(Buffer.from(Array.from({ length: 64 * 48 * 3 }, (_, index) => (index * 2654435761) >>> 24)), {
      raw: { width: 64, height: 48, channels: 3 },
    });
  const encoded: [mediaType: string, encode: () => Promise<Buffer>][] = [
    ['image/jpeg', () => picture().jpeg({ progressive: true }).toBuffer()],
    ['image/png', () => picture().png().toBuffer()],
    ['image/webp', () => picture().webp().toBuffer()],
    ['image/gif', () => picture().gif().toBuffer()],
    ['image/tiff', () => picture().tiff({ tile: true, tileWidth: 16, tileHeight: 16 }).toBuffer()],
    ['image/avif', () => picture().avif().toBuffer()],
  ];

  it.each(encoded)('that is a sound %s is complete, decodes, and has its digest', async (mediaType, encode) => {
    const bytes = await encode();
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    expect(await read(bytes, mediaType)).toMatchObject({ content: { complete: true, decodes: true }, digest });
  });

  it.each(encoded)('that is a %s cut anywhere is not complete', async (mediaType, encode) => {
    const bytes = await encode();
    for (const share of [0.1, 0.5, 0.9, 0.99]) {
      const { content } = await read(bytes.subarray(0, Math.floor(bytes.length * share)), mediaType, ['complete']);
      expect(content).toMatchObject({ complete: false, why: { complete: expect.any(String) as string } });
      expect(content).not.toHaveProperty('decodes');
    }
  });

  it('that is a JPEG cut in its pixels does not decode', async () => {
    const bytes = await picture().jpeg().toBuffer();
    const { content } = await read(bytes.subarray(0, bytes.length - 300), 'image/jpeg');
    expect(content).toMatchObject({ complete: false, decodes: false });
  });

  it('that is a PNG with one bit turned is found by its checksum', async () => {
    const bytes = await picture().png().toBuffer();
    const at = bytes.indexOf('IDAT') + 100;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    expect((await read(bytes, 'image/png', ['complete'])).content?.why?.complete).toContain('IDAT');
  });

  it('is complete where a phone put something behind the end, and where a thumbnail has its own end', async () => {
    const thumbnail = jpegSegment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), jpeg()]));
    const whole = jpeg({ segments: [thumbnail] });
    expect((await read(Buffer.concat([whole, Buffer.alloc(500, 7)]), 'image/jpeg', ['complete'])).content).toEqual({
      complete: true,
    });
    const cut = whole.subarray(0, whole.length - 2);
    expect((await read(cut, 'image/jpeg', ['complete'])).content).toMatchObject({ complete: false });
  });

  it('is told of videos by their boxes, and of a TIFF by its strips', async () => {
    const movie = video();
    expect((await read(movie, 'video/mp4', ['complete'])).content).toEqual({ complete: true });
    expect((await read(movie.subarray(0, -1), 'video/mp4', ['complete'])).content).toMatchObject({ complete: false });
    const maker = new TiffMaker();
    const far = maker.block({ ifd0: [maker.long(0x111, 5000), maker.long(0x117, 10)] });
    expect((await read(far, 'image/tiff', ['complete'])).content).toMatchObject({ complete: false });
  });

  it('is unknown, and says why, where the format is not known', async () => {
    expect((await read(Buffer.from('text'), 'text/plain')).content).toEqual({
      complete: null,
      decodes: null,
      why: { complete: expect.any(String) as string, decodes: expect.any(String) as string },
    });
  });
});
