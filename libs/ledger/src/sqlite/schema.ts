/*
 * The schema, as steps forward. A step that was released is never changed: a new one mends it.
 *
 * Widths follow use. `files` is read and rewritten by every claim and ending, so it holds what these need and no more; what was
 * read and found of a file is written once, beside it. Defaults of 0 and 1 take no room in a row, so that a claim makes it no longer.
 * The tables with a row for each file name their scan without a foreign key, which would be looked up for each of millions; all others have one.
 *
 * Columns of `files` that say less than they mean:
 * - `reserved`: the row plans its destination, and no other row of the scan may. 0 where it lost it to another.
 * - `base`: the destination planned first, where `destination` is a numbered variant of it.
 * - `holder_no`: who claimed the row last; 0 where no name of ours is left for it.
 * - `released`: the last claim was given back.
 * - `published_at`: when the row was published or given back on its own, later than its publication.
 * - `redriving`: errored, and open again. Who sets it also raises `attempt`, and `forgiven` with it, so that a late ending of an attempt
 *   from before is not taken for the new end.
 *
 * `redrives` are what operators asked for: `at_scan` and `at_seq` are the last row that one has behind it, `seen_at` its last act.
 */

/** SQL: the code of a row's reason, as `reasonCode` gives it. The index has this very text. */
export const REASON_CODE = `substr(reason, 1, min(200, coalesce(nullif(instr(reason, x'3a'), 0) - 1, 200)))`;

