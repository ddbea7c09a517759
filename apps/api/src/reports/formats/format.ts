import type { FileRecord, Summary } from '@assay/ledger';
import type { ShownScan } from '../../scans/pauses';

/** What a report is about, as it stood when the report was begun. */
export interface ReportSubject {
  scan: ShownScan;
  summary: Summary;
  /** Epoch milliseconds. */
  now: number;
}

/** One way to write a report. Its pieces, one after another, are the whole: `head`, `rows` for each slice of files, `tail`. */
export interface ReportFormat {
  readonly mediaType: string;
  /** `inline`: a browser shows it; `attachment`: a browser saves it. */
  readonly disposition: 'inline' | 'attachment';
  /** Headers of its answer beside those of every report. */
  readonly headers: Readonly<Record<string, string>>;
  head(subject: ReportSubject): string;
  /** A slice of files in the order of their numbers. `first`: no slice came before it. */
  rows(files: readonly FileRecord[], first: boolean): string;
  /** `count`: files written. A report without its tail is not whole. */
  tail(count: number): string;
}
