import { z } from 'zod';
import { ruleKind } from './rule-kind';

const millions = z.number().min(0).max(1_000_000).optional();

/** Three significant digits, so that 24.2 stands for 24,160,256 pixels. */
const shownMillions = (pixels: number): number => Number((pixels / 1e6).toPrecision(3));

export const megapixels = ruleKind({
  kind: 'megapixels',
  summary: 'Width times height lies within bounds, in millions of pixels.',
  codes: {
    'megapixels-too-few': 'The picture has fewer pixels than the minimum.',
    'megapixels-too-many': 'The picture has more pixels than the maximum.',
    'megapixels-unknown': 'Width and height could not be read.',
  },
  fix: 'Export the picture again from the original in an allowed resolution; enlarging a small picture adds nothing.',
  parameters: {
    min: millions.meta({ description: 'Fewest millions of pixels, inclusive: 12 is 12,000,000 pixels.' }),
    max: millions.meta({ description: 'Most millions of pixels, inclusive.' }),
    unknown: z.enum(['refuse', 'allow']).default('refuse').meta({
      description: 'What a file means whose dimensions could not be read: a finding (refuse) or none (allow).',
    }),
  },
  example: 'rule: megapixels\nmin: 0.3\nmax: 150\n',
  needs: () => ['dimensions'],
  sense({ min, max }) {
    if (min === undefined && max === undefined)
      return [
        { path: [], message: 'the rule `megapixels` has neither `min` nor `max`', fix: 'Add one, such as `min: 12`.' },
      ];
    if (min !== undefined && max !== undefined && min > max)
      return [
        {
          path: ['min'],
          message: `\`min\` (${min}) is above \`max\` (${max}): no file can pass`,
          fix: 'Exchange them.',
        },
      ];
    return [];
  },
  compile({ min = 0, max = Infinity, unknown }) {
    // Bounds have few decimals; rounding takes away what multiplying adds to them, so that 0.3 is 300,000 and no more.
    const least = Math.round(min * 1e6);
    const most = Math.round(max * 1e6);
    const refuseUnknown = unknown === 'refuse';
    return ({ facts: { width, height } }) => {
      if (width === undefined || height === undefined)
        return refuseUnknown
          ? { code: 'megapixels-unknown', message: 'Width and height could not be read.', value: null }
          : undefined;
      const pixels = width * height;
      if (pixels < least)
        return {
          code: 'megapixels-too-few',
          message: `The picture has ${shownMillions(pixels)} megapixels (${width} × ${height}); at least ${min} are expected.`,
          value: pixels / 1e6,
        };
      if (pixels > most)
        return {
          code: 'megapixels-too-many',
          message: `The picture has ${shownMillions(pixels)} megapixels (${width} × ${height}); at most ${max} are allowed.`,
          value: pixels / 1e6,
        };
      return undefined;
    };
  },
});
