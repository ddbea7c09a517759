import { z } from 'zod';
import type { CopyPlace } from '../facts';
import { quoted, shown } from '../shown';
import { ruleKind } from './rule-kind';

const PLACES: Readonly<Record<CopyPlace, string>> = {
  scan: 'this delivery',
  accepted: 'what was accepted before',
};

/*
 * Which file is the first of several is said where it is looked for, at `InspectedFile.copyOf`; this rule only
 * judges what was found there.
 */
export const uniqueContent = ruleKind({
  kind: 'unique-content',
  summary: 'No earlier file of the delivery, and none that was accepted before, has exactly the same bytes.',
  codes: {
    'duplicate-content': 'An earlier file has exactly the same bytes; the value is its path.',
    'duplicates-unknown': 'An earlier file of this size and beginning is no longer there to be compared.',
  },
  fix: 'Leave this file out: the same content has been delivered already.',
  parameters: {
    among: z
      .array(z.enum(['scan', 'accepted']))
      .min(1)
      .max(2)
      .default(['scan', 'accepted'])
      .meta({
        description:
          'What the file is compared with: earlier files of this scan (scan), files accepted by scans that had finished when this one began (accepted), or both.',
      }),
    unknown: z.enum(['refuse', 'allow']).default('refuse').meta({
      description: 'What it means that a file could not be compared: a finding (refuse) or none (allow).',
    }),
  },
  example: 'rule: unique-content\namong: [scan, accepted]\n',
  needs: () => [],
  compares: ({ among }) => among,
  compile({ among, unknown }) {
    // An accepted file is named before one of this scan: it is the older of the two.
    const places = (['accepted', 'scan'] as const).filter((place) => among.includes(place));
    const refuseUnknown = unknown === 'refuse';
    return ({ size, copyOf }) => {
      // All empty files are the same, and that says nothing of them.
      if (size === 0) return undefined;
      let untold: CopyPlace | undefined;
      for (const place of places) {
        const first = copyOf?.[place];
        if (first === undefined) untold ??= place;
        else if (first !== null)
          return {
            code: 'duplicate-content',
            message: `The same bytes as ${quoted(first.path)}${first.scan === null ? '' : `, which the scan ${shown(first.scan)} accepted`}.`,
            value: shown(first.path),
          };
      }
      if (untold === undefined || !refuseUnknown) return undefined;
      return {
        code: 'duplicates-unknown',
        message: `Whether the same bytes are in ${PLACES[untold]} could not be told.`,
        value: null,
      };
    };
  },
});
