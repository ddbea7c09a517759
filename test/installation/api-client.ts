/** An answer of the API, read to its end. `body` is parsed JSON where the answer is JSON, else text. */
export interface Answer<T = unknown> {
  status: number;
  headers: Headers;
  body: T;
  text: string;
}

export interface Counts {
  found: number;
  pending: number;
  accepted: number;
  quarantined: number;
  left: number;
  skipped: number;
  conflicted: number;
  errored: number;
}

export interface ScanAnswer {
  id: string;
  state: string;
  directory: string;
  accept: string;
  quarantine: string;
  counts: Counts;
  balanced: boolean;
  startedAt: string | null;
  finishedAt: string | null;
  epilogue: { endedAt: string; reasons: string | null; problem?: string } | null;
  error?: string;
  [field: string]: unknown;
}

export interface FileAnswer {
  seq: number;
  path: string;
  pathBytes?: string;
  outcome: string;
  reason?: string;
  destination: string | null;
  verdict: 'pass' | 'fail' | null;
  findings: { code: string; severity: string }[];
  attempts: number;
  [field: string]: unknown;
}

export interface ProblemAnswer {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: string;
  errors?: { field: string; value?: unknown; message: string; fix?: string }[];
  [member: string]: unknown;
}

/** Speaks to one API process. */
export class ApiClient {
  constructor(
    /** With the base path, without a slash at its end. */
    readonly url: string,
    private readonly headers: Record<string, string> = {},
  ) {}

  get<T = unknown>(path: string, headers: Record<string, string> = {}): Promise<Answer<T>> {
    return this.send('GET', path, { headers });
  }

  post<T = unknown>(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    if (body === undefined) return this.send('POST', path, { headers });
    const json = { 'content-type': 'application/json', ...headers };
    return this.send('POST', path, { headers: json, body: typeof body === 'string' ? body : JSON.stringify(body) });
  }

  async send<T = unknown>(
    method: string,
    path: string,
    { headers = {}, body }: { headers?: Record<string, string>; body?: string } = {},
  ): Promise<Answer<T>> {
    const response = await fetch(this.url + path, {
      method,
      headers: { ...this.headers, ...headers },
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
    });
    const text = await response.text();
    const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, text, body: (isJson ? JSON.parse(text) : text) as T };
  }
}
