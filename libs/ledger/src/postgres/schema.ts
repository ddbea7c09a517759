/** The schema within the database: one database can hold others beside it. */
export const SCHEMA = 'assay';

/** An index holds 2,704 bytes of an entry at most, and a path may be longer: its first bytes are in order, a digest tells the rest apart. */
export const HEAD = 1_000;

/** SQL: the first bytes of a path, in whose order the index is. */
export const head = (column: string) => `substring(${column} FROM 1 FOR ${HEAD})`;

/** SQL: the code of a row's reason, as `reasonCode` gives it. The index has this very expression. */
export const REASON_CODE = `(substring(reason FROM 1 FOR least(200, coalesce(nullif(position('\\x3a'::bytea IN reason), 0) - 1, 200))))`;

/**
 * SQL: errored, in the words of the index by code alone. In those of the other index, the server would take that one wherever it thinks that
 * few letters are left, and look through all of them for a reason that is rare.
 */
export const DEAD_BY_CODE = 'outcome + 0 = 6';

/*
 * The schema, as steps forward. A step that was released is never changed: a new one mends it.
 *
 * It says what the one of SQLite says (see there for the columns of `files`), with what this server needs to be quick:
 * - An update that touches no indexed column is cheap, and half of a page is kept free for it. So what a claim writes is in no index
 *   and in no index' condition: `unresolved` is written by endings alone, 1 where the row ended with `holder_no` set.
 * - `scans` has a row that every batch updates: what is long of it lies elsewhere. A walker's sign of life and its lock are
 *   in `walks`, so that a walker holds up nobody who counts.
 * - Where a key may be long, its sha256 stands for it in the index: `digest` of a destination that is numbered, or of a tally's key.
 * - JSON is kept as text: what is read from files has NULs and lone surrogates, which the server's own types refuse.
 * - Text is compared by its bytes, whatever the language of the database.
 */
