import { lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Ledger } from '@assay/ledger';
import { type Installation, tree } from '../../installation';

/**
 * Everything that an installation keeps, watched between requests. Whether anything was committed at all is told by the ledger's files; only where
 * something was, all of it is read and compared.
 */
export class KeptState {
  private files: string;
  private commits: string;
  private kept: string;

  private constructor(
    private readonly installation: Installation,
    private readonly ledger: Ledger,
    kept: string,
  ) {
    this.files = this.look();
    this.commits = this.lookAtLedger();
    this.kept = kept;
  }

  static async of(installation: Installation): Promise<KeptState> {
    const ledger = await installation.ledger();
    return new KeptState(installation, ledger, await keptBy(ledger));
  }

  /** What has changed since the last call that {@link accept}s; empty where nothing has. */
  async changes(): Promise<string[]> {
    const changes = this.look() === this.files ? [] : ['files'];
    const commits = this.lookAtLedger();
    if (commits === this.commits) return changes;
    this.commits = commits;
    return (await keptBy(this.ledger)) === this.kept ? changes : [...changes, 'ledger'];
  }

  /** What is there now is as it should be. */
  async accept(): Promise<void> {
    this.files = this.look();
    this.commits = this.lookAtLedger();
    this.kept = await keptBy(this.ledger);
  }

  /** Roots, what lies beside them, and profiles: not the state of the processes. */
  private look(): string {
    const found = Object.entries(tree(this.installation.top)).filter(([path]) => !path.startsWith('home/'));
    const times = found.map(([path]) => lstatSync(join(this.installation.top, path)).mtimeMs);
    return JSON.stringify([found, times]);
  }

  private lookAtLedger(): string {
    return ['', '-wal']
      .map((end) =>
        statSync(join(this.installation.home, `ledger.sqlite${end}`), { bigint: true, throwIfNoEntry: false }),
      )
      .map((stats) => `${stats?.size} ${stats?.mtimeNs}`)
      .join();
  }
}

/** Scans, their rows, and redrives, as the ledger tells them. */
async function keptBy(ledger: Ledger): Promise<string> {
  const scans = [];
  for (let cursor: string | undefined; ;) {
    const page = await ledger.scans({ limit: 1_000, ...(cursor === undefined ? {} : { cursor }) });
    for (const scan of page) {
      const rows = scan.counts.found === 0 ? [] : await ledger.files(scan.id, { after: 0, limit: 1_000 });
      scans.push([scan, rows]);
    }
    cursor = page.at(-1)?.id;
    if (page.length < 1_000) break;
  }
  return JSON.stringify([scans, await ledger.redrives({ limit: 1_000 })]);
}
