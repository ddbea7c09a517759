import type { Request } from 'express';
import { z } from 'zod';
import { valid } from './valid';

const headers = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[\x20-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters')
    .optional(),
});

/** The key that the client gave, or null. Throws the problem `malformed`. */
export function idempotencyKeyOf(request: Request): string | null {
  const given = { 'Idempotency-Key': request.headers['idempotency-key'] };
  return valid(headers, given, 'headers')['Idempotency-Key'] ?? null;
}
