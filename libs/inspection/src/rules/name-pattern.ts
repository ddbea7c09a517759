import { z } from 'zod';
import { quoted, shown } from '../shown';
import { expressionMatcher, globMatcher, PatternError } from './name-matcher';
import type { Nonsense } from './rule-kind';
import { ruleKind } from './rule-kind';

const globs = z.array(z.string().min(1).max(500)).min(1).max(100).optional();

interface Patterns {
  allow?: string[] | undefined;
  deny?: string[] | undefined;
  matches?: string | undefined;
}

/** Every pattern that cannot be used. */
function unusable({ allow = [], deny = [], matches }: Patterns): Nonsense[] {
  const tried: [path: (string | number)[], pattern: string, make: typeof globMatcher][] = [
    ...allow.map((glob, at): (typeof tried)[number] => [['allow', at], glob, globMatcher]),
    ...deny.map((glob, at): (typeof tried)[number] => [['deny', at], glob, globMatcher]),
  ];
  if (matches !== undefined) tried.push([['matches'], matches, expressionMatcher]);
  return tried.flatMap(([path, pattern, make]) => {
    try {
      make(pattern, false);
      return [];
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      const fix =
        make === globMatcher
          ? 'Use *, ?, [a-z], {a,b} and **; write \\ before one of these characters to mean itself.'
          : 'Use the syntax of RE2: no look-around ((?=…), (?!…)) and no back-references (\\1).';
      return [{ path, message: `the pattern ${quoted(pattern)} ${error.message}`, fix }];
    }
  });
}

export const namePattern = ruleKind({
  kind: 'name-pattern',
  summary: 'The name, or the whole path, follows the naming convention.',
  codes: {
    'name-not-allowed': 'The name matches none of the patterns in `allow`, or not the expression in `matches`.',
    'name-denied': 'The name matches a pattern in `deny`.',
  },
  fix: 'Rename the file by the naming convention of this delivery.',
  parameters: {
    of: z.enum(['name', 'path']).default('name').meta({
      description: "What is matched: the file's name, or its path relative to the scanned directory.",
    }),
    allow: globs.meta({ description: 'Globs of which one must match the whole name, such as IMG_*.{jpg,JPG}.' }),
    deny: globs.meta({ description: 'Globs of which none may match the whole name, such as *copy*.' }),
    matches: z.string().min(1).max(500).optional().meta({
      description: 'A regular expression (RE2 syntax) that the whole name must match, such as [A-Z]{3}_[0-9]{4}\\.jpg.',
    }),
    ignoreCase: z.boolean().default(false).meta({ description: 'Whether A and a are the same.' }),
  },
  example: "rule: name-pattern\nallow: ['[A-Z]*_[0-9]*.{jpg,dng}']\ndeny: ['*copy*']\nignoreCase: true\n",
  needs: () => [],
  sense(parameters) {
    const { allow, deny, matches } = parameters;
    if (allow === undefined && deny === undefined && matches === undefined)
      return [
        {
          path: [],
          message: 'the rule `name-pattern` has none of `allow`, `deny` and `matches`',
          fix: "Add one, such as `allow: ['IMG_*.jpg']`.",
        },
      ];
    return unusable(parameters);
  },
  compile({ of, allow, deny, matches, ignoreCase }) {
    const allowed = allow?.map((glob) => globMatcher(glob, ignoreCase));
    const denied = (deny ?? []).map((glob) => ({ glob, test: globMatcher(glob, ignoreCase) }));
    const expression = matches === undefined ? undefined : expressionMatcher(matches, ignoreCase);
    return ({ path }) => {
      const text = of === 'path' ? path : path.slice(path.lastIndexOf('/') + 1);
      const against = denied.find(({ test }) => test(text));
      if (against !== undefined)
        return {
          code: 'name-denied',
          message: `The ${of} ${quoted(text)} matches ${quoted(against.glob)}, which is refused.`,
          value: shown(text),
        };
      if (allowed?.some((test) => test(text)) === false)
        return {
          code: 'name-not-allowed',
          message: `The ${of} ${quoted(text)} matches none of: ${(allow ?? []).slice(0, 8).join(', ')}.`,
          value: shown(text),
        };
      if (expression?.(text) === false)
        return {
          code: 'name-not-allowed',
          message: `The ${of} ${quoted(text)} does not match ${quoted(matches ?? '')}.`,
          value: shown(text),
        };
      return undefined;
    };
  },
});
