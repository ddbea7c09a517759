import { type ByteSource } from '../byte-source';
import { type BoxPlace, boxesOf } from '../iso-boxes';

/** What a track of a QuickTime or MP4 file says of its pictures. */
export interface Track {
  /** `vide`, `soun`, …; empty where the track does not say. */
  handler: string;
  width: number;
  height: number;
  /** Degrees clockwise; null where the matrix is no quarter turn. */
  rotation: number | null;
  /** The first sample description. */
  codec?: { name: string; width: number; height: number };
}

export interface Movie {
  /** Seconds since 1904 UTC as stored, 0 where unknown. */
  created: number;
  durationSeconds?: number;
}

const u64 = (bytes: Buffer, at: number): number => Number(bytes.readBigUInt64BE(at));

/** The movie header (ISO/IEC 14496-12, 8.2.2); null where it is cut. */
export function readMovieHeader(source: ByteSource, { offset }: BoxPlace): Movie | null {
  const bytes = source.at(offset, 32);
  const wide = bytes[0] === 1;
  if (bytes.length < (wide ? 32 : 20)) return null;
  const movie: Movie = { created: wide ? u64(bytes, 4) : bytes.readUInt32BE(4) };
  const timescale = bytes.readUInt32BE(wide ? 20 : 12);
  const duration = wide ? u64(bytes, 24) : bytes.readUInt32BE(16);
  // All bits set: unknown.
  const unknown = wide ? 2 ** 64 : 0xffffffff;
  if (timescale > 0 && duration > 0 && duration < unknown) movie.durationSeconds = duration / timescale;
  return movie;
}

/** A size is a fixed-point number of 16 and 16 bits; some writers put a plain integer there. */
const sizeOf = (stored: number): number => (stored >= 0x00100000 ? Math.floor(stored / 0x10000) : stored);

/** The turn that the upper left of the matrix says: a, b, (u,) c, d as fixed-point numbers. */
function rotationOf(a: number, b: number): number | null {
  if (a === 0 && b === 0) return null;
  const degrees = Math.round((Math.atan2(b, a) * 180) / Math.PI);
  const turned = (degrees + 360) % 360;
  return turned % 90 === 0 ? turned : null;
}

function readTrackHeader(source: ByteSource, { offset, length }: BoxPlace, track: Track): void {
  const bytes = source.at(offset, Math.min(length, 96));
  const matrixAt = bytes[0] === 1 ? 52 : 40;
  if (bytes.length < matrixAt + 44) return;
  track.rotation = rotationOf(bytes.readInt32BE(matrixAt), bytes.readInt32BE(matrixAt + 4));
  track.width = sizeOf(bytes.readUInt32BE(matrixAt + 36));
  track.height = sizeOf(bytes.readUInt32BE(matrixAt + 40));
}

function readSampleDescription(source: ByteSource, { offset, length }: BoxPlace, track: Track): void {
  const bytes = source.at(offset, Math.min(length, 8 + 36));
  if (bytes.length < 16 || bytes.readUInt32BE(4) === 0) return;
  const name = bytes.toString('latin1', 12, 16).trim();
  if (!/^[\x20-\x7e]{3,4}$/.test(name)) return;
  track.codec = { name, width: 0, height: 0 };
  if (bytes.length < 44) return;
  track.codec.width = bytes.readUInt16BE(40);
  track.codec.height = bytes.readUInt16BE(42);
}

/** mdia, minf and stbl hold what we look for; each is entered once. */
function readMedia(source: ByteSource, { offset, length }: BoxPlace, track: Track, depth = 0): void {
  for (const box of boxesOf(source, offset, offset + length)) {
    if (box.type === 'hdlr' && depth === 0) {
      const bytes = source.at(box.offset, 12);
      if (bytes.length === 12) track.handler = bytes.toString('latin1', 8, 12);
    } else if (box.type === 'stsd') readSampleDescription(source, box, track);
    else if (depth < 2 && (box.type === 'minf' || box.type === 'stbl')) readMedia(source, box, track, depth + 1);
  }
}

export function readTrack(source: ByteSource, { offset, length }: BoxPlace): Track {
  const track: Track = { handler: '', width: 0, height: 0, rotation: null };
  for (const box of boxesOf(source, offset, offset + length)) {
    if (box.type === 'tkhd') readTrackHeader(source, box, track);
    else if (box.type === 'mdia') readMedia(source, box, track);
  }
  return track;
}
