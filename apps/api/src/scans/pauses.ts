import { Inject, Injectable } from '@nestjs/common';
import { FINISHED, type Ledger, type Paused, type Scan, pauseOf } from '@assay/ledger';
import { LEDGER } from '../parts';

/** A scan as it is shown: with what holds it up, where it was looked at. */
export type ShownScan = Scan & { paused?: Paused | null };

/** An answer serves all who ask within this time. */
const FRESH_MS = 500;

/** Whether subscribers have paused, for whoever is shown a scan or the health of the whole. */
@Injectable()
export class Pauses {
  private latest: { at: number; paused: Promise<Paused | null> } | null = null;

  constructor(@Inject(LEDGER) private readonly ledger: Ledger) {}

  /** The pause that began first among those that last; at most half a second old. Throws as the ledger does. */
  now(): Promise<Paused | null> {
    const now = performance.now();
    if (this.latest === null || now - this.latest.at > FRESH_MS) this.latest = { at: now, paused: this.look() };
    return this.latest.paused;
  }

  /** The scans with what holds them up: a pause holds up what is under way and moves files, and nothing else. */
  async shown(scans: readonly Scan[]): Promise<ShownScan[]> {
    const paused = scans.some(isHeldUp) ? await this.now() : null;
    return scans.map((scan) => ({ ...scan, paused: isHeldUp(scan) ? paused : null }));
  }

  async show(scan: Scan): Promise<ShownScan> {
    const [shown = scan] = await this.shown([scan]);
    return shown;
  }

  private async look(): Promise<Paused | null> {
    return pauseOf(await this.ledger.holders(), Date.now());
  }
}

const isHeldUp = ({ state, startedAt, dryRun }: Scan): boolean =>
  startedAt !== null && !dryRun && !FINISHED.includes(state);
