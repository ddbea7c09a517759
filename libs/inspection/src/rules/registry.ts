import { z } from 'zod';
import { allOf } from './all-of';
import { anyOf } from './any-of';
import { aspectRatio } from './aspect-ratio';
import { camera } from './camera';
import { capturedBetween } from './captured-between';
import { complete } from './complete';
import { decodes } from './decodes';
import { digest } from './digest';
import { dimensions } from './dimensions';
import { extensionAgrees } from './extension-agrees';
import { factsSchema } from './facts-schema';
import { location } from './location';
import { mediaType } from './media-type';
import { megapixels } from './megapixels';
import { namePattern } from './name-pattern';
import { not } from './not';
import { path } from './path';
import { readableMetadata } from './readable-metadata';
import { requiredFacts } from './required-facts';
import type { InnerRule, RuleKind } from './rule-kind';
import { innerRuleSchema } from './rule-schema';
import { size } from './size';
import { uniqueContent } from './unique-content';

/** Any rule, inside another one. Looked up late, since the kinds that combine rules are among the kinds themselves. */
const innerRule: z.ZodType<InnerRule> = z.lazy(() => innerRules);

/** Every kind of rule, in the order of the documentation. A new kind is a file, its spec and a line here. */
export const RULE_KINDS: readonly RuleKind[] = [
  mediaType,
  extensionAgrees,
  size,
  dimensions,
  megapixels,
  aspectRatio,
  requiredFacts,
  capturedBetween,
  location,
  camera,
  namePattern,
  path,
  readableMetadata,
  complete,
  decodes,
  digest,
  uniqueContent,
  factsSchema,
  anyOf(innerRule),
  allOf(innerRule),
  not(innerRule),
];

const innerRules = innerRuleSchema(RULE_KINDS);

const byKind = new Map(RULE_KINDS.map((kind) => [kind.kind, kind]));

export function ruleKindOf(kind: string): RuleKind | undefined {
  return byKind.get(kind);
}
