import { z } from 'zod';

const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

const FORM = /^\d{1,15}(\.\d{1,6})? ?([kKmMgGtT][iI]?)?[bB]$/;

const WORDS = 'is a size, such as 20000 (bytes), 10 kB (10,000 bytes) or 2 MiB (2,097,152 bytes)';

/** A size as a person writes it, `10 kB` or `2MiB`, or a number of bytes. */
export const byteSize = z
  .union([z.int().min(0), z.string().regex(FORM, { error: WORDS })], { error: WORDS })
  .meta({ description: 'A number of bytes, or a number with a unit: B, kB, MB, GB, TB, KiB, MiB, GiB, TiB.' });

/** Bytes, a whole number. The text must fit {@link byteSize}. */
export function bytesOf(size: string | number): number {
  if (typeof size === 'number') return size;
  const [, amount, unit] = /^([\d.]+) ?(\w+)$/.exec(size) ?? [];
  return Math.round(Number(amount) * (UNITS[(unit ?? '').toLowerCase()] ?? Number.NaN));
}

/** Bytes for a person: exact below 1 kB, else three significant digits in the unit that fits. */
export function shownSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), units.length);
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power - 1]}`;
}
