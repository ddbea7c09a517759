/**
 * What is to be done with an inspected file. `to` is relative to the scan's accept or quarantine folder,
 * `/`-separated, free of `.`, `..`, empty and NUL segments, as {@link decodePath} writes names.
 */
export type Disposition =
  { action: 'accept' | 'quarantine'; to: string; onConflict: 'fail' | 'number' } | { action: 'leave'; reason: string };
