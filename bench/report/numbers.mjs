/** Three digits that count. */
export function number(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(value < 10 ? 2 : 3)));
}

const UNITS = {
  times: (text) => `${text} ×`,
  s: (text) => `${text} s`,
  ms: (text) => `${text} ms`,
  MB: (text) => `${text} MB`,
};

/** A row's value or limit as people read it. @param {number | null} value @param {keyof typeof UNITS} as */
export const amount = (value, as) => (value === null ? '–' : UNITS[as](number(value)));

/** The target of a row, in words. */
export function target({ target: limit, floor, better, as }) {
  if (limit === null) return 'reported';
  const words = better === 'higher' ? 'at least' : 'at most';
  const lower = floor !== limit ? ` (floor ${amount(floor, as)})` : '';
  return `${words} ${amount(limit, as)}${lower}`;
}

/** Both sides of a ratio. */
export const sides = ({ ours, theirs, unit, as }) =>
  theirs === null ? (unit === as ? '' : `${number(ours)} ${unit}`) : `${number(ours)} to ${number(theirs)} ${unit}`;
