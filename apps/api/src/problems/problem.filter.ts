import { type ArgumentsHost, Catch, type ExceptionFilter, NotFoundException } from '@nestjs/common';
import type { Request, Response } from 'express';
import { allowedMethods } from '../requests/allowed-methods';
import { Problem } from './problem';
import { problemOf } from './problem-of';
import { sendProblem } from './send-problem';

/** Whatever is thrown becomes a problem; what is our own fault goes to the log with its cause. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    sendProblem(
      request,
      http.getResponse<Response>(),
      error instanceof NotFoundException ? unrouted(request) : problemOf(error),
    );
  }
}

/** Our own code never throws NotFoundException: it is Nest's word for a request that no route takes. */
function unrouted(request: Request): Problem {
  const methods = allowedMethods(request);
  if (methods.length === 0) return new Problem('no-such-route', `Nothing answers at ${request.path}`);
  const allow = methods.join(', ');
  return new Problem('method-not-allowed', `${request.method} is not allowed here; there are ${allow}`, {
    headers: { Allow: allow },
  });
}
