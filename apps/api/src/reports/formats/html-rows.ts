import type { FileRecord } from '@assay/ledger';
import { fileJson } from '../../scans/file-json';
import type { FileRecordJson } from '../../scans/file-schemas';

/** What the page knows of a file, as a list without names, so that a page of 100,000 files is not mostly names. */
const COLUMNS: readonly [name: string, value: (file: FileRecordJson) => unknown][] = [
  ['seq', (file) => file.seq],
  ['path', (file) => file.path],
  ['outcome', (file) => file.outcome],
  ['reason', (file) => file.reason],
  ['verdict', (file) => file.verdict],
  [
    'findings',
    ({ findings }) =>
      findings.length === 0
        ? undefined
        : findings.map(({ code, severity, message, fix }) => [code, severity, message, fix]),
  ],
  ['destination', (file) => file.destination],
  ['size', (file) => file.size],
  ['modifiedAt', (file) => file.modifiedAt],
  ['mediaType', (file) => file.mediaType],
  ['width', (file) => file.facts?.width],
  ['height', (file) => file.facts?.height],
  ['camera', ({ facts }) => [facts?.camera?.make, facts?.camera?.model].filter(Boolean).join(' ') || undefined],
  ['captured', ({ facts }) => facts?.captured && facts.captured.local + (facts.captured.offset ?? '')],
  ['latitude', (file) => file.facts?.location?.latitude],
  ['longitude', (file) => file.facts?.location?.longitude],
  ['attempts', (file) => file.attempts],
  ['updatedAt', (file) => file.updatedAt],
  ['digest', (file) => file.digest],
  ['pathBytes', (file) => file.pathBytes],
  ['destinationBytes', (file) => file.destinationBytes],
];

export const ROW_NAMES: readonly string[] = COLUMNS.map(([name]) => name);

/** A file's values in the order of {@link ROW_NAMES}; what is absent at the end is left out. */
export function rowOf(file: FileRecord): unknown[] {
  const json = fileJson(file);
  const values = COLUMNS.map(([, value]) => value(json) ?? null);
  while (values.at(-1) === null) values.pop();
  return values;
}
