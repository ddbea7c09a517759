import type { Request, Response } from 'express';
import { type Problem, PROBLEM_MEDIA_TYPE } from './problem';

/** Answers with the problem. Where the answer has begun already, the connection is cut, so that nobody takes a part for the whole. */
export function sendProblem(request: Request, response: Response, problem: Problem): void {
  if (problem.status >= 500) request.log.error({ err: problem.cause ?? problem, code: problem.code }, problem.detail);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.status(problem.status);
  for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value);
  response.setHeader('Content-Type', PROBLEM_MEDIA_TYPE);
  response.end(JSON.stringify(problem.toJson(request.originalUrl.split('?', 1)[0] ?? '')));
}
