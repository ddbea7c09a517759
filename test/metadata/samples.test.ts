import { FactReaders, type ReadResult } from '@assay/files';
import { type FileFacts } from '@assay/inspection';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { AccuracyTable, type Expected, observe, observeReading } from './accuracy';
import { shortfalls } from './targets';

/** Real files by others, and what exiftool reads of them (`expected.jsonl`). Not part of this repository. */
const SAMPLES = process.env['ASSAY_SAMPLES'] ?? resolve(__dirname, '../../../shared/samples');
const ORACLE = join(SAMPLES, 'expected.jsonl');
const BUILD = process.env['ASSAY_BUILD'] ?? resolve(__dirname, '../../dist');
const READER = resolve(BUILD, 'libs/files/src/read-facts/reader.js');

const present = existsSync(ORACLE);
if (!present) console.warn(`skipped: no samples at ${SAMPLES}; set ASSAY_SAMPLES to a folder with expected.jsonl`);

(present ? describe : describe.skip)('real files', () => {
  const table = new AccuracyTable();
  const facts = new Map<string, FileFacts>();
  const results: [path: string, ReadResult][] = [];

  beforeAll(async () => {
    const oracle = readFileSync(ORACLE, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Expected);
    const byFolder = new Map<string, Expected[]>();
    for (const expected of oracle) {
      const folder = dirname(expected.path);
      byFolder.set(folder, [...(byFolder.get(folder) ?? []), expected]);
    }
    const readers = new FactReaders({ processes: 2, entry: READER });
    try {
      await Promise.all(
        [...byFolder].map(async ([folder, files]) => {
          const names = files.map(({ path }) => basename(path));
          const needs = ['dimensions', 'metadata'] as const;
          const read = await readers.read({ root: realpathSync(SAMPLES), folder, names, needs });
          files.forEach((expected, index) => {
            const result = read[index];
            if (result === undefined) return;
            results.push([expected.path, result]);
            if (result.kind !== 'read') return;
            facts.set(expected.path, result.facts);
            table.add([observeReading(expected, result.facts), ...observe(expected, result.facts)]);
          });
        }),
      );
    } finally {
      await readers.close();
    }
  }, 120_000);

  /** Throws the whole table where a claim about it fails, since a number alone says nothing. */
  const claim = (type: string | undefined, holds: boolean, what: string): void => {
    if (!holds) throw new Error(`${what}\n\n${table.toString(type)}`);
  };

  it('are all read, and none of them hangs, bloats or crashes a reader', () => {
    expect(results.length).toBeGreaterThan(0);
    expect(results.filter(([, result]) => result.kind !== 'read')).toEqual([]);
    const guarded = [...facts].filter(([, { problems }]) => problems.some(({ code }) => code.startsWith('reader-')));
    expect(guarded).toEqual([]);
  });

  it('are read as exiftool reads them: 99 % of JPEGs, 98 % of other pictures, 95 % of video and raw', () => {
    const short = shortfalls(table);
    claim(undefined, short.length === 0, short.join('\n'));
  });

  it('give no wrong value, whatever their format', () => {
    claim(undefined, table.count('wrong') === 0, `${table.count('wrong')} wrong values`);
  });

  it('of formats that are told by signature never count as unknown', () => {
    const known = /\.(jpe?g|png|gif|webp|tiff?|bmp|heic|avif|mp4|mov|psd|nef)$/i;
    const unknown = [...facts].filter(
      ([path, { mediaType, problems }]) =>
        known.test(path) && mediaType === 'application/octet-stream' && problems.length === 0,
    );
    // Samples named for a format that their bytes are not.
    expect(unknown.length / facts.size).toBeLessThan(0.01);
  });
});

describe('the accuracy table', () => {
  const facts: FileFacts = {
    mediaType: 'image/jpeg',
    extension: 'jpg',
    width: 10,
    height: 21,
    camera: { make: 'Canon' },
    reader: 'exifr',
    problems: [],
  };

  it('finds what is right, missing, wrong and extra', () => {
    const table = new AccuracyTable();
    table.add(observe({ path: 'a.jpg', FileType: 'JPEG', ImageWidth: 10, ImageHeight: 20, Model: 'R5' }, facts));
    expect(table.count('right', 'JPEG', 'width')).toBe(1);
    expect(table.count('wrong', 'JPEG', 'height')).toBe(1);
    expect(table.count('missing', 'JPEG', 'model')).toBe(1);
    expect(table.count('extra', 'JPEG', 'make')).toBe(1);
    expect(table.share('JPEG', 'height')).toBe(0);
    expect(shortfalls(table)).toContainEqual(expect.stringContaining('JPEG: height is right in 0.00 %'));
    expect(shortfalls(table)).toContainEqual(expect.stringContaining('1 of 3 values are wrong'));
    expect(table.toString('JPEG')).toContain('wrong   height      20 / 21  a.jpg');
  });
});
