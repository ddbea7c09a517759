import type { Request } from 'express';

/** Who sends a request: the name of the API key, or null where no keys are set. */
export interface Caller {
  name: string | null;
}

const callers = new WeakMap<Request, Caller>();

export function rememberCaller(request: Request, caller: Caller): void {
  callers.set(request, caller);
}

export function callerOf(request: Request): Caller {
  return callers.get(request) ?? { name: null };
}
