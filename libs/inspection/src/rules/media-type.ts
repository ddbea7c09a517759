import { z } from 'zod';
import { shown } from '../shown';
import { ruleKind } from './rule-kind';

const mediaTypePattern = z
  .string()
  .regex(/^(\*|[a-z0-9][a-z0-9!#$&^_.+-]*)\/(\*|[a-z0-9][a-z0-9!#$&^_.+-]*)$/, {
    error: 'is a media type in lower case, such as image/jpeg, or a family, such as image/*',
  })
  .refine((pattern) => !pattern.startsWith('*/') || pattern === '*/*', {
    error: 'has a wildcard for its family only; write image/* or */*',
  });

/** A test for a list of types and families; one look-up for a plain type. */
function matcher(patterns: readonly string[]): (mediaType: string) => boolean {
  const exact = new Set(patterns.filter((pattern) => !pattern.endsWith('/*')));
  const families = patterns.filter((pattern) => pattern.endsWith('/*')).map((pattern) => pattern.slice(0, -1));
  const all = patterns.includes('*/*');
  return (mediaType) => all || exact.has(mediaType) || families.some((family) => mediaType.startsWith(family));
}

export const mediaType = ruleKind({
  kind: 'media-type',
  summary: 'What the file really is, told by its content and never by its name, is one of the allowed types.',
  codes: {
    'media-type-not-allowed': 'The content is of a type that the profile does not allow, or of none that is known.',
  },
  fix: 'Deliver the file in one of the allowed formats; renaming it does not change what it is.',
  parameters: {
    allow: z.array(mediaTypePattern).min(1).max(500).optional().meta({
      description: 'Allowed media types, such as image/jpeg, or families, such as image/*.',
    }),
    deny: z.array(mediaTypePattern).min(1).max(500).optional().meta({
      description: 'Media types or families that are refused even where `allow` has them.',
    }),
  },
  example: 'rule: media-type\nallow: [image/*]\ndeny: [image/gif]\n',
  needs: () => [],
  sense({ allow, deny }) {
    if (allow !== undefined || deny !== undefined) return [];
    return [
      {
        path: [],
        message: 'the rule `media-type` has neither `allow` nor `deny`',
        fix: 'Add a list, such as `allow: [image/jpeg, image/png]`.',
      },
    ];
  },
  compile({ allow, deny }) {
    const allowed = matcher(allow ?? ['*/*']);
    const denied = matcher(deny ?? []);
    return ({ facts: { mediaType } }) => {
      if (allowed(mediaType) && !denied(mediaType)) return undefined;
      const what =
        mediaType === 'inode/x-empty'
          ? 'The file is empty, so it is of no type'
          : mediaType === 'application/octet-stream'
            ? 'The content is of no known type'
            : `The content is ${shown(mediaType)}`;
      const wanted = allow === undefined || (allowed(mediaType) && denied(mediaType)) ? 'that is refused' : undefined;
      return {
        code: 'media-type-not-allowed',
        message: `${what}; ${wanted ?? `allowed: ${(allow ?? []).slice(0, 12).join(', ')}${(allow ?? []).length > 12 ? ', …' : ''}`}.`,
        value: shown(mediaType),
      };
    };
  },
});
