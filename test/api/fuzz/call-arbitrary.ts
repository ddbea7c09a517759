import * as fc from 'fast-check';
import type { DescribedCall } from './described-api';
import { hostileText, hostileValue, objectOf, valueOf } from './hostile-values';

/** A request as it goes over the wire. */
export interface FuzzedRequest {
  method: string;
  /** With its query, percent-encoded where it has to be. */
  path: string;
  headers: Record<string, string | string[]>;
  /** As bytes in Latin-1, so that a counterexample can be read; null: none. */
  body: string | null;
}

/** What means something to this installation, by the name of a parameter or field. */
export type Known = Readonly<Record<string, readonly string[]>>;

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'PURGE'];
const bytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());
/** Also such as no encoder makes. */
const segment = fc.oneof(
  { weight: 4, arbitrary: hostileText.map(encoded) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('%', '%E0%A4%A', '%00', '%2F', '%2e%2e', '..', '.', '*', ':', '~', '|', '{}', '%ff%fe'),
  },
);

const header = (text: string): string => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?');
const hostileHeaders: fc.Arbitrary<Record<string, string | string[]>> = fc.dictionary(
  fc.constantFrom(
    ...[
      'idempotency-key',
      'x-request-id',
      'accept',
      'accept-encoding',
      'origin',
      'sec-fetch-site',
      'range',
      'expect',
      'upgrade',
    ],
    ...[
      'if-none-match',
      'if-match',
      'last-event-id',
      'x-forwarded-for',
      'x-forwarded-host',
      'x-http-method-override',
      'cookie',
    ],
    ...[
      'content-encoding',
      'host',
      'te',
      'via',
      'date',
      'referer',
      'user-agent',
      'x-api-key',
      'content-language',
      'prefer',
    ],
  ),
  fc.oneof(
    hostileText.map(header),
    fc.constantFrom(
      'cross-site',
      'gzip',
      'br',
      'deflate',
      'identity',
      '*/*',
      'text/html',
      'bytes=0-10',
      '100-continue',
      'h2c',
      'POST',
    ),
    // The longest that is read, and one more than that.
    fc.constantFrom('x'.repeat(9_000), 'x', 'y', 'x'.repeat(20_000)),
  ),
  { maxKeys: 3 },
);

const mediaType = fc.oneof(
  { weight: 12, arbitrary: fc.constant('application/json') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml', ''],
      ...[
        'application/json; charset=utf-8',
        'application/json; charset=utf-16',
        'application/json; charset=klingon',
        'json',
        '/',
      ],
    ),
  },
);

const rawBody: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...[
      '',
      ' ',
      '{',
      '}',
      'null',
      'true',
      '7',
      '"text"',
      '[]',
      '{}',
      '[{}]',
      '{"a":1,}',
      "{'a':1}",
      '\xef\xbb\xbf{}',
      '\xff\xfe{\0',
    ],
    ...[
      '{"__proto__":{"directory":"in"}}',
      '{"constructor":{"prototype":{}}}',
      '{"directory":"in","directory":"out","profile":"x"}',
    ],
    ...[
      '['.repeat(20_000),
      `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
      `{"a":${'9'.repeat(5_000)}}`,
      `"${'x'.repeat(70_000)}"`,
    ],
  ),
  fc.string({ unit: 'binary-ascii', maxLength: 80 }).map(bytes),
  fc.uint8Array({ maxLength: 80 }).map((array) => Buffer.from(array).toString('latin1')),
  hostileValue.map((value) => bytes(JSON.stringify(value) ?? '')),
);

/** A body that fits, one that nearly does, and one that never would. */
function bodyOf({ body }: DescribedCall, known: Known): fc.Arbitrary<string | null> {
  if (body === null) return fc.oneof({ weight: 6, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: rawBody });
  const valid = objectOf(body, known);
  const names = [...Object.keys(body.properties ?? {}), 'unknown', '__proto__', 'Directory', 'id'];
  const near = fc
    .tuple(
      valid,
      fc.array(fc.tuple(fc.constantFrom(...names), fc.option(hostileValue, { nil: undefined })), {
        minLength: 1,
        maxLength: 2,
      }),
    )
    .map(([object, changes]) => ({ ...object, ...Object.fromEntries(changes) }));
  return fc.oneof(
    { weight: 4, arbitrary: valid.map((value) => bytes(JSON.stringify(value))) },
    { weight: 5, arbitrary: near.map((value) => bytes(JSON.stringify(value))) },
    { weight: 2, arbitrary: rawBody },
    { weight: 1, arbitrary: fc.constant(null) },
  );
}

function pathOf({ template, operation }: DescribedCall, known: Known): fc.Arbitrary<string> {
  const inQuery = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
  const segments = template.split('/').map((part): fc.Arbitrary<string> => {
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    if (name === undefined) return fc.constant(part);
    const ids = known[name] ?? [];
    return ids.length === 0
      ? segment
      : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...ids) }, { weight: 1, arbitrary: segment });
  });
  const pairs = inQuery.map(({ name, schema }) => {
    const fitting = valueOf(schema, known[name] ?? []).map((value) => String(value));
    const value = fc.oneof({ weight: 4, arbitrary: fitting }, { weight: 1, arbitrary: hostileText });
    return value.map((one) => `${name}=${encoded(one)}`);
  });
  const odd = fc.constantFrom(
    'x=1',
    '__proto__=1',
    'limit',
    '=',
    '&&',
    'limit[]=1',
    'limit=1&limit=2',
    'cursor=%E0%A4%A',
    'a%00=1',
    '#',
  );
  const query = fc.array(
    pairs.length === 0 ? odd : fc.oneof({ weight: 8, arbitrary: fc.oneof(...pairs) }, { weight: 1, arbitrary: odd }),
    {
      maxLength: 3,
    },
  );
  return fc
    .tuple(fc.tuple(...segments), query)
    .map(([parts, given]) => parts.join('/') + (given.length === 0 ? '' : `?${given.join('&')}`));
}

/** Requests of every operation, and of none. `key`: an API key that opens the API. */
export function requestArbitrary(
  calls: readonly DescribedCall[],
  known: Known,
  key: string,
): fc.Arbitrary<FuzzedRequest> {
  const authorization = fc.oneof(
    { weight: 20, arbitrary: fc.constant(`Bearer ${key}`) },
    { weight: 1, arbitrary: fc.constantFrom('', 'Bearer', `Bearer ${key}x`, `Basic ${key}`, 'Bearer \xff') },
  );
  const described = fc.oneof(
    ...calls.map((call) =>
      fc.record({ path: pathOf(call, known), body: bodyOf(call, known), own: fc.constant(call.method) }),
    ),
  );
  const undescribed = fc.record({
    path: fc.array(segment, { maxLength: 5 }).map((parts) => `/${parts.join('/')}`),
    body: fc.option(rawBody),
    own: fc.constantFrom(...METHODS),
  });
  return fc
    .record({
      call: fc.oneof({ weight: 12, arbitrary: described }, { weight: 1, arbitrary: undescribed }),
      method: fc.oneof(
        { weight: 12, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.constantFrom(...METHODS) },
      ),
      headers: fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: hostileHeaders }),
      contentType: mediaType,
      authorization,
    })
    .map(({ call, method, headers, contentType, authorization: auth }) => ({
      method: method ?? call.own,
      path: call.path,
      headers: {
        ...(auth === '' ? {} : { authorization: auth }),
        ...(call.body === null || contentType === '' ? {} : { 'content-type': contentType }),
        ...headers,
      },
      body: call.body,
    }));
}
