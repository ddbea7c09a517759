/*
 * How much is measured. Both plans measure the same things in the same way; the quick one with fewer files, and leaves out what
 * needs very many.
 */

export const QUICK = {
  name: 'quick',
  rounds: 3,
  photos: 15_000,
  warmUp: 2_000,
  naivePhotos: 3_000,
  exiftoolPhotos: 300,
  bullmqConcurrencies: [300],
  originalPhotos: null,
  probeSeconds: 5,
  withoutRealTime: null,
  scanRequests: { count: 60, wide: 10_000 },
  memory: null,
  reading: { few: 10_000, many: 100_000 },
  pages: { few: 1_000, many: 20_000 },
  wideFolder: { entries: 10_000, folders: 100, rounds: 3 },
  large: null,
  subscriberStarts: 1,
};

export const WHOLE = {
  name: 'whole',
  rounds: 3,
  photos: 100_000,
  warmUp: 2_000,
  naivePhotos: 20_000,
  exiftoolPhotos: 2_000,
  bullmqConcurrencies: [100, 300, 600],
  originalPhotos: 280_000,
  probeSeconds: 15,
  withoutRealTime: 3,
  scanRequests: { count: 200, wide: 300_000 },
  memory: { few: 10_000, many: 1_000_000 },
  reading: { few: 10_000, many: 1_000_000 },
  pages: { few: 1_000, many: 1_000_000 },
  wideFolder: { entries: 300_000, folders: 1_000, rounds: 3 },
  large: { files: 64, bytes: 64 << 20 },
  subscriberStarts: 3,
};