export const STEPS: readonly string[] = [
  `
  CREATE TABLE scans (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    directory BLOB NOT NULL,
    accept BLOB NOT NULL,
    quarantine BLOB NOT NULL,
    profile_name TEXT NOT NULL,
    profile_version TEXT NOT NULL,
    profile_digest TEXT NOT NULL,
    profile_definition TEXT NOT NULL,
    dry_run INTEGER NOT NULL,
    priority TEXT NOT NULL,
    label TEXT,
    start_at INTEGER,
    requested_by TEXT,
    request_id TEXT,
    state TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    found INTEGER NOT NULL DEFAULT 0,
    pending INTEGER NOT NULL DEFAULT 0,
    accepted INTEGER NOT NULL DEFAULT 0,
    quarantined INTEGER NOT NULL DEFAULT 0,
    left_there INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0,
    conflicted INTEGER NOT NULL DEFAULT 0,
    errored INTEGER NOT NULL DEFAULT 0,
    balanced INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    announced_at INTEGER,
    started_at INTEGER,
    walked_at INTEGER,
    walk_ended_at INTEGER,
    finished_at INTEGER,
    cancel_requested_at INTEGER,
    cancel_requested_by TEXT,
    error TEXT
  );
  CREATE INDEX scans_by_state ON scans (state, no);
  CREATE INDEX scans_by_label ON scans (label, no) WHERE label IS NOT NULL;

  CREATE TABLE idempotency_keys (
    owner TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    scan_no INTEGER NOT NULL REFERENCES scans (no),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (owner, key)
  ) WITHOUT ROWID;
  CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
  CREATE INDEX idempotency_keys_by_scan ON idempotency_keys (scan_no);

  CREATE TABLE files (
    scan_no INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    verdict INTEGER NOT NULL,
    action INTEGER NOT NULL,
    on_conflict INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    generation INTEGER NOT NULL DEFAULT 1,
    attempt INTEGER NOT NULL DEFAULT 0,
    forgiven INTEGER NOT NULL DEFAULT 0,
    redriving INTEGER NOT NULL DEFAULT 0,
    released INTEGER NOT NULL DEFAULT 0,
    holder_no INTEGER NOT NULL DEFAULT 0,
    size INTEGER,
    modified_at INTEGER,
    updated_at INTEGER NOT NULL,
    published_at INTEGER,
    path BLOB NOT NULL,
    identity TEXT,
    destination BLOB,
    base BLOB,
    copy_identity TEXT,
    reason BLOB,
    PRIMARY KEY (scan_no, seq)
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX files_by_path ON files (scan_no, path);
  CREATE UNIQUE INDEX files_by_destination ON files (scan_no, destination) WHERE reserved = 1;
  CREATE INDEX files_by_outcome ON files (scan_no, outcome, verdict, seq);
  CREATE INDEX files_held ON files (scan_no, seq) WHERE holder_no <> 0;
  CREATE INDEX files_redriving ON files (scan_no, seq) WHERE redriving = 1;

  CREATE TABLE inspections (
    scan_no INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    facts TEXT NOT NULL,
    findings TEXT,
    PRIMARY KEY (scan_no, seq)
  ) WITHOUT ROWID;

  CREATE TABLE finding_codes (
    scan_no INTEGER NOT NULL,
    code TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (scan_no, code, seq)
  ) WITHOUT ROWID;

  CREATE TABLE tallies (
    scan_no INTEGER NOT NULL REFERENCES scans (no),
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (scan_no, kind, key)
  ) WITHOUT ROWID;

  CREATE TABLE spans (
    scan_no INTEGER NOT NULL REFERENCES scans (no),
    span INTEGER NOT NULL,
    low BLOB NOT NULL,
    high BLOB NOT NULL,
    PRIMARY KEY (scan_no, span)
  ) WITHOUT ROWID;

  CREATE TABLE numberings (
    scan_no INTEGER NOT NULL REFERENCES scans (no),
    base BLOB NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (scan_no, base)
  ) WITHOUT ROWID;

  CREATE TABLE publications (
    scan_no INTEGER NOT NULL REFERENCES scans (no),
    id INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    confirmed_at INTEGER,
    oldest_at INTEGER,
    PRIMARY KEY (scan_no, id)
  ) WITHOUT ROWID;
  CREATE INDEX publications_unconfirmed ON publications (scan_no, id) WHERE confirmed_at IS NULL;
  CREATE INDEX publications_by_age ON publications (oldest_at) WHERE oldest_at IS NOT NULL;

  CREATE TABLE folders (
    id INTEGER PRIMARY KEY,
    scan_no INTEGER NOT NULL REFERENCES scans (no),
    path BLOB NOT NULL,
    done INTEGER NOT NULL DEFAULT 0
  );
  CREATE UNIQUE INDEX folders_by_path ON folders (scan_no, path);
  CREATE INDEX folders_open ON folders (scan_no, id) WHERE done = 0;

  CREATE TABLE unsettled (
    id INTEGER PRIMARY KEY,
    scan_no INTEGER NOT NULL REFERENCES scans (no),
    path BLOB NOT NULL,
    identity TEXT NOT NULL,
    seen_at INTEGER NOT NULL
  );
  CREATE UNIQUE INDEX unsettled_by_path ON unsettled (scan_no, path);

  CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until INTEGER NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE holders (
    no INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    held INTEGER,
    seen_at INTEGER
  );

  CREATE TABLE pings (
    no INTEGER PRIMARY KEY CHECK (no = 1),
    at INTEGER NOT NULL
  );
  INSERT INTO pings (no, at) VALUES (1, 0);
  `,
  // What is done once at a scan's end. Those that finished before are not looked at again.
  `
  ALTER TABLE scans ADD COLUMN epilogue_attempt INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE scans ADD COLUMN epilogue_at INTEGER;
  ALTER TABLE scans ADD COLUMN epilogue_problem TEXT;
  ALTER TABLE scans ADD COLUMN reasons BLOB;
  ALTER TABLE scans ADD COLUMN reasons_identity TEXT;
  UPDATE scans SET epilogue_at = finished_at WHERE finished_at IS NOT NULL;
  CREATE INDEX scans_to_finish ON scans (no) WHERE finished_at IS NOT NULL AND epilogue_at IS NULL;
  `,
  // Files of scans that compare them; beside `files`, whose rows are rewritten again and again, and which other scans keep as they were.
  `
  CREATE TABLE contents (
    scan_no INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    size INTEGER NOT NULL,
    head BLOB NOT NULL,
    digest BLOB,
    PRIMARY KEY (scan_no, seq)
  ) WITHOUT ROWID;
  CREATE INDEX contents_by_bytes ON contents (size, head, digest, scan_no, seq);
  `,
  // Why a holder places nothing for the moment.
  `
  ALTER TABLE holders ADD COLUMN paused_by TEXT;
  ALTER TABLE holders ADD COLUMN paused_why TEXT;
  ALTER TABLE holders ADD COLUMN paused_since INTEGER;
  `,
  // Attempts whose holders had not given their row back when another claimed it: they may still touch its file.
  `
  CREATE TABLE superseded (
    scan_no INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    holder_no INTEGER NOT NULL,
    PRIMARY KEY (scan_no, seq, attempt)
  ) WITHOUT ROWID;
  `,
  // Dead letters: their pages, their counts by reason, and what operators asked for.
  `
  CREATE TABLE redrives (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    scan_no INTEGER REFERENCES scans (no),
    reason TEXT,
    requested_by TEXT,
    request_id TEXT,
    requested_at INTEGER NOT NULL,
    dead_letters INTEGER NOT NULL,
    redriven INTEGER NOT NULL DEFAULT 0,
    at_scan INTEGER NOT NULL DEFAULT 0,
    at_seq INTEGER NOT NULL DEFAULT 0,
    seen_at INTEGER NOT NULL,
    ended_at INTEGER
  );
  CREATE INDEX redrives_open ON redrives (no) WHERE ended_at IS NULL;
  CREATE INDEX redrives_by_scan ON redrives (scan_no) WHERE scan_no IS NOT NULL;

  CREATE INDEX files_dead ON files (scan_no, seq) WHERE outcome = 6;
  CREATE INDEX files_dead_by_code ON files (${REASON_CODE}, scan_no, seq) WHERE outcome = 6;
  CREATE INDEX tallies_of_letters ON tallies (scan_no, key) WHERE kind = 'dead-letter';
  INSERT INTO tallies (scan_no, kind, key, count)
    SELECT scan_no, 'dead-letter', coalesce(CAST(${REASON_CODE} AS TEXT), ''), count(*) FROM files WHERE outcome = 6 GROUP BY 1, 3;
  `,
];
