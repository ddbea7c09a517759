import { z } from 'zod';
import type { Observation } from './rule-kind';
import { ruleKind } from './rule-kind';

const range = z
  .strictObject({
    min: z.int().min(1).max(1_000_000).optional().meta({ description: 'Pixels, inclusive.' }),
    max: z.int().min(1).max(1_000_000).optional().meta({ description: 'Pixels, inclusive.' }),
  })
  .optional();

const SIDES = { width: 'width', height: 'height', longSide: 'long side', shortSide: 'short side' } as const;
type Side = keyof typeof SIDES;

export const dimensions = ruleKind({
  kind: 'dimensions',
  summary: 'Width, height, long side and short side lie within bounds, in pixels.',
  codes: {
    'dimensions-too-small': 'A side has fewer pixels than its minimum.',
    'dimensions-too-large': 'A side has more pixels than its maximum.',
    'dimensions-unknown': 'Width and height could not be read.',
  },
  fix: 'Export the picture again from the original in an allowed size; enlarging a small picture adds nothing.',
  parameters: {
    width: range.meta({ description: 'Bounds of the width as stored, before any rotation that the file asks for.' }),
    height: range.meta({ description: 'Bounds of the height as stored, before any rotation that the file asks for.' }),
    longSide: range.meta({ description: 'Bounds of the longer side; the same for portrait and landscape.' }),
    shortSide: range.meta({ description: 'Bounds of the shorter side; the same for portrait and landscape.' }),
    unknown: z.enum(['refuse', 'allow']).default('refuse').meta({
      description: 'What a file means whose dimensions could not be read: a finding (refuse) or none (allow).',
    }),
  },
  example: 'rule: dimensions\nlongSide: { min: 1600 }\nshortSide: { min: 1000, max: 20000 }\n',
  needs: () => ['dimensions'],
  sense(parameters) {
    const sides = (Object.keys(SIDES) as Side[]).filter(
      (side) => parameters[side]?.min !== undefined || parameters[side]?.max !== undefined,
    );
    if (sides.length === 0)
      return [
        {
          path: [],
          message: 'the rule `dimensions` bounds no side',
          fix: 'Add one, such as `longSide: { min: 1600 }`.',
        },
      ];
    return sides.flatMap((side) => {
      const { min = 0, max = Infinity } = parameters[side] ?? {};
      if (min <= max) return [];
      return [
        {
          path: [side, 'min'],
          message: `\`${side}.min\` (${min}) is above \`${side}.max\` (${max}): no file can pass`,
          fix: 'Exchange the two.',
        },
      ];
    });
  },
  compile(parameters) {
    const bounds = (Object.keys(SIDES) as Side[]).map((side) => ({
      side,
      min: parameters[side]?.min ?? 0,
      max: parameters[side]?.max ?? Infinity,
    }));
    const refuseUnknown = parameters.unknown === 'refuse';
    return ({ facts: { width, height } }) => {
      if (width === undefined || height === undefined)
        return refuseUnknown
          ? { code: 'dimensions-unknown', message: 'Width and height could not be read.', value: null }
          : undefined;
      const found: Observation[] = [];
      for (const { side, min, max } of bounds) {
        const pixels =
          side === 'width'
            ? width
            : side === 'height'
              ? height
              : side === 'longSide'
                ? Math.max(width, height)
                : Math.min(width, height);
        if (pixels < min)
          found.push({
            code: 'dimensions-too-small',
            message: `The ${SIDES[side]} is ${pixels} px (${width} × ${height}); at least ${min} px are expected.`,
            value: pixels,
          });
        else if (pixels > max)
          found.push({
            code: 'dimensions-too-large',
            message: `The ${SIDES[side]} is ${pixels} px (${width} × ${height}); at most ${max} px are allowed.`,
            value: pixels,
          });
      }
      return found.length === 0 ? undefined : found;
    };
  },
});
