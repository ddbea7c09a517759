import { OutsideRoots, RootUnavailable, consequenceOf, errnoOf } from '@assay/files';
import type { Result } from './placement';

/** What follows for one file from an error met while it was placed. Errors of ledger or broker are not for here: they end the batch. */
export function resultOf(error: unknown): Result {
  const { message } = error as Error;
  if (error instanceof OutsideRoots) return { kind: 'errored', reason: `outside-roots: ${message}` };
  if (error instanceof RootUnavailable) return { kind: 'later', reason: message, forgiven: true, pause: true };
  // A source that is gone is told apart before: here a folder went away between two steps, and will be made or missed again.
  if (errnoOf(error) === 'ENOENT') return { kind: 'later', reason: message, forgiven: false, pause: false };
  switch (consequenceOf(error)) {
    case 'no-room':
    case 'away':
      return { kind: 'later', reason: message, forgiven: true, pause: true };
    case 'transient':
      return { kind: 'later', reason: message, forgiven: false, pause: false };
    case 'permanent':
      // An error without errno is a fault of ours: the file stays where it is, and the reason says what to report.
      return { kind: 'errored', reason: `unplaceable: ${errnoOf(error) || (error as Error).name}: ${message}` };
  }
}
