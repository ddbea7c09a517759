import { capturedBetween } from './captured-between';
import { dimensions } from './dimensions';
import { extensionAgrees } from './extension-agrees';
import { mediaType } from './media-type';
import { namePattern } from './name-pattern';
import { readableMetadata } from './readable-metadata';
import { requiredFacts } from './required-facts';
import type { RuleKind } from './rule-kind';
import { size } from './size';

/** Every kind of rule, in the order of the documentation. A new kind is a file, its spec and a line here. */
export const RULE_KINDS: readonly RuleKind[] = [
  mediaType,
  extensionAgrees,
  size,
  dimensions,
  requiredFacts,
  capturedBetween,
  namePattern,
  readableMetadata,
];

const byKind = new Map(RULE_KINDS.map((kind) => [kind.kind, kind]));

export function ruleKindOf(kind: string): RuleKind | undefined {
  return byKind.get(kind);
}
