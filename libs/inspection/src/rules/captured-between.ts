import { z } from 'zod';
import { quoted, shown } from '../shown';
import { ruleKind } from './rule-kind';

const FORM = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2}))?)?$/;

/** True for a date that the calendar has, with or without a time of day. */
function exists(text: string): boolean {
  const match = FORM.exec(text);
  if (match === null) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return day >= 1 && day <= days && hour <= 23 && minute <= 59 && second <= 59;
}

const wallTime = z
  .string()
  .regex(FORM, {
    error: 'is a date, 2024-06-01, or a local time, 2024-06-01T08:30, without a time zone',
  })
  .refine((text) => !FORM.test(text) || exists(text), { error: 'is a date that the calendar does not have' });

/*
 * Wall-clock times are compared as the camera wrote them, without their offset: most cameras write none, and a shoot "on
 * 1 June" means the date at the place of the shoot. ISO 8601 texts of one form sort as their times do, so a bound is
 * compared with as many characters of the capture time as it has itself, which makes `to: 2024-06-30` the whole day.
 */
export const capturedBetween = ruleKind({
  kind: 'captured-between',
  summary: "The capture time lies between two local times, both included, by the camera's own clock.",
  codes: {
    'captured-too-early': 'The picture was taken before `from`.',
    'captured-too-late': 'The picture was taken after `to`.',
    'captured-unknown': 'The file does not say when it was taken.',
  },
  fix: "Check that the picture belongs to this delivery and that the camera's clock was right; correct the capture time if not.",
  parameters: {
    from: wallTime.optional().meta({
      description: 'Earliest local time, inclusive: 2024-06-01 or 2024-06-01T08:30. No time zone.',
    }),
    to: wallTime.optional().meta({
      description: 'Latest local time, inclusive to its last digit: 2024-06-30 is that whole day. No time zone.',
    }),
    unknown: z.enum(['refuse', 'allow']).default('refuse').meta({
      description: 'What a file without a capture time means: a finding (refuse) or none (allow).',
    }),
  },
  example: 'rule: captured-between\nfrom: 2024-06-01\nto: 2024-06-30T18:00\nunknown: allow\n',
  needs: () => ['metadata'],
  sense({ from, to }) {
    if (from === undefined && to === undefined)
      return [
        {
          path: [],
          message: 'the rule `captured-between` has neither `from` nor `to`',
          fix: 'Add one, such as `from: 2024-06-01`.',
        },
      ];
    if (from !== undefined && to !== undefined && from.slice(0, to.length) > to)
      return [
        {
          path: ['from'],
          message: `\`from\` (${from}) is after \`to\` (${to}): no file can pass`,
          fix: 'Exchange the two.',
        },
      ];
    return [];
  },
  compile({ from, to, unknown }) {
    const refuseUnknown = unknown === 'refuse';
    return ({ facts: { captured } }) => {
      if (captured === undefined)
        return refuseUnknown
          ? { code: 'captured-unknown', message: 'The file does not say when it was taken.', value: null }
          : undefined;
      const { local } = captured;
      if (from !== undefined && local < from)
        return {
          code: 'captured-too-early',
          message: `Taken at ${quoted(local)}; the earliest expected is ${from}.`,
          value: shown(local),
        };
      if (to !== undefined && local.slice(0, to.length) > to)
        return {
          code: 'captured-too-late',
          message: `Taken at ${quoted(local)}; the latest expected is ${to}.`,
          value: shown(local),
        };
      return undefined;
    };
  },
});
