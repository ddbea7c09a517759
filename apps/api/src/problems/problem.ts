import { type ProblemCode, PROBLEMS } from './problem-codes';

/** What is wrong with one field, and what would mend it. `value` is left out where it is absent, large or not plain. */
export interface FieldProblem {
  field: string;
  value?: string | number | boolean | null;
  message: string;
  fix?: string;
}

export interface ProblemDetails {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: ProblemCode;
  errors?: FieldProblem[];
}

export interface ProblemOptions {
  errors?: FieldProblem[];
  headers?: Record<string, string>;
  /** Members that this kind of problem has beside those of every problem. */
  members?: Record<string, unknown>;
  cause?: unknown;
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

export const problemType = (code: ProblemCode): string => `urn:assay:problem:${code}`;

/** An answer that is no success, as the client is told it (RFC 9457). `detail` is for a person and leaks nothing internal. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly errors: FieldProblem[] | undefined;
  readonly headers: Record<string, string>;
  private readonly members: Record<string, unknown>;

  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    { errors, headers = {}, members = {}, cause }: ProblemOptions = {},
  ) {
    super(`${code}: ${detail}`, cause === undefined ? undefined : { cause });
    this.errors = errors;
    this.headers = headers;
    this.members = members;
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }

  /** `instance`: the path that was asked for. */
  toJson(instance: string): ProblemDetails & Record<string, unknown> {
    const { status, title } = PROBLEMS[this.code];
    return {
      type: problemType(this.code),
      title,
      status,
      detail: this.detail.toWellFormed(),
      instance,
      code: this.code,
      ...(this.errors === undefined ? {} : { errors: this.errors }),
      ...this.members,
    };
  }
}
