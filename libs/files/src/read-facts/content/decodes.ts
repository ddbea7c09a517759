import { readFileSync } from 'node:fs';
import type sharp from 'sharp';

/** What the library decodes here: HEVC is not among it. */
const DECODED = new Set([
  ...[
    'image/jpeg',
    'image/png',
    'image/apng',
    'image/gif',
    'image/webp',
    'image/tiff',
    'image/avif',
    'image/x-adobe-dng',
  ],
]);
/** Beyond this the memory of a reader would not do, whatever the picture. */
const MAX_PIXELS = 400_000_000;
const MAX_MESSAGE = 200;

let loaded: Promise<typeof sharp> | null = null;

/** Loaded when first needed: most profiles never decode. */
function library(): Promise<typeof sharp> {
  loaded ??= import('sharp').then(({ default: load }) => {
    // One picture at a time, and none kept.
    load.cache(false);
    load.concurrency(1);
    return load;
  });
  return loaded;
}

/** What the library says of a picture that it was not built for, or that is larger than we let it be: nothing is known of it. */
const NOT_FOR_IT = /pixel limit|not supported|unsupported|not configured|no known route|not implemented/i;
/** A buffer spares small files a fault of libheif's, which looks beyond their end when it reads them by itself. */
const SMALL_BYTES = 64 * 1024;
const MAX_PAGES = 100;

/** Every pixel has its share in a picture that is made small; none of the original is kept. */
async function decodeAll(load: typeof sharp, input: string | Buffer, mediaType: string): Promise<void> {
  const options = { failOn: 'error', limitInputPixels: MAX_PIXELS, sequentialRead: true } as const;
  const decode = (pages: object) =>
    load(input, { ...options, ...pages })
      .resize(8, 8, { fit: 'fill', fastShrinkOnLoad: false, kernel: 'linear' })
      .raw()
      .toBuffer();
  if (mediaType === 'image/gif' || mediaType === 'image/webp') {
    await decode({ pages: -1 });
    return;
  }
  // The pages of a TIFF may differ in size, and are decoded one by one.
  const { pages = 1 } = mediaType === 'image/tiff' ? await load(input, options).metadata() : {};
  for (let page = 0; page < Math.min(pages, MAX_PAGES); page += 1) await decode(page === 0 ? {} : { page });
}

/**
 * Whether every pixel of every picture of the file decodes; the first error ends it. Null where the format is not decoded
 * here, or this picture is one that the library was not built for. `path` is opened by the library: give it one that leads
 * to an open descriptor.
 */
export async function decoding(
  path: string,
  size: number,
  mediaType: string,
): Promise<{ decodes: boolean | null; why?: string }> {
  if (!DECODED.has(mediaType)) return { decodes: null, why: `${mediaType} is not decoded here.` };
  const load = await library();
  try {
    await decodeAll(load, size <= SMALL_BYTES ? readFileSync(path) : path, mediaType);
    return { decodes: true };
  } catch (error) {
    // The disk's own errors have a code, the library's have none.
    if (typeof (error as NodeJS.ErrnoException).code === 'string') throw error;
    const said = (error instanceof Error ? error.message : String(error)).replaceAll(path, 'the file');
    const why = said.split('\n')[0]?.slice(0, MAX_MESSAGE) ?? '';
    return { decodes: NOT_FOR_IT.test(said) ? null : false, why };
  }
}
