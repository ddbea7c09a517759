import { readFileSync } from 'node:fs';
import type { Scene } from './scene';

/** Every scan's file of reasons, absolute; with what is wrong with it, in words. What comes after the ends of scans is awaited. */
export async function reasonsOf({ deliveries, installation }: Scene): Promise<{ paths: Set<string>; wrong: string[] }> {
  const paths = new Set<string>();
  const wrong: string[] = [];
  for (const { scan, name } of deliveries) {
    if (scan === null) continue;
    const { epilogue, counts } = await installation.concluded(scan.id, 90_000);
    const reasons = epilogue?.reasons ?? null;
    if (epilogue?.problem !== undefined) wrong.push(`${name}: ${epilogue.problem}`);
    if ((reasons === null) !== (counts.quarantined === 0)) wrong.push(`${name}: the reasons are at ${reasons}`);
    if (reasons === null) continue;
    if (paths.has(reasons)) wrong.push(`${name}: another scan's reasons are at ${reasons}`);
    paths.add(reasons);
    const rows = readFileSync(reasons, 'utf8').split('\r\n').slice(1, -1);
    if (rows.length !== counts.quarantined || !rows.every((row) => row.includes(scan.id)))
      wrong.push(`${name}: ${rows.length} rows at ${reasons} tell of ${counts.quarantined} quarantined files`);
  }
  return { paths, wrong };
}
