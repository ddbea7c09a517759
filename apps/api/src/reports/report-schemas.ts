import { z } from 'zod';
import { fileRecord, summary } from '../scans/file-schemas';
import { oneOf, scan } from '../scans/scan-schemas';
import { REPORT_FORMATS } from './formats/formats';

export const reportQuery = z.strictObject({
  format: oneOf(REPORT_FORMATS).default('csv').meta({
    description:
      '`csv`: RFC 4180, safe to open in a spreadsheet · `jsonl`: a FileRecord a line · `json`: a Report · `html`: one page for people, to sort and filter, which loads nothing else.',
  }),
});

const exampleOf = (schema: z.ZodType): unknown => (schema.meta()?.examples as unknown[] | undefined)?.[0];

/** The report as json. */
export const wholeReport = z.object({ scan, summary, files: z.array(fileRecord) }).meta({
  description: 'A whole scan: `scan` and `summary` as they stood when the report was begun.',
  examples: [{ scan: exampleOf(scan), summary: exampleOf(summary), files: [exampleOf(fileRecord)] }],
});
