import { z } from 'zod';
import { paused } from '../scans/scan-schemas';

const part = z.string().meta({ description: '`ok`, or why it is not usable.', examples: ['ok'] });

export const live = z.object({ live: z.literal(true) }).meta({ examples: [{ live: true }] });
export const ready = z
  .object({ ready: z.literal(true), parts: z.object({ broker: part, ledger: part, roots: part }), paused })
  .meta({ examples: [{ ready: true, parts: { broker: 'ok', ledger: 'ok', roots: 'ok' }, paused: null }] });
