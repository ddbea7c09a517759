import { z } from 'zod';
import { facts, finding, verdict } from '../scans/file-schemas';
import { path, profileName, time } from '../scans/scan-schemas';

export const inspectionBody = z.strictObject(
  {
    path: path.meta({ description: 'A file: absolute, or relative to the first root.' }),
    profile: profileName.meta({ description: 'Name of an inspection profile.' }),
  },
  { error: 'must be a JSON object' },
);

export const inspection = z
  .object({
    path: z.string().meta({ description: 'Absolute.' }),
    profile: z.object({ name: z.string(), version: z.string(), digest: z.string() }),
    size: z.int(),
    modifiedAt: time,
    facts,
    verdict,
    findings: z.array(finding),
    disposition: z
      .union([
        z.object({
          action: z.enum(['accept', 'quarantine']),
          to: z.string().meta({ description: 'Relative to the accept or quarantine folder of a scan.' }),
          onConflict: z.enum(['fail', 'number']),
        }),
        z.object({ action: z.literal('leave'), reason: z.string() }),
      ])
      .meta({ description: 'What would be done with the file.' }),
  })
  .meta({
    examples: [
      {
        path: '/srv/photos/incoming/2024-05-02/IMG_0017.jpg',
        profile: { name: 'photos', version: '1.0', digest: `sha256:${'3f'.repeat(32)}` },
        size: 28114,
        modifiedAt: '2024-05-02T17:41:09.000Z',
        facts: {
          mediaType: 'image/jpeg',
          extension: 'jpg',
          width: 640,
          height: 480,
          camera: { make: 'Canon', model: 'EOS R5' },
          captured: { local: '2024-05-02T17:41:08', offset: '+02:00', source: 'EXIF:DateTimeOriginal' },
          reader: 'exifr',
          problems: [],
        },
        verdict: 'pass',
        findings: [],
        disposition: { action: 'accept', to: '2024/05/02/IMG_0017.jpg', onConflict: 'number' },
      },
    ],
  });
export type InspectionJson = z.output<typeof inspection>;
