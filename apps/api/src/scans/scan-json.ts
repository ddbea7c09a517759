import { displayPath } from '@assay/inspection';
import { type Counts, FINISHED, OUTCOMES, type Paused, type Scan } from '@assay/ledger';
import type { ShownScan } from './pauses';
import type { ScanJson, PausedJson } from './scan-schemas';

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();
const isoOrNull = (milliseconds: number | null): string | null => (milliseconds === null ? null : iso(milliseconds));
const rounded = (value: number): number => Math.round(value * 10) / 10;

/** A rate over less time than this says more about chance than about speed. */
const SHORTEST_MS = 100;

/** Files ended a second, from the beginning of the walk to its end or now. */
function rate({ startedAt, finishedAt, counts }: Scan, now: number): number | null {
  if (startedAt === null) return null;
  const milliseconds = (finishedAt ?? now) - startedAt;
  const ended = counts.found - counts.pending;
  return ended === 0 || milliseconds < SHORTEST_MS ? null : (ended * 1000) / milliseconds;
}

/** A pause as clients see it. */
export const pausedJson = (paused: Paused | null | undefined): PausedJson =>
  paused ? { by: paused.by, why: displayPath(paused.why), since: iso(paused.since) } : null;

/** A Scan as clients see it. `now`: epoch milliseconds. */
export function scanJson(scan: ShownScan, now: number): ScanJson {
  const perSecond = rate(scan, now);
  const moving = scan.walkEndedAt !== null && !FINISHED.includes(scan.state);
  return {
    id: scan.id,
    state: scan.state,
    directory: displayPath(scan.directory),
    profile: { name: scan.profile.name, version: scan.profile.version, digest: scan.profile.digest },
    accept: displayPath(scan.accept),
    quarantine: displayPath(scan.quarantine),
    dryRun: scan.dryRun,
    priority: scan.priority,
    label: scan.label,
    counts: { ...scan.counts },
    balanced: scan.balanced,
    filesPerSecond: perSecond === null ? null : rounded(perSecond),
    etaSeconds: moving && perSecond !== null ? rounded(scan.counts.pending / perSecond) : null,
    paused: pausedJson(scan.paused),
    createdAt: iso(scan.createdAt),
    startAt: isoOrNull(scan.startAt),
    startedAt: isoOrNull(scan.startedAt),
    finishedAt: isoOrNull(scan.finishedAt),
    epilogue: scan.epilogue && {
      endedAt: iso(scan.epilogue.endedAt),
      reasons: scan.epilogue.reasons === null ? null : displayPath(scan.epilogue.reasons),
      ...(scan.epilogue.problem === null ? {} : { problem: displayPath(scan.epilogue.problem) }),
    },
    ...(scan.error === null ? {} : { error: displayPath(scan.error) }),
  };
}

/** The scan as it was answered when it was created: what an Idempotency-Key replays, however far the scan has come since. */
export function asCreated(scan: Scan): Scan {
  const none = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Omit<Counts, 'found'>;
  return {
    ...scan,
    state: scan.startAt === null ? 'queued' : 'scheduled',
    counts: { found: 0, ...none },
    balanced: false,
    startedAt: null,
    walkEndedAt: null,
    finishedAt: null,
    error: null,
    epilogue: null,
  };
}
