import { Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { Roots } from '@assay/files';
import { type IdempotencyKey, type Ledger, LedgerUnavailable, type NewScan, type Scan } from '@assay/ledger';
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
  const message = `overlaps scan ${scan.id}, which is ${scan.state}`;
  return new Problem('overlap', `'${directory}' ${message}`, {
    errors: [{ field: 'directory', value: directory.toWellFormed(), message, fix: 'Wait for its end, or cancel it.' }],
  });
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
   * The scan as it was created; `replayed` where an earlier request with the same key made it. Throws {@link Problem}, or what
   * broker and ledger throw when they are away: then the scan never runs, and the same key starts afresh.
   */
  async create({ body, key, by, requestId }: ScanRequest): Promise<{ scan: Scan; replayed: boolean }> {
    const places = scanPlaces(this.roots, body);
    const { definition, digest } = await this.profiles.forScan(body.profile);
    // A dry run moves nothing, wherever it looks.
    if (!body.dryRun) checkFileSystems(places);
    const asked: Omit<NewScan, 'id'> = {
      directory: absoluteOf(places.directory),
      accept: absoluteOf(places.accept),
      quarantine: absoluteOf(places.quarantine),
      profile: { name: definition.name, version: definition.version, digest, definition },
      dryRun: body.dryRun,
      priority: body.priority,
      label: body.label ?? null,
      startAt: body.startAt === undefined ? null : Date.parse(body.startAt),
      requestedBy: by,
      requestId,
    };
    const idempotencyKey = key === null ? null : { owner: by ?? '', key, body: digestOf(body) };
    for (;;) {
      const made = await this.record({ id: uuid(), ...asked }, idempotencyKey);
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
          throw new Problem('key-reused', `The Idempotency-Key '${key}' was used for another body`, {
            errors: [
              { field: 'Idempotency-Key', value: key, message: 'was used for another body', fix: 'Make a new key.' },
            ],
          });
        case 'overlaps':
          throw overlaps(made.scan, asked.directory);
      }
    }
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
