import { type ContentsReader } from '../contents';
import { readBmp } from './bmp';
import { readGif } from './gif';
import { readHeif } from './heif';
import { readIco } from './ico';
import { readJpeg } from './jpeg';
import { readJpeg2000 } from './jpeg2000';
import { readNetpbm } from './netpbm';
import { readPcx } from './pcx';
import { readPng } from './png';
import { readPsd } from './psd';
import { readQuicktime } from './quicktime';
import { readTiff } from './tiff';
import { readWebp } from './webp';
import { readXmpFile } from './xmp-file';

/** One reader a container, by media type. */
const READERS: Readonly<Record<string, ContentsReader>> = {
  'image/jpeg': readJpeg,
  'image/png': readPng,
  'image/apng': readPng,
  'image/gif': readGif,
  'image/bmp': readBmp,
  'image/webp': readWebp,
  'image/tiff': readTiff,
  'image/x-olympus-orf': readTiff,
  'image/x-panasonic-rw2': readTiff,
  'image/heic': readHeif,
  'image/heif': readHeif,
  'image/avif': readHeif,
  'image/jp2': readJpeg2000,
  'image/jpx': readJpeg2000,
  'image/j2c': readJpeg2000,
  'image/x-icon': readIco,
  'image/x-pcx': readPcx,
  'image/x-portable-bitmap': readNetpbm,
  'image/x-portable-graymap': readNetpbm,
  'image/x-portable-pixmap': readNetpbm,
  'image/vnd.adobe.photoshop': readPsd,
  'video/quicktime': readQuicktime,
  'video/mp4': readQuicktime,
  'video/x-m4v': readQuicktime,
  'video/3gpp': readQuicktime,
  'video/3gpp2': readQuicktime,
  'audio/mp4': readQuicktime,
  'audio/x-m4a': readQuicktime,
  'application/rdf+xml': readXmpFile,
};

export function contentsReaderOf(mediaType: string): ContentsReader | undefined {
  return Object.hasOwn(READERS, mediaType) ? READERS[mediaType] : undefined;
}
