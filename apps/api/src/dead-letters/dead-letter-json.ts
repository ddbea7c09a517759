import type { DeadLetter, Redrive } from '@assay/ledger';
import { fileJson } from '../scans/file-json';
import type { DeadLetterJson, RedriveJson } from './dead-letter-schemas';

/** A dead letter as clients see it. */
export function deadLetterJson(letter: DeadLetter): DeadLetterJson {
  return { scan: letter.scan, ...fileJson(letter), generation: letter.generation, redriving: letter.redriving };
}

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** A redrive as clients see it. */
export function redriveJson(redrive: Redrive): RedriveJson {
  return {
    id: redrive.id,
    scan: redrive.scan,
    reason: redrive.reason,
    deadLetters: redrive.deadLetters,
    redriven: redrive.redriven,
    requestedBy: redrive.requestedBy,
    requestedAt: iso(redrive.requestedAt),
    endedAt: redrive.endedAt === null ? null : iso(redrive.endedAt),
  };
}
