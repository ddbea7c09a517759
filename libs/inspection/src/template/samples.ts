import type { TemplateSubject } from './variables';

const full: TemplateSubject = {
  file: {
    path: 'day 1/IMG_0001.JPG',
    size: 4_200_000,
    modifiedAt: '2024-02-29T03:40:00.000Z',
    facts: {
      mediaType: 'image/jpeg',
      extension: 'jpg',
      width: 6000,
      height: 4000,
      orientation: 1,
      camera: { make: 'FUJIFILM', model: 'X-T5', lens: 'XF33mmF1.4', serial: '12345678', software: 'X-T5 Ver2.00' },
      captured: { local: '2024-02-29T12:34:56.007', offset: '+09:00', source: 'EXIF:DateTimeOriginal' },
      location: { latitude: 35.68, longitude: 139.76, altitude: 40, source: 'EXIF:GPS' },
      durationSeconds: 1.5,
      reader: 'exifr',
      problems: [],
    },
  },
  inspection: {
    verdict: 'fail',
    findings: [{ code: 'too-small', severity: 'must', message: 'The file is too small.', fix: 'Export it again.' }],
  },
  profile: { name: 'sample', version: '1' },
};

const bare: TemplateSubject = {
  ...full,
  file: {
    path: 'README',
    size: 0,
    modifiedAt: '2024-02-29T03:40:00.000Z',
    facts: { mediaType: 'application/octet-stream', extension: '', reader: 'none', problems: [] },
  },
  inspection: { verdict: 'pass', findings: [] },
};

/** What templates are tried with when a profile is loaded: a file with every fact, and one with none. */
export const SAMPLES: readonly TemplateSubject[] = [full, bare];
