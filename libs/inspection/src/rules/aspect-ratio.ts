import { z } from 'zod';
import type { FileFacts } from '../facts';
import { ruleKind } from './rule-kind';

const FORM = /^(\d{1,5}(?:\.\d{1,4})?):(\d{1,5}(?:\.\d{1,4})?)$/;

const ratio = z
  .string()
  .regex(FORM, { error: "is a ratio in quotes, such as '3:2' or '1.85:1'" })
  .refine((text) => !FORM.test(text) || (valueOf(text) > 0 && Number.isFinite(valueOf(text))), {
    error: 'is a ratio with a zero in it',
  });

/** Width divided by height. */
function valueOf(text: string): number {
  const [, width, height] = FORM.exec(text) ?? [];
  return Number(width) / Number(height);
}

/** How far apart two ratios are, as a share: 0 where they are the same, 0.01 for 1 %. The same from either side. */
const apart = (one: number, other: number): number => (one > other ? one / other : other / one) - 1;

/**
 * True where the stored width is the height when the picture is shown: a container's own rotation of a quarter, which
 * counts before EXIF where both are there, or the EXIF orientations 5 … 8.
 */
function isTurned({ orientation, rotation }: FileFacts): boolean {
  if (rotation !== undefined) return rotation === 90 || rotation === 270;
  return orientation !== undefined && orientation >= 5;
}

/** What two floating-point quotients of one ratio may differ by. */
const ROUNDING = 1e-12;

export const aspectRatio = ruleKind({
  kind: 'aspect-ratio',
  summary: 'Width and height are to each other as one of the allowed ratios.',
  codes: {
    'aspect-ratio-not-allowed': 'The ratio of the sides is near none of the allowed ones.',
    'aspect-ratio-unknown': 'Width and height could not be read.',
  },
  fix: 'Crop the picture to an allowed ratio, or deliver it uncropped.',
  parameters: {
    allow: z.array(ratio).min(1).max(50).meta({
      description: "Allowed ratios, width to height, in quotes: '3:2', '16:9', '1:1'.",
    }),
    tolerance: z.number().min(0).max(0.5).default(0.01).meta({
      description:
        'How far a ratio may be from an allowed one, as a share: 0.01 is 1 %, and takes 1.485 to 1.515 for 3:2.',
    }),
    eitherWay: z.boolean().default(true).meta({
      description:
        'Whether 3:2 takes upright pictures (2:3) too. With false, what counts is the picture as it is shown, turned as its orientation asks.',
    }),
    unknown: z.enum(['refuse', 'allow']).default('refuse').meta({
      description: 'What a file means whose dimensions could not be read: a finding (refuse) or none (allow).',
    }),
  },
  example: "rule: aspect-ratio\nallow: ['3:2', '4:3']\ntolerance: 0.02\n",
  needs: ({ eitherWay }) => (eitherWay ? ['dimensions'] : ['dimensions', 'metadata']),
  compile({ allow, tolerance, eitherWay, unknown }) {
    const wanted = allow.map(valueOf).map((value) => (eitherWay ? Math.max(value, 1 / value) : value));
    const most = tolerance + ROUNDING;
    const refuseUnknown = unknown === 'refuse';
    return ({ facts }) => {
      const { width, height } = facts;
      if (width === undefined || height === undefined || !(width > 0) || !(height > 0))
        return refuseUnknown
          ? { code: 'aspect-ratio-unknown', message: 'Width and height could not be read.', value: null }
          : undefined;
      const turned = !eitherWay && isTurned(facts);
      const value = turned ? height / width : width / height;
      const compared = eitherWay && value < 1 ? 1 / value : value;
      if (wanted.some((each) => apart(each, compared) <= most)) return undefined;
      return {
        code: 'aspect-ratio-not-allowed',
        message: `The ratio of the sides is ${value.toFixed(3)}:1 (${turned ? `${height} × ${width}` : `${width} × ${height}`}); allowed: ${allow.join(', ')}${eitherWay ? ', either way' : ''}.`,
        value: Number(value.toFixed(4)),
      };
    };
  },
});
