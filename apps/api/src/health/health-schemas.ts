import { z } from 'zod';

const part = z.string().meta({ description: '`ok`, or why it is not usable.', examples: ['ok'] });

export const live = z.object({ live: z.literal(true) }).meta({ examples: [{ live: true }] });
export const ready = z
  .object({ ready: z.literal(true), parts: z.object({ broker: part, ledger: part, roots: part }) })
  .meta({ examples: [{ ready: true, parts: { broker: 'ok', ledger: 'ok', roots: 'ok' } }] });
