import { Inject, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import type { Ledger } from '@assay/ledger';
import { LEDGER } from '../parts';
import { Problem } from '../problems/problem';
import { noSuchScan } from '../scans/cancel-scan';
import { Pauses, type ShownScan } from '../scans/pauses';
import { commentText, retryText } from './event-text';
import { Listener } from './listener';
import { finishedText, isFinished } from './scan-event';
import { WatchedScan } from './watched-scan';

/** Streams that one process serves at once. */
export const MOST_LISTENERS = 500;
/** A client whose stream was lost asks again after this long. */
const RETRY_MS = 2_000;
/** Clients of a process that ends come back spread over this time, not all at once. */
const SPREAD_MS = 3_000;
const RETRY_AFTER_SECONDS = 5;

/** The scans that clients of this process listen to. What they are told comes from the ledger alone, so each process knows of every scan. */
@Injectable()
export class ScanEvents {
  private readonly watched = new Map<string, WatchedScan>();
  private opening = 0;
  private closing = false;

  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    private readonly pauses: Pauses,
  ) {}

  /** Throws the problem `too-many-listeners`, where it is so. */
  assertRoom(): void {
    let listening = this.opening;
    for (const { size } of this.watched.values()) listening += size;
    if (listening < MOST_LISTENERS) return;
    throw new Problem('too-many-listeners', `This process serves ${MOST_LISTENERS} streams of events already`, {
      headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
    });
  }

  /** The scan as it stands: as it was last read where others listen to it, else read now. Throws the problem `no-such-scan`. */
  async scan(id: string): Promise<ShownScan> {
    this.opening += 1;
    try {
      const scan = this.watched.get(id)?.scan ?? (await this.read(id));
      if (scan === null) throw noSuchScan(id);
      return scan;
    } finally {
      this.opening -= 1;
    }
  }

  /** Tells the client everything that becomes of the scan from now on, in an answer whose headers are set. Returns at once. */
  stream(scan: ShownScan, response: Response): void {
    const listener = new Listener(response);
    if (this.closing) return listener.end(this.lastWords());
    listener.say(retryText(RETRY_MS));
    if (isFinished(scan)) return listener.end(finishedText(scan));
    const watched = this.watch(scan);
    response.once('close', () => watched.remove(listener));
    watched.add(listener);
  }

  /** Ends every stream, so that its client asks again, of another process or of this one's successor. Idempotent. */
  close(): void {
    this.closing = true;
    for (const watched of this.watched.values()) watched.end(this.lastWords());
  }

  private lastWords(): string {
    return retryText(Math.round(1_000 + Math.random() * SPREAD_MS)) + commentText('this process ends; ask again');
  }

  private async read(id: string): Promise<ShownScan | null> {
    const scan = await this.ledger.scan(id);
    return scan && this.pauses.show(scan);
  }

  private watch(scan: ShownScan): WatchedScan {
    const { id } = scan;
    let watched = this.watched.get(id);
    if (watched === undefined) {
      watched = new WatchedScan(
        scan,
        () => this.read(id),
        () => this.watched.delete(id),
      );
      this.watched.set(id, watched);
    }
    return watched;
  }
}
