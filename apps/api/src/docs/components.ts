import { z } from 'zod';
import { deadLetterPage, deadLetter, redrive, redriveBody, redrivePage } from '../dead-letters/dead-letter-schemas';
import { inspection, inspectionBody } from '../inspections/inspection-schemas';
import { oneProfile, profileList } from '../profiles/profile-schemas';
import { wholeReport } from '../reports/report-schemas';
import { facts, filePage, fileRecord, finding, summary } from '../scans/file-schemas';
import { counts, newScanBody, scan, scanPage } from '../scans/scan-schemas';
import { live, ready } from '../health/health-schemas';
import { problem } from './problem-schema';

/** Everything that has a name in the document of the API, by the schema that also checks or types it. */
const ANSWERS = {
  Counts: counts,
  DeadLetter: deadLetter,
  DeadLetterPage: deadLetterPage,
  Facts: facts,
  FilePage: filePage,
  FileRecord: fileRecord,
  Finding: finding,
  Inspection: inspection,
  Live: live,
  Problem: problem,
  Profile: oneProfile,
  ProfileList: profileList,
  Ready: ready,
  Redrive: redrive,
  RedrivePage: redrivePage,
  Report: wholeReport,
  Scan: scan,
  ScanPage: scanPage,
  Summary: summary,
};
const BODIES = { NewInspection: inspectionBody, NewRedrive: redriveBody, NewScan: newScanBody };

export type AnswerName = keyof typeof ANSWERS;
export type BodyName = keyof typeof BODIES;

const uri = (name: string): string => `#/components/schemas/${name}`;

/** A reference to a named schema. */
export const schemaOf = (name: AnswerName | BodyName): { $ref: string } => ({ $ref: uri(name) });

function named(schemas: Record<string, z.ZodType>, io: 'input' | 'output'): Record<string, object> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const made = z.toJSONSchema(registry, {
    io,
    uri,
    override: ({ jsonSchema }) => {
      // Answers may grow: a client that refuses what it does not know would break by it.
      if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return Object.fromEntries(
    Object.entries(made.schemas).map(([name, { $schema: _dialect, $id: _own, ...schema }]) => [name, schema]),
  );
}

/** All named schemas as OpenAPI 3.1 has them. */
export const componentSchemas = (): Record<string, object> => ({
  ...named(ANSWERS, 'output'),
  ...named(BODIES, 'input'),
});
