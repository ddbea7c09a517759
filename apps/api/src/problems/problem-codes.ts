/** One kind of problem: the code is stable, and so is its status; the title never changes from one occurrence to the next. */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** When it is told, for the document of the API. */
  readonly meaning: string;
}

/** Every code that a client can meet. Codes are only ever added. */
export const PROBLEMS = {
  malformed: {
    status: 400,
    title: 'The request is malformed',
    meaning: 'The body is not JSON, or a field, query parameter or header does not fit; `errors` names each.',
  },
  'not-a-directory': {
    status: 400,
    title: 'A file was given as a directory',
    meaning: 'What is to be a directory is something else.',
  },
  'not-a-file': {
    status: 400,
    title: 'Not a regular file',
    meaning: 'What is to be inspected is a directory, a FIFO or something else that has no content of its own.',
  },
  'directory-in-destination': {
    status: 400,
    title: 'The directory lies in its own destination',
    meaning: 'What lies under the accept and quarantine folders is never scanned, so nothing would be found.',
  },
  unauthorized: {
    status: 401,
    title: 'An API key is needed',
    meaning: 'No key was sent, or one that is not known. Send `Authorization: Bearer KEY` or `X-API-Key: KEY`.',
  },
  'outside-roots': {
    status: 403,
    title: 'The path lies outside the roots',
    meaning: 'Only what lies in the folders of INSPECTION_ROOTS is read or written.',
  },
  'symlink-on-the-way': {
    status: 403,
    title: 'A symlink is on the way',
    meaning: 'Paths that go through symlinks are not followed; name the place where it leads.',
  },
  'not-permitted': {
    status: 403,
    title: 'The path may not be read',
    meaning: 'The user of this process lacks the right to read it.',
  },
  'cross-site': {
    status: 403,
    title: 'Another site may not ask for this',
    meaning: 'A browser sent the request on behalf of a page of another site.',
  },
  'no-such-route': { status: 404, title: 'No such route', meaning: 'Nothing answers at this path.' },
  'no-such-directory': {
    status: 404,
    title: 'No such directory',
    meaning: 'The directory to be scanned does not exist.',
  },
  'no-such-file': { status: 404, title: 'No such file', meaning: 'The file to be inspected does not exist.' },
  'no-such-scan': { status: 404, title: 'No such scan', meaning: 'No scan has this id.' },
  'no-such-profile': { status: 404, title: 'No such profile', meaning: 'No profile has this name.' },
  'method-not-allowed': {
    status: 405,
    title: 'The method is not allowed here',
    meaning: 'The path exists; `Allow` names its methods.',
  },
  overlap: {
    status: 409,
    title: 'An unfinished scan overlaps',
    meaning:
      "One scan's directory contains, or lies in, the other's directory, accept or quarantine. Wait for its end, or cancel it.",
  },
  'key-reused': {
    status: 409,
    title: 'The Idempotency-Key was used for another body',
    meaning: 'The same key came with another body within 24 hours; make a new key.',
  },
  'scan-finished': {
    status: 409,
    title: 'The scan has finished',
    meaning: 'A scan that has completed or failed can no longer be cancelled.',
  },
  'scan-cancelled': {
    status: 409,
    title: 'The scan was cancelled',
    meaning: 'A scan that was cancelled moves nothing any more: its dead letters are not sent again.',
  },
  'too-large': { status: 413, title: 'The body is too large', meaning: 'No body of this API needs more than 64 kB.' },
  'unsupported-media-type': {
    status: 415,
    title: 'The media type is not supported',
    meaning: 'Bodies are `application/json` in UTF-8.',
  },
  'unknown-profile': {
    status: 422,
    title: 'Unknown profile',
    meaning: 'No profile of this name lies in PROFILES_DIR; `GET /v1/profiles` lists them.',
  },
  'invalid-profile': {
    status: 422,
    title: 'The profile has mistakes',
    meaning: 'The profile was changed and no longer fits; `errors` names file, line and mend.',
  },
  'unsafe-file-system': {
    status: 422,
    title: "Files can't be moved safely there",
    meaning: 'A file system neither renames without replacing nor knows hard links, so a file could be overwritten.',
  },
  'request-timeout': {
    status: 408,
    title: 'The request was not sent in time',
    meaning: 'A whole request is to be sent within a minute.',
  },
  'headers-too-large': {
    status: 431,
    title: 'The headers are too large',
    meaning: 'The request line and all headers together may have 16 kB.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    meaning: 'RATE_LIMIT is used up; `Retry-After` says when to go on.',
  },
  internal: {
    status: 500,
    title: 'Something unexpected went wrong',
    meaning: "A fault of Assay's own. The log has it under the request's id (`X-Request-Id`).",
  },
  'broker-unavailable': {
    status: 503,
    title: 'RabbitMQ is not reachable',
    meaning: 'Nothing has begun; the same request may be sent again.',
  },
  'ledger-unavailable': {
    status: 503,
    title: 'The ledger is not reachable',
    meaning: 'Nothing has begun; the same request may be sent again.',
  },
  'root-unavailable': {
    status: 503,
    title: 'A root is not usable',
    meaning: 'A folder of INSPECTION_ROOTS is away or broken: an unmounted disk, say.',
  },
  'profiles-unavailable': {
    status: 503,
    title: 'The profiles are not readable',
    meaning: "PROFILES_DIR can't be listed.",
  },
  'readers-unavailable': {
    status: 503,
    title: 'No file can be read now',
    meaning: 'The processes that read metadata could not be started, or are being stopped.',
  },
  'too-many-listeners': {
    status: 503,
    title: 'Too many listen already',
    meaning: 'This process serves no more streams of events; `Retry-After` says when to ask again.',
  },
  'not-ready': {
    status: 503,
    title: 'Not ready',
    meaning: 'Broker, ledger or roots are not usable; `parts` says which and why.',
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;
