import { z } from 'zod';
import type { Camera } from '../facts';
import { quoted, shown } from '../shown';
import { PatternError, textMatcher } from './name-matcher';
import type { Nonsense } from './rule-kind';
import { ruleKind } from './rule-kind';

const glob = z.string().min(1).max(200).optional();

const cameras = z
  .array(
    z.strictObject({
      make: glob.meta({ description: 'A glob of the whole make, such as Canon or NIKON*. A and a are the same.' }),
      model: glob.meta({ description: 'A glob of the whole model, such as *EOS R*. A and a are the same.' }),
    }),
  )
  .min(1)
  .max(200)
  .optional();

interface Pattern {
  make?: string | undefined;
  model?: string | undefined;
}

/** Every pattern that cannot be used, or that is empty. */
function unusable(list: 'allow' | 'deny', patterns: readonly Pattern[]): Nonsense[] {
  return patterns.flatMap((pattern, at): Nonsense[] => {
    if (pattern.make === undefined && pattern.model === undefined)
      return [
        {
          path: [list, at],
          message: 'the camera has neither `make` nor `model`',
          fix: 'Add one, such as `make: Canon`.',
        },
      ];
    return (['make', 'model'] as const).flatMap((field): Nonsense[] => {
      const text = pattern[field];
      if (text === undefined) return [];
      try {
        textMatcher(text);
        return [];
      } catch (error) {
        if (!(error instanceof PatternError)) throw error;
        return [
          {
            path: [list, at, field],
            message: `the pattern ${quoted(text)} ${error.message}`,
            fix: 'Use *, ?, [a-z] and {a,b}; write \\ before one of these characters to mean itself.',
          },
        ];
      }
    });
  });
}

function matcher(patterns: readonly Pattern[]): (camera: Camera) => boolean {
  const compiled = patterns.map(({ make, model }) => ({
    make: make === undefined ? undefined : textMatcher(make),
    model: model === undefined ? undefined : textMatcher(model),
  }));
  const fits = (test: ((text: string) => boolean) | undefined, text: string | undefined): boolean =>
    test === undefined || (text !== undefined && test(text));
  return (camera) => compiled.some(({ make, model }) => fits(make, camera.make) && fits(model, camera.model));
}

/** Deliveries hold the pictures of a few cameras, so that answers are kept; at most so many, and none for long texts. */
const KEPT = 500;
const LONGEST_KEPT = 200;

function remembered<T>(judge: (camera: Camera) => T): (camera: Camera) => T {
  const answers = new Map<string, T>();
  return (camera) => {
    const { make, model } = camera;
    if ((make?.length ?? 0) + (model?.length ?? 0) > LONGEST_KEPT) return judge(camera);
    const key = JSON.stringify([make, model]);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = judge(camera);
    if (answers.size >= KEPT) answers.clear();
    answers.set(key, answer);
    return answer;
  };
}

const wordsOf = ({ make, model }: Pattern): string => [make, model].filter((text) => text !== undefined).join(' ');

export const camera = ruleKind({
  kind: 'camera',
  summary: 'The picture was taken by one of the allowed cameras, by its own metadata.',
  codes: {
    'camera-not-allowed': 'Make and model match none of the cameras in `allow`.',
    'camera-denied': 'Make and model match a camera in `deny`.',
    'camera-unknown': 'The file names neither make nor model.',
  },
  fix: 'Deliver pictures of the agreed cameras, as originals: many programs remove the name of the camera.',
  parameters: {
    allow: cameras.meta({ description: 'Cameras of which one must match, each by make, model or both.' }),
    deny: cameras.meta({ description: 'Cameras of which none may match, even where `allow` has them.' }),
    unknown: z.enum(['refuse', 'allow']).default('refuse').meta({
      description: 'What a file without make and model means: a finding (refuse) or none (allow).',
    }),
  },
  example: 'rule: camera\nallow:\n  - { make: Canon, model: "*EOS R*" }\n  - { make: NIKON* }\n',
  needs: () => ['metadata'],
  sense({ allow, deny }) {
    if (allow === undefined && deny === undefined)
      return [
        {
          path: [],
          message: 'the rule `camera` has neither `allow` nor `deny`',
          fix: 'Add a list, such as `allow: [{ make: Canon }]`.',
        },
      ];
    return [...unusable('allow', allow ?? []), ...unusable('deny', deny ?? [])];
  },
  compile({ allow, deny, unknown }) {
    const allowed = allow === undefined ? () => true : matcher(allow);
    const denied = matcher(deny ?? []);
    const codeOf = remembered((found): 'camera-denied' | 'camera-not-allowed' | null =>
      denied(found) ? 'camera-denied' : allowed(found) ? null : 'camera-not-allowed',
    );
    const list = `${(allow ?? []).slice(0, 8).map(wordsOf).join(', ')}${(allow ?? []).length > 8 ? ', …' : ''}`;
    const refuseUnknown = unknown === 'refuse';
    return ({ facts: { camera: found } }) => {
      if (found === undefined || (!found.make && !found.model))
        return refuseUnknown
          ? { code: 'camera-unknown', message: 'The file does not say which camera took it.', value: null }
          : undefined;
      const code = codeOf(found);
      if (code === null) return undefined;
      const text = wordsOf(found);
      return {
        code,
        message: `Taken by ${quoted(text)}, ${code === 'camera-denied' ? 'which is refused' : `not by one of: ${list}`}.`,
        value: shown(text),
      };
    };
  },
});
