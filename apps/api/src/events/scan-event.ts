import { FINISHED, OUTCOMES, type Scan } from '@assay/ledger';
import type { ShownScan } from '../scans/pauses';
import { scanJson } from '../scans/scan-json';
import { eventText } from './event-text';

export const isFinished = (scan: Scan): boolean => FINISHED.includes(scan.state);

/** Names a state of a scan: the same in every process, and equal only where state and counts are. */
export const eventId = ({ state, counts }: Scan): string =>
  [state, counts.found, ...OUTCOMES.map((outcome) => counts[outcome])].join('-');

const text = (name: string, scan: ShownScan): string =>
  eventText({ name, id: eventId(scan), data: scanJson(scan, Date.now()) });

export const progressText = (scan: ShownScan): string => text('progress', scan);
export const finishedText = (scan: ShownScan): string => text('finished', scan);
