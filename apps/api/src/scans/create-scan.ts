import { Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { Roots } from '@assay/files';
import { FINISHED, type IdempotencyKey, type Ledger, LedgerUnavailable, type NewScan, type Scan } from '@assay/ledger';
import { LEDGER } from '../parts';
import { Problem } from '../problems/problem';
import { ProfileChoice } from '../profiles/profile-choice';
import { Announcement } from './announcement';
import { asCreated } from './scan-json';
import { absoluteOf, checkFileSystems, scanPlaces } from './scan-places';
import type { NewScanBody } from './scan-schemas';

export interface ScanRequest {
  body: NewScanBody;
  /** As the client sent it, or null. */
  key: string | null;
  /** The name of the API key, or null. */
  by: string | null;
  requestId: string;
}

/** The digest of a body: equal for bodies that ask for the same, whatever the order of their fields. */
function digestOf(body: NewScanBody): string {
  const sorted = Object.entries(body).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}

function overlaps(scan: Scan, directory: string): Problem {
  const doing = FINISHED.includes(scan.state)
    ? 'of which dead letters are on their way again'
    : `which is ${scan.state}`;
  const message = `overlaps scan ${scan.id}, ${doing}`;
  return new Problem('overlap', `'${directory}' ${message}`, {
    errors: [{ field: 'directory', value: directory.toWellFormed(), message, fix: 'Wait for its end, or cancel it.' }],
  });
}

function keyReused(key: string | null): Problem {
  return new Problem('key-reused', `The Idempotency-Key '${key}' was used for another body`, {
    errors: [{ field: 'Idempotency-Key', value: key, message: 'was used for another body', fix: 'Make a new key.' }],
  });
}

const idempotencyKey = ({ key, by, body }: ScanRequest): IdempotencyKey | null =>
  key === null ? null : { owner: by ?? '', key, body: digestOf(body) };

/** Epoch milliseconds; null: at once. Not among the checks of the body, which a repeated request passes whenever it comes. */
function startOf({ startAt }: NewScanBody): number | null {
  if (startAt === undefined) return null;
  const milliseconds = Date.parse(startAt);
  if (milliseconds > Date.now()) return milliseconds;
  const message = 'must lie in the future';
  throw new Problem('malformed', `startAt ${message}`, {
    errors: [
      { field: 'startAt', value: startAt, message, fix: 'Name a later time, or leave it out to begin at once.' },
    ],
  });
}

export interface CreatedScan {
  scan: Scan;
  /** An earlier request with the same key made it. */
  replayed: boolean;
}

/** Makes scans: checks what is asked for, records it, and announces it to the broker. */
@Injectable()
export class CreateScan {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    private readonly roots: Roots,
    private readonly profiles: ProfileChoice,
    private readonly announcement: Announcement,
  ) {}

  /**
   * The scan as it was created; `replayed` where an earlier request with the same key made it, whatever has become of its directory,
   * profile and time since. Throws {@link Problem}, or what broker and ledger throw when they are away: then the scan never runs,
   * and the same key starts afresh.
   */
  async create(request: ScanRequest): Promise<CreatedScan> {
    const key = idempotencyKey(request);
    for (;;) {
      const made = (key && (await this.ledger.replayed(key))) ?? (await this.record(this.asked(request), key));
      switch (made.kind) {
        case 'created':
          // A scheduled scan is announced when its time has come.
          if (made.scan.startAt === null) await this.announcement.announce(made.scan);
          return { scan: asCreated(made.scan), replayed: false };
        case 'replayed': {
          const scan = await this.announcement.settled(made.scan);
          if (scan !== null) return { scan: asCreated(scan), replayed: true };
          // The first request failed, so that the key is free again.
          continue;
        }
        case 'key-reused':
          throw keyReused(request.key);
        case 'overlaps':
          throw overlaps(made.scan, request.body.directory);
      }
    }
  }

  /** What is to be recorded. Throws the problems of what is asked for: folders, profile, file systems, time. Records and moves nothing. */
  private asked({ body, by, requestId }: ScanRequest): NewScan {
    const startAt = startOf(body);
    const places = scanPlaces(this.roots, body);
    const { definition, digest } = this.profiles.forScan(body.profile);
    // A dry run moves nothing, wherever it looks.
    if (!body.dryRun) checkFileSystems(places, definition.transfer === 'copy');
    return {
      id: uuid(),
      directory: absoluteOf(places.directory),
      accept: absoluteOf(places.accept),
      quarantine: absoluteOf(places.quarantine),
      profile: { name: definition.name, version: definition.version, digest, definition },
      dryRun: body.dryRun,
      priority: body.priority,
      label: body.label ?? null,
      startAt,
      requestedBy: by,
      requestId,
    };
  }

  private async record(scan: NewScan, key: IdempotencyKey | null) {
    try {
      return await this.ledger.createScan(scan, key);
    } catch (error) {
      // It may have been recorded all the same.
      if (error instanceof LedgerUnavailable) void this.announcement.withdraw(scan.id);
      throw error;
    }
  }
}
