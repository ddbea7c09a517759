import { HEAD_OF_CONTENT } from '@assay/files';
import type { FileRecord, Scan } from '@assay/ledger';
import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { type WalkBench } from './walk-bench';

/** A profile whose one rule compares, with these parameters. */
export const profile = (parameters = '') => `
name: spec
version: "1"
settleSeconds: 0
rules:
  - rule: unique-content
${parameters}`;
/** A profile that compares nothing. */
export const WITHOUT = 'name: spec\nversion: "1"\nsettleSeconds: 0\nrules: [{ rule: size, min: 1 B }]\n';

export const sha256 = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
export const SAME_HEAD = randomBytes(HEAD_OF_CONTENT);
/** Larger than a head, and alike in size and head; other seeds end in other bytes. */
export const large = (seed: string) => Buffer.concat([SAME_HEAD, Buffer.from(seed.padEnd(64))]);

/** What tests of comparing do on a bench. */
export function comparingOn(bench: WalkBench) {
  /** Finding codes of each row by its path, with the path of the first where there is one. */
  const findings = async (scan: string): Promise<Record<string, string>> =>
    Object.fromEntries(
      (await bench.rows(scan)).map(({ path, findings: found }) => [
        path,
        found.map(({ code, value }) => (typeof value === 'string' ? `${code}: ${value}` : code)).join(),
      ]),
    );
  const walked = async (text = profile(), more: Partial<Scan> = {}) => {
    const scan = await bench.scan(text, more);
    expect(await bench.walkOn(scan)).toBe('walked');
    return scan;
  };
  /** Files by the number of their rows. */
  const inOrder = async (scan: string, ...paths: string[]) =>
    (await bench.rows(scan)).map(({ path }) => path).filter((path) => paths.includes(path));

  /** As a subscriber does, by a rename, or by a copy as to another device. */
  const place = async (scan: string, row: FileRecord, how: 'rename' | 'copy' = 'rename'): Promise<void> => {
    const { path, seq, destination } = row;
    const [claim] = await bench.ledger.claim('holder', [{ scan, seq, generation: 1, path }], 5);
    if (claim?.kind !== 'claimed' || destination === null) throw new Error(`${path} can't be placed`);
    const { attempt } = claim.file;
    const source = join(bench.directory, path);
    fs.mkdirSync(dirname(destination), { recursive: true });
    if (how === 'copy') {
      fs.copyFileSync(source, destination);
      const { dev, ino, size, mtimeNs, birthtimeNs } = fs.statSync(destination, { bigint: true });
      const copyIdentity = `${dev}:${ino}:${size}:${mtimeNs}:${birthtimeNs}`;
      expect(await bench.ledger.check([{ scan, seq, attempt, copyIdentity }])).toEqual([true]);
      fs.unlinkSync(source);
    } else fs.renameSync(source, destination);
    const outcome = claim.file.action === 'accept' ? 'accepted' : 'quarantined';
    await bench.ledger.end([{ scan, seq, attempt, outcome, reason: null, resolved: true }]);
  };
  const placeAll = async (scan: string, how: 'rename' | 'copy' = 'rename'): Promise<void> => {
    for (const row of await bench.rows(scan)) if (row.outcome === 'pending') await place(scan, row, how);
    expect((await bench.ledger.scan(scan))?.state).toBe('completed');
    // The next scan begins later than this one ended.
    for (const ended = Date.now(); Date.now() === ended;);
  };

  return { findings, walked, inOrder, place, placeAll };
}
