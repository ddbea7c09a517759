import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.join(import.meta.dirname, '..', 'results');

/** Keeps a run's raw results; returns the file. */
export function saveResults(report, kind = 'run') {
  mkdirSync(FOLDER, { recursive: true });
  const file = path.join(FOLDER, `${kind}-${new Date().toISOString().replaceAll(':', '-').slice(0, 19)}.json`);
  writeFileSync(file, JSON.stringify(report, null, 1));
  return file;
}
