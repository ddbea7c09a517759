import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import type { FuzzedRequest } from './call-arbitrary';
import { type ApiDocument, type DescribedCall, type Media, callOf, describedCalls } from './described-api';
import type { WireAnswer } from './wire';

const PROBLEM = 'application/problem+json';
/** What stands before every route, and what no route takes: told alike everywhere. */
const BEFORE_ROUTES = new Set([
  'unauthorized',
  'too-many-requests',
  'malformed',
  'cross-site',
  'too-large',
  'unsupported-media-type',
  'headers-too-large',
]);
const NO_ROUTE = new Set(['no-such-route', 'method-not-allowed']);

/** Holds answers to the document of the API. */
export class AnswerJudge {
  private readonly calls: DescribedCall[];
  private readonly checks = new Map<string, ValidateFunction>();
  private readonly ajv = new Ajv2020({ strict: false, validateFormats: false });

  constructor(document: ApiDocument) {
    this.calls = describedCalls(document);
    this.ajv.addSchema(document, 'document');
  }

  /** What is wrong with an answer; empty where it is as the document says. */
  wrongs(request: FuzzedRequest, answer: WireAnswer): string[] {
    const path = request.path.split(/[?#]/, 1)[0] ?? '';
    const call = callOf(this.calls, request.method, path);
    const { status, headers } = answer;
    const wrongs: string[] = [];
    if (status >= 500 && status !== 503) wrongs.push(`${status} is nobody's answer`);
    if (headers['x-request-id'] === undefined) wrongs.push('it has no X-Request-Id');
    if (request.method === 'HEAD') {
      if (answer.body.length > 0) wrongs.push('an answer to HEAD has a body');
      return wrongs;
    }
    return [...wrongs, ...(status >= 400 ? this.refusal(call, answer) : this.success(call, answer))];
  }

  private refusal(call: DescribedCall | undefined, { status, headers, body }: WireAnswer): string[] {
    if (headers['content-type'] !== PROBLEM)
      return [`a refusal is ${headers['content-type']}: ${body.toString().slice(0, 200)}`];
    const problem = parsed(body) as { code?: string; status?: number } | undefined;
    if (problem === undefined) return ['a problem is no JSON'];
    const wrongs = this.unfit('#/components/schemas/Problem', problem);
    if (problem.status !== status) wrongs.push(`a problem says ${problem.status}, and its answer ${status}`);
    const code = problem.code ?? '';
    const declared = call === undefined ? undefined : codesOf(call.operation.responses[status]?.content?.[PROBLEM]);
    const known = declared?.has(code) ?? (NO_ROUTE.has(code) || BEFORE_ROUTES.has(code));
    if (!known) wrongs.push(`${call?.template ?? 'no route'} declares no ${status} '${code}'`);
    return wrongs;
  }

  private success(call: DescribedCall | undefined, { status, headers, body }: WireAnswer): string[] {
    if (call === undefined) return [];
    const response = call.operation.responses[status];
    if (response === undefined) return [`${call.template} declares no ${status}`];
    const mediaType = (headers['content-type'] ?? '').split(';', 1)[0] ?? '';
    if (response.content === undefined) return body.length === 0 ? [] : ['an answer without content has a body'];
    const media = response.content[mediaType];
    if (media === undefined) return [`${call.template} declares no ${mediaType} for ${status}`];
    if (mediaType !== 'application/json' || media.schema.$ref === undefined) return [];
    const value = parsed(body);
    return value === undefined ? ['an answer is no JSON'] : this.unfit(media.schema.$ref, value);
  }

  private unfit(reference: string, value: unknown): string[] {
    let check = this.checks.get(reference);
    if (check === undefined) {
      check = this.ajv.getSchema(`document${reference}`);
      if (check === undefined) return [`the document has no ${reference}`];
      this.checks.set(reference, check);
    }
    return check(value) === true ? [] : [`it does not fit ${reference}: ${this.ajv.errorsText(check.errors)}`];
  }
}

function codesOf(media: Media | undefined): Set<string> {
  return new Set(Object.keys(media?.examples ?? {}));
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
