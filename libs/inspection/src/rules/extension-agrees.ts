import { z } from 'zod';
import { quoted } from '../shown';
import { CERTAIN_EXTENSIONS, EXTENSIONS } from './extensions';
import { ruleKind } from './rule-kind';

/** Types that say that nothing is known of the content. */
const UNKNOWN = new Set(['application/octet-stream', 'text/plain']);

const extension = z.string().regex(/^[a-z0-9][a-z0-9_+-]*$/, {
  error: 'is an extension in lower case, without the dot, such as jpg',
});

export const extensionAgrees = ruleKind({
  kind: 'extension-agrees',
  summary: "The extension of the file's name belongs to what the file really is.",
  codes: {
    'extension-disagrees': 'The extension belongs to another type than that of the content.',
    'extension-missing': 'The name has no extension, though files of this type have one.',
  },
  fix: 'Rename the file with the extension of its content; if it should be another format, export it as that.',
  parameters: {
    also: z
      .record(z.string().regex(/^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/), z.array(extension).min(1).max(50))
      .default({})
      .meta({ description: 'More extensions that are right, by media type: { image/jpeg: [thm] }.' }),
    missing: z.enum(['refuse', 'allow']).default('refuse').meta({
      description: 'What a name without an extension means: a finding (refuse) or none (allow).',
    }),
  },
  example: 'rule: extension-agrees\nalso: { image/jpeg: [thm] }\n',
  needs: () => [],
  compile({ also, missing }) {
    const table = new Map(Object.entries(EXTENSIONS).map(([type, right]) => [type, new Set(right)]));
    for (const [type, more] of Object.entries(also)) table.set(type, new Set([...(EXTENSIONS[type] ?? []), ...more]));
    const refuseMissing = missing === 'refuse';
    return ({ facts: { mediaType, extension } }) => {
      const right = table.get(mediaType);
      if (right === undefined) {
        if (!UNKNOWN.has(mediaType) || !CERTAIN_EXTENSIONS.has(extension)) return undefined;
        return {
          code: 'extension-disagrees',
          message: `The name ends in .${extension}, and the content is not that, nor of any other known type.`,
          fix: 'The file is damaged or was given a wrong name: deliver it again from the original.',
          value: extension,
        };
      }
      if (right.has(extension)) return undefined;
      const [advised] = right;
      if (extension === '') {
        if (!refuseMissing) return undefined;
        return {
          code: 'extension-missing',
          message: `The name has no extension; the content is ${mediaType}, whose extension is .${advised}.`,
          value: '',
        };
      }
      return {
        code: 'extension-disagrees',
        message: `The name ends in ${quoted(`.${extension}`)}, and the content is ${mediaType}, whose extension is .${advised}.`,
        value: extension.toWellFormed().slice(0, 60).toWellFormed(),
      };
    };
  },
});
