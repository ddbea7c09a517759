/*
 * The patterns of `include` and `exclude` mean what fast-glob means, and its engine backtracks: on names that a
 * stranger chose, the time for one segment grows with its length to the power of its stars.
 */
const MOST_STARS = 4;

/* Each brace multiplies the patterns that one stands for. */
const MOST_BRACES = 6;
const LONGEST_RANGE = 1000;

/** Why a pattern cannot select anything below the scanned directory, or could stop a scan; undefined where it is fine. */
export function globProblem(glob: string): { message: string; fix: string } | undefined {
  const shownGlob = JSON.stringify(glob);
  if (glob.startsWith('/'))
    return {
      message: `the pattern ${shownGlob} is absolute`,
      fix: 'Patterns are relative to the scanned directory: remove the slash.',
    };
  if (glob.split('/').includes('..'))
    return { message: `the pattern ${shownGlob} leaves the scanned directory`, fix: 'Remove the `..`.' };
  if (glob.startsWith('!') && glob[1] !== '(')
    return { message: `the pattern ${shownGlob} begins with \`!\``, fix: 'Put it into `exclude`, without the `!`.' };
  if (/[\0\r\n]/.test(glob)) return { message: `the pattern ${shownGlob} has a line break or NUL`, fix: 'Remove it.' };
  if (/[*+]\([^)]*[*+]/.test(glob))
    return {
      message: `the pattern ${shownGlob} repeats what is repeated already`,
      fix: 'Write it without *(…) or +(…) around other stars.',
    };
  const stars = Math.max(...glob.split('/').map((segment) => (segment.match(/\*+|\+\(/g) ?? []).length));
  if (stars > MOST_STARS)
    return { message: `the pattern ${shownGlob} has ${stars} stars in one segment`, fix: `Use at most ${MOST_STARS}.` };
  const ranges = [...glob.matchAll(/\{(-?\d+)\.\.(-?\d+)/g)];
  if (ranges.some(([, from, to]) => Math.abs(Number(to) - Number(from)) >= LONGEST_RANGE))
    return {
      message: `the pattern ${shownGlob} counts too far`,
      fix: `A range has at most ${LONGEST_RANGE} numbers; use stars.`,
    };
  if ((glob.match(/\{/g) ?? []).length > MOST_BRACES)
    return {
      message: `the pattern ${shownGlob} has too many braces`,
      fix: `Use at most ${MOST_BRACES}, or several patterns.`,
    };
  return undefined;
}
