import { z } from 'zod';
import type { FactGroup, FileFacts } from '../facts';
import { ruleKind } from './rule-kind';

interface KnownFact {
  words: string;
  needs: FactGroup;
  read: (facts: FileFacts) => unknown;
}

/** The facts that a file may have or lack, by the names that the API gives them. */
const FACTS = {
  width: { words: 'a width', needs: 'dimensions', read: (facts) => facts.width },
  height: { words: 'a height', needs: 'dimensions', read: (facts) => facts.height },
  orientation: { words: 'an orientation', needs: 'metadata', read: (facts) => facts.orientation },
  'camera.make': { words: 'a camera make', needs: 'metadata', read: (facts) => facts.camera?.make },
  'camera.model': { words: 'a camera model', needs: 'metadata', read: (facts) => facts.camera?.model },
  'camera.lens': { words: 'a lens', needs: 'metadata', read: (facts) => facts.camera?.lens },
  'camera.serial': { words: 'a serial number', needs: 'metadata', read: (facts) => facts.camera?.serial },
  'camera.software': { words: 'a software', needs: 'metadata', read: (facts) => facts.camera?.software },
  captured: { words: 'a capture time', needs: 'metadata', read: (facts) => facts.captured },
  'captured.offset': {
    words: 'a capture time with its time zone',
    needs: 'metadata',
    read: (facts) => facts.captured?.offset,
  },
  location: { words: 'a location', needs: 'metadata', read: (facts) => facts.location },
  'location.altitude': { words: 'an altitude', needs: 'metadata', read: (facts) => facts.location?.altitude },
  codec: { words: 'a video codec', needs: 'dimensions', read: (facts) => facts.codec },
  rating: { words: 'a rating', needs: 'description', read: (facts) => facts.rating },
  title: { words: 'a title', needs: 'description', read: (facts) => facts.title },
  creator: { words: 'a creator', needs: 'description', read: (facts) => facts.creator },
  copyright: { words: 'a copyright notice', needs: 'description', read: (facts) => facts.copyright },
  durationSeconds: { words: 'a duration', needs: 'metadata', read: (facts) => facts.durationSeconds },
} as const satisfies Record<string, KnownFact>;

type FactName = keyof typeof FACTS;

export const requiredFacts = ruleKind({
  kind: 'required-facts',
  summary: 'The file says what must be known of it, such as its camera, its capture time or its location.',
  codes: { 'fact-missing': 'A required fact is not in the file; one finding for each.' },
  fix: 'Deliver the original, or export it with its metadata: many programs remove them unless told otherwise.',
  parameters: {
    facts: z
      .array(z.enum(Object.keys(FACTS) as [FactName, ...FactName[]]))
      .min(1)
      .meta({ description: 'Facts that must be known.' }),
  },
  example: 'rule: required-facts\nfacts: [camera.make, camera.model, captured]\n',
  needs: ({ facts }) => [...new Set(facts.map((fact) => FACTS[fact].needs))],
  compile({ facts }) {
    const required = [...new Set(facts)].map((name) => ({ name, ...(FACTS[name] as KnownFact) }));
    return (file) => {
      const missing = required.filter(({ read }) => {
        const value = read(file.facts);
        return value === undefined || value === null || value === '';
      });
      if (missing.length === 0) return undefined;
      return missing.map(({ name, words }) => ({
        code: 'fact-missing',
        message: `The file has no ${words.replace(/^an? /, '')} (${name}).`,
        value: name,
      }));
    };
  },
});
