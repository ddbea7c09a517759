import { slug } from './slug';

/* A template renders for every file and must never fail for one: what goes through a filter is bounded, never refused. */
const LONGEST_TEXT = 8192;
const LONGEST_ARGUMENT = 4096;
/* A replacement stands once for each occurrence. */
const LONGEST_REPLACEMENT = 256;

export type Argument = string | number | boolean | null | undefined;

export interface Filter {
  summary: string;
  /** How many arguments it takes, least and most. */
  takes: readonly [number, number];
  apply(text: string, ...args: Argument[]): string | null;
}

const text = (argument: Argument): string => String(argument ?? '').slice(0, LONGEST_ARGUMENT);
const count = (argument: Argument): number => (Number.isFinite(Number(argument)) ? Math.trunc(Number(argument)) : 0);
const characters = (whole: string): string[] => Array.from(whole);

/** All filters of a template beside `default`. Each works on text; a fact that is missing stays missing through them. */
export const FILTERS: Readonly<Record<string, Filter>> = {
  slug: {
    summary: 'lower case, letters and digits, `-` between words, without accents',
    takes: [0, 0],
    apply: (whole) => slug(whole),
  },
  downcase: { summary: 'lower case', takes: [0, 0], apply: (whole) => whole.toLowerCase() },
  upcase: { summary: 'upper case', takes: [0, 0], apply: (whole) => whole.toUpperCase() },
  capitalize: {
    summary: 'the first letter in upper case, the rest in lower case',
    takes: [0, 0],
    apply: (whole) => {
      const [first = '', ...rest] = characters(whole);
      return first.toUpperCase() + rest.join('').toLowerCase();
    },
  },
  strip: { summary: 'without blanks at both ends', takes: [0, 0], apply: (whole) => whole.trim() },
  append: { summary: 'with a text after it', takes: [1, 1], apply: (whole, tail) => whole + text(tail) },
  prepend: { summary: 'with a text before it', takes: [1, 1], apply: (whole, head) => text(head) + whole },
  replace: {
    summary: 'every occurrence of a text replaced by another',
    takes: [2, 2],
    apply: (whole, old, fresh) =>
      text(old) === '' ? whole : whole.replaceAll(text(old), () => text(fresh).slice(0, LONGEST_REPLACEMENT)),
  },
  remove: {
    summary: 'without any occurrence of a text',
    takes: [1, 1],
    apply: (whole, old) => (text(old) === '' ? whole : whole.replaceAll(text(old), '')),
  },
  slice: {
    summary: 'some characters, from a position (0 is the first, -1 the last), one or as many as the second number says',
    takes: [1, 2],
    apply: (whole, from, length = 1) => {
      const all = characters(whole);
      const start = count(from) < 0 ? Math.max(0, all.length + count(from)) : count(from);
      return all.slice(start, start + Math.max(0, count(length))).join('');
    },
  },
  truncate: {
    summary: 'at most so many characters',
    takes: [1, 1],
    apply: (whole, length) =>
      characters(whole)
        .slice(0, Math.max(0, count(length)))
        .join(''),
  },
  pad: {
    summary: 'zeros before it up to so many digits',
    takes: [1, 1],
    apply: (whole, length) => whole.padStart(Math.min(count(length), 64), '0'),
  },
};

/** {@link Filter.apply} for what a template hands over: a missing value stays missing, and the work is bounded. */
export function applied(filter: Filter, value: unknown, args: unknown[]): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return null;
  const result = filter.apply(String(value).slice(0, LONGEST_TEXT), ...(args as Argument[]));
  return result === null ? null : result.slice(0, LONGEST_TEXT);
}