export const STEPS: readonly string[] = [
  `
  CREATE TABLE scans (
    no BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id TEXT COLLATE "C" NOT NULL UNIQUE,
    directory BYTEA NOT NULL,
    accept BYTEA NOT NULL,
    quarantine BYTEA NOT NULL,
    profile_name TEXT NOT NULL,
    profile_version TEXT NOT NULL,
    profile_digest TEXT NOT NULL,
    profile_definition TEXT NOT NULL,
    dry_run SMALLINT NOT NULL,
    priority TEXT NOT NULL,
    label TEXT COLLATE "C",
    start_at BIGINT,
    requested_by TEXT,
    request_id TEXT,
    state TEXT COLLATE "C" NOT NULL,
    epoch BIGINT NOT NULL DEFAULT 0,
    found BIGINT NOT NULL DEFAULT 0,
    pending BIGINT NOT NULL DEFAULT 0,
    accepted BIGINT NOT NULL DEFAULT 0,
    quarantined BIGINT NOT NULL DEFAULT 0,
    left_there BIGINT NOT NULL DEFAULT 0,
    skipped BIGINT NOT NULL DEFAULT 0,
    conflicted BIGINT NOT NULL DEFAULT 0,
    errored BIGINT NOT NULL DEFAULT 0,
    balanced SMALLINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    announced_at BIGINT,
    started_at BIGINT,
    walk_ended_at BIGINT,
    finished_at BIGINT,
    cancel_requested_at BIGINT,
    cancel_requested_by TEXT,
    error TEXT
  ) WITH (fillfactor = 20, toast_tuple_target = 256);
  CREATE INDEX scans_by_state ON scans (state, no);
  CREATE INDEX scans_by_label ON scans (label, no) WHERE label IS NOT NULL;

  CREATE TABLE walks (
    scan_no BIGINT PRIMARY KEY,
    walked_at BIGINT
  ) WITH (fillfactor = 20);

  CREATE TABLE idempotency_keys (
    owner TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    body TEXT NOT NULL,
    scan_no BIGINT NOT NULL REFERENCES scans (no),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (owner, key)
  );
  CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
  CREATE INDEX idempotency_keys_by_scan ON idempotency_keys (scan_no);

  CREATE TABLE files (
    scan_no BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    size BIGINT,
    modified_at BIGINT,
    updated_at BIGINT NOT NULL,
    published_at BIGINT,
    holder_no BIGINT NOT NULL DEFAULT 0,
    generation INTEGER NOT NULL DEFAULT 1,
    attempt INTEGER NOT NULL DEFAULT 0,
    forgiven INTEGER NOT NULL DEFAULT 0,
    outcome SMALLINT NOT NULL,
    verdict SMALLINT NOT NULL,
    action SMALLINT NOT NULL,
    on_conflict SMALLINT NOT NULL,
    reserved SMALLINT NOT NULL,
    redriving SMALLINT NOT NULL DEFAULT 0,
    released SMALLINT NOT NULL DEFAULT 0,
    unresolved SMALLINT NOT NULL DEFAULT 0,
    path BYTEA NOT NULL,
    identity TEXT,
    destination BYTEA,
    base BYTEA,
    copy_identity TEXT,
    reason BYTEA,
    PRIMARY KEY (scan_no, seq)
  ) WITH (fillfactor = 50);
  CREATE UNIQUE INDEX files_by_path ON files
    (scan_no, ${head('path')}, (CASE WHEN octet_length(path) > ${HEAD} THEN sha256(path) ELSE ''::bytea END));
  CREATE UNIQUE INDEX files_by_destination ON files (scan_no, sha256(destination)) WHERE reserved = 1;
  CREATE INDEX files_by_outcome ON files (scan_no, outcome, verdict, seq);
  CREATE INDEX files_unresolved ON files (scan_no, seq) WHERE unresolved = 1;
  CREATE INDEX files_redriving ON files (scan_no, seq) WHERE redriving = 1;

  CREATE TABLE inspections (
    scan_no BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    facts TEXT NOT NULL,
    findings TEXT,
    PRIMARY KEY (scan_no, seq)
  );

  CREATE TABLE finding_codes (
    scan_no BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (scan_no, code, seq)
  );

  CREATE TABLE tallies (
    scan_no BIGINT NOT NULL,
    count BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    digest BYTEA NOT NULL,
    PRIMARY KEY (scan_no, kind, digest)
  ) WITH (fillfactor = 50);

  CREATE TABLE spans (
    scan_no BIGINT NOT NULL,
    span BIGINT NOT NULL,
    low BYTEA NOT NULL,
    high BYTEA NOT NULL,
    PRIMARY KEY (scan_no, span)
  );

  CREATE TABLE numberings (
    scan_no BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (scan_no, digest)
  );

  CREATE TABLE publications (
    scan_no BIGINT NOT NULL,
    id BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    confirmed_at BIGINT,
    oldest_at BIGINT,
    PRIMARY KEY (scan_no, id)
  );
  CREATE INDEX publications_unconfirmed ON publications (scan_no, id) WHERE confirmed_at IS NULL;
  CREATE INDEX publications_by_age ON publications (oldest_at) WHERE oldest_at IS NOT NULL;

  CREATE TABLE folders (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scan_no BIGINT NOT NULL,
    path BYTEA NOT NULL,
    done SMALLINT NOT NULL DEFAULT 0
  );
  CREATE UNIQUE INDEX folders_by_path ON folders (scan_no, sha256(path));
  CREATE INDEX folders_open ON folders (scan_no, id) WHERE done = 0;

  CREATE TABLE unsettled (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scan_no BIGINT NOT NULL,
    path BYTEA NOT NULL,
    identity TEXT NOT NULL,
    seen_at BIGINT NOT NULL
  );
  CREATE UNIQUE INDEX unsettled_by_path ON unsettled (scan_no, sha256(path));
  CREATE INDEX unsettled_by_age ON unsettled (scan_no, id);

  CREATE TABLE leases (
    name TEXT COLLATE "C" PRIMARY KEY,
    holder TEXT COLLATE "C" NOT NULL,
    until BIGINT NOT NULL
  );

  CREATE TABLE holders (
    no BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    held BIGINT,
    seen_at BIGINT
  );

  CREATE TABLE pings (
    no INTEGER PRIMARY KEY CHECK (no = 1),
    at BIGINT NOT NULL
  );
  INSERT INTO pings (no, at) VALUES (1, 0);
  `,
  // What is done once at a scan's end. Those that finished before are not looked at again.
  `
  ALTER TABLE scans ADD COLUMN epilogue_attempt INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE scans ADD COLUMN epilogue_at BIGINT;
  ALTER TABLE scans ADD COLUMN epilogue_problem TEXT;
  ALTER TABLE scans ADD COLUMN reasons BYTEA;
  ALTER TABLE scans ADD COLUMN reasons_identity TEXT;
  UPDATE scans SET epilogue_at = finished_at WHERE finished_at IS NOT NULL;
  CREATE INDEX scans_to_finish ON scans (no) WHERE finished_at IS NOT NULL AND epilogue_at IS NULL;
  `,
  `
  CREATE TABLE contents (
    scan_no BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    size BIGINT NOT NULL,
    head BYTEA NOT NULL,
    digest BYTEA,
    PRIMARY KEY (scan_no, seq)
  );
  CREATE INDEX contents_by_bytes ON contents (size, head, digest, scan_no, seq);
  `,
  // Why a holder places nothing for the moment.
  `
  ALTER TABLE holders ADD COLUMN paused_by TEXT;
  ALTER TABLE holders ADD COLUMN paused_why TEXT;
  ALTER TABLE holders ADD COLUMN paused_since BIGINT;
  `,
  // Attempts whose holders had not given their row back when another claimed it: they may still touch its file.
  `
  CREATE TABLE superseded (
    scan_no BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    holder_no BIGINT NOT NULL,
    attempt INTEGER NOT NULL,
    PRIMARY KEY (scan_no, seq, attempt)
  );
  `,
  // Dead letters: their pages, their counts by reason, and what operators asked for.
  `
  CREATE TABLE redrives (
    no BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id TEXT COLLATE "C" NOT NULL UNIQUE,
    scan_no BIGINT,
    reason TEXT COLLATE "C",
    requested_by TEXT,
    request_id TEXT,
    requested_at BIGINT NOT NULL,
    dead_letters BIGINT NOT NULL,
    redriven BIGINT NOT NULL DEFAULT 0,
    at_scan BIGINT NOT NULL DEFAULT 0,
    at_seq BIGINT NOT NULL DEFAULT 0,
    seen_at BIGINT NOT NULL,
    ended_at BIGINT
  ) WITH (fillfactor = 50);
  CREATE INDEX redrives_open ON redrives (no) WHERE ended_at IS NULL;

  CREATE INDEX files_dead ON files (scan_no, seq) WHERE outcome = 6;
  CREATE INDEX files_dead_by_code ON files (${REASON_CODE}, scan_no, seq) WHERE ${DEAD_BY_CODE};
  CREATE INDEX tallies_of_letters ON tallies (scan_no, key) WHERE kind = 'dead-letter';
  INSERT INTO tallies (scan_no, kind, key, digest, count)
    SELECT scan_no, 'dead-letter', code, sha256(convert_to(code, 'UTF8')), count(*)
    FROM (SELECT scan_no, coalesce(convert_from(${REASON_CODE}, 'UTF8'), '') AS code FROM files WHERE outcome = 6) AS letters
    GROUP BY scan_no, code;
  `,
];
