import { z } from 'zod';
import { shown } from '../shown';
import { ruleKind } from './rule-kind';

const sha256 = z.string().regex(/^(sha256:)?[0-9a-fA-F]{64}$/, {
  error: 'is a SHA-256 of 64 hex digits, with or without sha256: before it',
});
const digests = z.array(sha256).min(1).max(4000).optional();

/** In the form of the facts. */
const listed = (list: readonly string[]): ReadonlySet<string> =>
  new Set(list.map((text) => `sha256:${text.slice(-64).toLowerCase()}`));

export const digest = ruleKind({
  kind: 'digest',
  summary:
    'Every byte of the file is read; its SHA-256 is kept with the facts, and stands in a list where one is given.',
  codes: {
    'digest-not-listed': 'The SHA-256 of the file is not in `allow`.',
    'digest-denied': 'The SHA-256 of the file is in `deny`.',
    'digest-unknown': 'The SHA-256 of the file could not be computed.',
  },
  fix: 'Compare the file with your original and deliver it again; what arrived is not what was agreed.',
  parameters: {
    allow: digests.meta({ description: 'SHA-256 digests of which the file must have one, in hex.' }),
    deny: digests.meta({ description: 'SHA-256 digests of which the file must have none, such as those withdrawn.' }),
    unknown: z.enum(['refuse', 'allow']).default('refuse').meta({
      description: 'What a file without a digest means: a finding (refuse) or none (allow).',
    }),
  },
  example: 'rule: digest\ndeny: [sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855]\n',
  needs: () => ['digest'],
  compile({ allow, deny, unknown }) {
    const allowed = allow === undefined ? undefined : listed(allow);
    const denied = listed(deny ?? []);
    const refuseUnknown = unknown === 'refuse';
    return ({ facts: { digest: value } }) => {
      if (value === undefined)
        return refuseUnknown
          ? { code: 'digest-unknown', message: 'The SHA-256 of the file is not known.', value: null }
          : undefined;
      if (denied.has(value))
        return {
          code: 'digest-denied',
          message: 'The SHA-256 of the file is one that is refused.',
          value: shown(value),
        };
      if (allowed?.has(value) === false)
        return {
          code: 'digest-not-listed',
          message: `The SHA-256 of the file is none of the ${allowed.size} that are allowed.`,
          value: shown(value),
        };
      return undefined;
    };
  },
});
