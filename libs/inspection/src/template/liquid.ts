import { Liquid } from 'liquidjs';
import { UNKNOWN } from './clean-value';
import { applied, FILTERS } from './filters';

/** Conditions and comments. No tag can loop, name variables, or read another template, so that a template always ends. */
export const TAGS = ['if', 'unless', 'case', 'comment', 'raw', '#'] as const;

/** `{{ a | default: b }}`: b where a is missing or empty. */
function orDefault(value: unknown, fallback: unknown): unknown {
  return value === null || value === undefined || value === '' || value === false ? fallback : value;
}

function output(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : UNKNOWN;
}

/**
 * The template engine, cut down to what is pure and bounded: no files, no clock, no loops, and only the filters that
 * the documentation names. What is missing and has no `default` is written as `unknown`.
 */
function engine(): Liquid {
  const liquid = new Liquid({
    templates: {},
    // Unknown filters are found by the check of the whole template, all at once and with a mend; the parser would stop at the first.
    strictFilters: false,
    strictVariables: true,
    ownPropertyOnly: true,
    dynamicPartials: false,
    relativeReference: false,
    cache: false,
    parseLimit: 2000,
    memoryLimit: 10_000_000,
    outputEscape: output,
  });
  for (const name of Object.keys(liquid.tags)) if (!TAGS.some((tag) => tag === name)) delete liquid.tags[name];
  for (const name of Object.keys(liquid.filters)) delete liquid.filters[name];
  liquid.registerFilter('default', orDefault);
  for (const [name, filter] of Object.entries(FILTERS))
    liquid.registerFilter(name, (value: unknown, ...args: unknown[]) => applied(filter, value, args));
  return liquid;
}

export const liquid = engine();
