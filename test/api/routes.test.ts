import { connect } from 'node:net';
import { Installation, type ProblemAnswer } from '../installation';

jest.setTimeout(90_000);

let installation: Installation;
beforeAll(async () => {
  installation = await Installation.make();
  await installation.start({ environment: { SCAN_THREADS: '0' } });
});
afterAll(() => installation.close());

describe('a path that nothing answers', () => {
  it.each(['/', '/v1', '/v1/scan', '/v2/scans', '/scans', '/v1/scans/x/y/z', '/health', '/v1/profiles/a/b'])(
    '%s is 404, as a problem',
    async (path) => {
      const { status, headers, body } = await installation.api.get<ProblemAnswer>(path);
      expect(status).toBe(404);
      expect(headers.get('content-type')).toBe('application/problem+json');
      expect(body).toEqual({
        type: 'urn:assay:problem:no-such-route',
        title: 'No such route',
        status: 404,
        detail: `Nothing answers at ${path}`,
        instance: path,
        code: 'no-such-route',
      });
    },
  );

  it('that is no valid URL encoding is 400', async () => {
    const { status, body } = await installation.api.get<ProblemAnswer>('/v1/scans/%E0%A4%A');
    expect([status, body.code]).toEqual([400, 'malformed']);
  });
});

describe('a method that a path does not have', () => {
  it.each([
    ['DELETE', '/v1/scans', 'GET, HEAD, POST'],
    ['PUT', '/v1/scans/x', 'GET, HEAD'],
    ['GET', '/v1/scans/x/cancel', 'POST'],
    ['POST', '/v1/profiles', 'GET, HEAD'],
    ['GET', '/v1/inspections', 'POST'],
    ['POST', '/health/live', 'GET, HEAD'],
  ])('%s %s is 405, and Allow names those that it has', async (method, path, allow) => {
    const { status, headers, body } = await installation.api.send<ProblemAnswer>(method, path);
    expect([status, body.code]).toEqual([405, 'method-not-allowed']);
    expect(headers.get('allow')).toBe(allow);
  });
});

describe('the request’s id', () => {
  it('is the caller’s own where it is sane, in the answer and in the log', async () => {
    const { headers } = await installation.api.get('/v1/profiles', { 'x-request-id': 'order-4711/a' });
    expect(headers.get('x-request-id')).toBe('order-4711/a');
    await installation.apiProcess.says('GET /v1/profiles 200');
    expect(installation.apiProcess.log.some((line) => line['requestId'] === 'order-4711/a')).toBe(true);
  });

  it.each(['', 'two words', 'x'.repeat(129), '"quoted"'])('is made anew instead of %j', async (given) => {
    const { headers } = await installation.api.get('/v1/profiles', { 'x-request-id': given });
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });

  it('is told with problems too', async () => {
    expect((await installation.api.get('/nothing')).headers.get('x-request-id')).not.toBeNull();
  });
});

it('bytes that are no HTTP end the connection and nothing else', async () => {
  const { hostname, port } = new URL(installation.api.url);
  const socket = connect(Number(port), hostname);
  socket.write('NOT HTTP AT ALL\r\n\r\n');
  const answer = await new Promise<string>((resolve) => {
    let text = '';
    socket.setEncoding('latin1').on('data', (piece: string) => (text += piece));
    socket.on('close', () => resolve(text));
  });
  expect(answer).toMatch(/^HTTP\/1\.1 400/);
  expect(answer).toMatch(/^Content-Type: application\/problem\+json\r$/m);
  expect(answer).toContain('"code":"malformed"');
  expect((await installation.api.get('/health/live')).body).toEqual({ live: true });
});

it('answers carry what keeps a browser from harm', async () => {
  const { headers } = await installation.api.get('/v1/profiles');
  expect(headers.get('content-security-policy')).toContain("default-src 'self'");
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('x-powered-by')).toBeNull();
});

it('headers that are too large are refused as a problem, too', async () => {
  const { status, headers, body } = await installation.api.get<ProblemAnswer>('/v1/profiles', {
    cookie: 'x'.repeat(17_000),
  });
  expect([status, body.code]).toEqual([431, 'headers-too-large']);
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(headers.get('x-request-id')).not.toBeNull();
});

it('what a client expects of the server is not looked at, and nor is a body that comes with GET', async () => {
  const { hostname, port } = new URL(installation.api.url);
  const socket = connect(Number(port), hostname);
  socket.write(
    'GET /v1/profiles HTTP/1.1\r\nHost: x\r\nExpect: the-best\r\nContent-Type: a/b\r\nContent-Length: 3\r\n\r\n{{{',
  );
  socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const answer = await new Promise<string>((resolve) => {
    let text = '';
    socket.setEncoding('latin1').on('data', (piece: string) => (text += piece));
    socket.on('close', () => resolve(text));
  });
  expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200']);
  expect(answer).toContain('{"live":true}');
});
