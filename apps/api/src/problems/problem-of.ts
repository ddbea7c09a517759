import { HttpException } from '@nestjs/common';
import { BrokerUnavailable, TopologyMismatch } from '@assay/broker';
import { ProfilesFolderError } from '@assay/config/profiles';
import { OutsideRoots, RootUnavailable } from '@assay/files';
import { LedgerUnavailable } from '@assay/ledger';
import { Problem } from './problem';

/** What any error means to a client. An error that is not known is `internal`: its text stays in the log. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof BrokerUnavailable || error instanceof TopologyMismatch)
    return new Problem('broker-unavailable', 'RabbitMQ could not be reached in time', { cause: error });
  if (error instanceof LedgerUnavailable)
    return new Problem('ledger-unavailable', 'The ledger could not be reached in time', { cause: error });
  if (error instanceof RootUnavailable) return new Problem('root-unavailable', error.message, { cause: error });
  if (error instanceof OutsideRoots) return new Problem('outside-roots', error.message, { cause: error });
  if (error instanceof ProfilesFolderError) return new Problem('profiles-unavailable', error.message, { cause: error });
  // Nest itself throws these before any of our code: a path that is not valid percent-encoding, say.
  if (error instanceof HttpException && error.getStatus() === 400)
    return new Problem('malformed', error.message, { cause: error });
  return new Problem('internal', "Look for the request's id in the log", { cause: error });
}
