import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import type { ApiKey } from '@assay/config';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function sentKey(request: Request): string | null {
  const bearer = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '');
  const header = request.headers['x-api-key'];
  return bearer?.[1] ?? (typeof header === 'string' && header !== '' ? header : null);
}

/** The keys that open the API. Digests of equal length are compared, all of them each time, so that time tells nothing. */
export class ApiKeys {
  private readonly known: { name: string; digest: Buffer }[];

  constructor(keys: readonly ApiKey[]) {
    this.known = keys.map(({ name, key }) => ({ name, digest: digest(key) }));
  }

  /** False where no keys are set: then every call is welcome. */
  get required(): boolean {
    return this.known.length > 0;
  }

  /** The name of the key that the request carries, or null where it carries none that is known. */
  nameOf(request: Request): string | null {
    const sent = sentKey(request);
    if (sent === null) return null;
    const given = digest(sent);
    let name: string | null = null;
    for (const key of this.known) if (timingSafeEqual(key.digest, given)) name = key.name;
    return name;
  }
}
