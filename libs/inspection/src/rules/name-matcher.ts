import type * as Re2 from 're2js';

/*
 * Names come from whoever fills the folder; with a backtracking engine a name of 255 dashes and a pattern of five stars
 * would stop a scan for minutes. RE2 takes time that is linear in the name, whatever the pattern, and refuses
 * what it cannot do so (look-around, back-references). So globs are translated for RE2 as well, and not given to micromatch.
 */

/** Loaded with the first pattern: most profiles have none. */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- as said
const re2 = (): typeof Re2.RE2JS => (require('re2js') as typeof Re2).RE2JS;

/** Why a pattern cannot be used, in words that follow its name. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

const LONGEST = 500;

function escaped(character: string): string {
  return /[\w\s-]/.test(character) || character.charCodeAt(0) > 127 ? character : `\\${character}`;
}

/** A character class such as `[a-z]` or `[!0-9]`; gives its translation and the index behind it. */
function characterClass(glob: string, from: number, boundary: string): [string, number] {
  let at = from + 1;
  const negated = glob[at] === '!' || glob[at] === '^';
  if (negated) at += 1;
  const end = glob.indexOf(']', at + 1);
  if (end < 0) throw new PatternError('has a `[` that is never closed');
  const members = glob.slice(at, end).replace(/[\\[\]&~^]/g, '\\$&');
  return [negated ? `[^${boundary}${members}]` : `[${members}]`, end + 1];
}

/**
 * Translates a glob of `*`, `**`, `?`, `[…]`, `{a,b}` and `\` into a regular expression of RE2's dialect. `boundary` is the
 * character at which wildcards stop; where it is empty they stop at none.
 */
function translated(glob: string, boundary: '/' | ''): string {
  const any = boundary === '' ? '.' : `[^${boundary}]`;
  let expression = '';
  let depth = 0;
  for (let at = 0; at < glob.length;) {
    const character = glob[at] ?? '';
    if (character === '*') {
      let end = at;
      while (glob[end] === '*') end += 1;
      const wholeSegment = boundary !== '' && end - at >= 2 && (at === 0 || glob[at - 1] === '/');
      if (wholeSegment && glob[end] === '/') {
        expression += '(?:.*/)?';
        end += 1;
      } else expression += wholeSegment && end === glob.length ? '.*' : `${any}*`;
      at = end;
    } else if (character === '?') {
      expression += any;
      at += 1;
    } else if (character === '[') {
      const [members, end] = characterClass(glob, at, boundary);
      expression += members;
      at = end;
    } else if (character === '{') {
      depth += 1;
      expression += '(?:';
      at += 1;
    } else if (character === '}' && depth > 0) {
      depth -= 1;
      expression += ')';
      at += 1;
    } else if (character === ',' && depth > 0) {
      expression += '|';
      at += 1;
    } else if (character === '\\') {
      const next = String.fromCodePoint(glob.codePointAt(at + 1) ?? 0x5c);
      expression += escaped(next);
      at += 1 + next.length;
    } else {
      const whole = String.fromCodePoint(glob.codePointAt(at) ?? 0);
      expression += escaped(whole);
      at += whole.length;
    }
  }
  if (depth > 0) throw new PatternError('has a `{` that is never closed');
  return expression;
}

function compiled(expression: string, ignoreCase: boolean): (text: string) => boolean {
  const RE2JS = re2();
  const flags = RE2JS.DOTALL | (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  const machine = machineOf(() => RE2JS.compile(expression, flags));
  return (text) => machine.testExact(text);
}

function machineOf(compile: () => Re2.RE2JS): Re2.RE2JS {
  try {
    return compile();
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error);
    throw new PatternError(`cannot be used (${reason})`, { cause: error });
  }
}

/**
 * A test of whole names against one glob. `*` and `?` stay within a segment and match a leading dot too, a segment `**`
 * stands for any folders. Linear in the name. Throws {@link PatternError}.
 */
export function globMatcher(glob: string, ignoreCase: boolean): (text: string) => boolean {
  if (glob.length > LONGEST) throw new PatternError(`is longer than ${LONGEST} characters`);
  return compiled(translated(glob, '/'), ignoreCase);
}

/**
 * A test of whole texts that are no paths against one glob: `*` and `?` stand for slashes too. A and a are the same.
 * Linear in the text. Throws {@link PatternError}.
 */
export function textMatcher(glob: string): (text: string) => boolean {
  if (glob.length > LONGEST) throw new PatternError(`is longer than ${LONGEST} characters`);
  return compiled(translated(glob, ''), true);
}

/**
 * A test that finds one regular expression anywhere in a text, as `pattern` of JSON Schema means it. What JavaScript writes
 * otherwise than RE2 (`\u00e9`, `\cA`) is translated. Linear in the text. Throws {@link PatternError}.
 */
export function expressionFinder(expression: string): (text: string) => boolean {
  if (expression.length > LONGEST) throw new PatternError(`is longer than ${LONGEST} characters`);
  const RE2JS = re2();
  const machine = machineOf(() => RE2JS.compile(RE2JS.translateRegExp(expression)));
  return (text) => machine.test(text);
}

/** A test of whole names against one regular expression in RE2's dialect. Linear in the name. Throws {@link PatternError}. */
export function expressionMatcher(expression: string, ignoreCase: boolean): (text: string) => boolean {
  if (expression.length > LONGEST) throw new PatternError(`is longer than ${LONGEST} characters`);
  return compiled(expression, ignoreCase);
}
