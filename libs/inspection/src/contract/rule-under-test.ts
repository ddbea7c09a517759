import type { FileFacts, InspectedFile } from '../facts';
import type { Finding } from '../finding';
import { compileProfile, type Profile } from '../profile/compile-profile';
import { parseProfile } from '../profile/parse-profile';
import { problemLine } from '../profile/problem';

/** For specs: a file with the given facts and nothing else known of it. */
export function fileWith(
  facts: Partial<FileFacts> = {},
  rest: Partial<Omit<InspectedFile, 'facts'>> = {},
): InspectedFile {
  return {
    path: 'day 1/IMG_0001.jpg',
    size: 4_000_000,
    modifiedAt: '2024-03-01T00:00:00.000Z',
    ...rest,
    facts: { mediaType: 'image/jpeg', extension: 'jpg', reader: 'exifr', problems: [], ...facts },
  };
}

/** For specs: the profile of this one rule, in YAML's flow form. Throws what the profile's author would be told. */
export function profileOf(rule: string): Profile {
  const result = parseProfile({ file: 'x.yaml', text: `name: x\nversion: "1"\nrules:\n  - ${rule}\n` });
  if (!result.ok) throw new Error(result.problems.map(problemLine).join('\n'));
  return compileProfile(result.definition);
}

/** For specs: the findings of one rule about one file. */
export function findingsOf(rule: string, file: InspectedFile): Finding[] {
  return profileOf(rule).inspect(file).findings;
}

/** For specs: the codes of the findings, in order. */
export function codesOf(rule: string, file: InspectedFile): string[] {
  return findingsOf(rule, file).map(({ code }) => code);
}
