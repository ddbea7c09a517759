import { type Camera, type CaptureTime, type Location } from '@assay/inspection';
import { type ByteSource } from '../byte-source';
import { parseDate } from '../capture-time';
import { type Contents, type OwnWords, addProblem, setDimensions } from '../contents';
import { parseIso6709 } from '../iso-6709';
import { type BoxPlace, boxesOf } from '../iso-boxes';
import { type Movie, type Track, readMovieHeader, readTrack } from './quicktime-tracks';
import { type Words, readMetaBox, readUserData } from './quicktime-words';

const XMP_UUID = 'be7acfcb97a942e89c71999491e3afac';
/** From 1904 to 1970, in seconds. */
const EPOCH = 2_082_844_800;
const MAX_TRACKS = 64;
/** Makers whose cameras write the local time where the format asks for UTC. */
const LOCAL_TIME_MAKERS =
  /^(canon|nikon|casio|pentax|ricoh|olympus|om digital|fuji|panasonic|leica|kodak|eastman|sanyo)/i;

const KEYS = {
  make: ['com.apple.quicktime.make', '\u00a9mak', 'manu'],
  model: ['com.apple.quicktime.model', '\u00a9mod', 'modl'],
  software: ['com.apple.quicktime.software', '\u00a9swr'],
  place: ['com.apple.quicktime.location.ISO6709', '\u00a9xyz'],
  createdLocally: ['com.apple.quicktime.creationdate'],
  title: ['com.apple.quicktime.title', '\u00a9nam', 'titl'],
  creator: ['com.apple.quicktime.author', '\u00a9ART', '\u00a9aut', 'auth'],
  copyright: ['com.apple.quicktime.copyright', '\u00a9cpy', 'cprt'],
} as const;

const say = (words: Words, keys: readonly string[]): string | undefined =>
  keys.map((key) => words.get(key)).find((text) => text !== undefined);

function cameraOf(words: Words): Camera | undefined {
  const camera: Camera = {};
  for (const key of ['make', 'model', 'software'] as const) {
    const text = say(words, KEYS[key]);
    if (text !== undefined) camera[key] = text;
  }
  return Object.keys(camera).length === 0 ? undefined : camera;
}

function locationOf(words: Words): Location | undefined {
  const place = parseIso6709(say(words, KEYS.place) ?? '');
  return place === null ? undefined : { ...place, source: 'QuickTime:GPSCoordinates' };
}

/**
 * The time of the movie header is UTC by the standard. Writers that count from 1970 are known by a time before 1970.
 * Where the maker is known to write local time, no offset is claimed. Only a file without that time is asked for Apple's
 * creation date, which is local.
 */
function capturedOf(created: number, words: Words, camera: Camera | undefined): CaptureTime | undefined {
  if (created > 0) {
    const date = new Date((created >= EPOCH ? created - EPOCH : created) * 1000);
    if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999) return undefined;
    const offset = LOCAL_TIME_MAKERS.test(camera?.make ?? '') ? null : '+00:00';
    return { local: date.toISOString().slice(0, 19), offset, source: 'QuickTime:CreateDate' };
  }
  const parsed = parseDate(say(words, KEYS.createdLocally) ?? '');
  return parsed === null ? undefined : { ...parsed, source: 'QuickTime:CreationDate' };
}

/** The first track that has a size, of video before others; the track's own size before that of its samples. */
function addPictures(contents: Contents, tracks: readonly Track[]): void {
  const video = tracks.find(
    ({ handler, width, codec }) => handler === 'vide' && (width > 0 || (codec?.width ?? 0) > 0),
  );
  const track = video ?? tracks.find(({ width, height }) => width > 0 && height > 0);
  if (track === undefined) return;
  const ofTrack = track.width > 0 && track.height > 0;
  if (ofTrack) setDimensions(contents, track.width, track.height);
  else setDimensions(contents, track.codec?.width ?? 0, track.codec?.height ?? 0);
  if (track.rotation !== null) contents.rotation = track.rotation;
  if (track.codec !== undefined && track === video) contents.codec = track.codec.name;
}

function addWords(contents: Contents, movie: Movie | null, words: Words): void {
  const own: OwnWords = {};
  const camera = cameraOf(words);
  if (camera !== undefined) own.camera = camera;
  const captured = capturedOf(movie?.created ?? 0, words, camera);
  if (captured !== undefined) own.captured = captured;
  const location = locationOf(words);
  if (location !== undefined) own.location = location;
  for (const key of ['title', 'creator', 'copyright'] as const) {
    const text = say(words, KEYS[key]);
    if (text !== undefined) own[key] = text;
  }
  contents.own = own;
}

/** MP4, MOV, 3GP and their kin: size, rotation, codec, duration, time and place of the box `moov`; no sample is read. */
export function readQuicktime(source: ByteSource, metadata: boolean): Contents {
  const contents: Contents = { problems: [] };
  const words: Words = new Map();
  let moov: BoxPlace | null = null;
  for (const box of boxesOf(source, 0, source.size)) {
    if (box.type === 'moov') moov ??= box;
    else if (box.type === 'uuid' && metadata) noteUuid(source, contents, box);
    else if (box.type === 'meta' && metadata) readMetaBox(source, box, words);
    if (box.cut && box.type !== 'moov') addProblem(contents, 'truncated', 'The file ends within one of its boxes.');
  }
  if (moov === null) {
    addProblem(contents, 'truncated', 'The box that describes the movie is missing.');
    return contents;
  }
  if (moov.cut) addProblem(contents, 'truncated', 'The file ends within the box that describes the movie.');
  let movie: Movie | null = null;
  let foreign = false;
  const tracks: Track[] = [];
  for (const box of boxesOf(source, moov.offset, moov.offset + moov.length)) {
    if (box.type === 'mvhd') movie ??= readMovieHeader(source, box);
    else if (box.type === 'trak' && tracks.length < MAX_TRACKS) tracks.push(readTrack(source, box));
    else if (!metadata) continue;
    else if (box.type === 'udta') foreign = readMovieWords(source, contents, box, words) || foreign;
    else if (box.type === 'meta') readMetaBox(source, box, words);
    else if (box.type === 'uuid') noteUuid(source, contents, box);
  }
  addPictures(contents, tracks);
  if (movie?.durationSeconds !== undefined) contents.durationSeconds = movie.durationSeconds;
  if (metadata) addWords(contents, movie, words);
  if (foreign && contents.own?.camera?.make === undefined) contents.foreign = true;
  return contents;
}

function readMovieWords(source: ByteSource, contents: Contents, box: BoxPlace, words: Words): boolean {
  for (const inner of boxesOf(source, box.offset, box.offset + box.length))
    if (inner.type === 'XMP_') contents.xmp ??= () => source.at(inner.offset, inner.length);
  return readUserData(source, box, words);
}

function noteUuid(source: ByteSource, contents: Contents, { offset, length }: BoxPlace): void {
  if (source.at(offset, 16).toString('hex') === XMP_UUID) contents.xmp ??= () => source.at(offset + 16, length - 16);
}
