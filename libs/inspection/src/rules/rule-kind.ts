import { type z } from 'zod';
import type { CopyPlace, FactGroup, InspectedFile } from '../facts';

/** What a check saw in one file. The profile adds severity and may replace `code` and `fix`. */
export interface Observation {
  /** One of the kind's {@link RuleKind.codes}. */
  code: string;
  message: string;
  /** Only where this observation needs another mend than the kind's own. */
  fix?: string;
  value?: string | number | boolean | null;
}

/** Pure, and silent (undefined) where the file is as the rule wants it. Every observation is given, not only the first. */
export type Check = (file: InspectedFile) => Observation | readonly Observation[] | undefined;

/** A rule inside another one, as plain JSON. What is not named here are the parameters of its kind. */
export interface InnerRule {
  rule: string;
  code?: string | undefined;
  fix?: string | undefined;
  [parameter: string]: unknown;
}

/** A rule as it stands in the list of a profile. */
export interface RuleDefinition extends InnerRule {
  severity: 'must' | 'should';
}

/** Makes a check of a rule that stands inside another one. Its observations have their own codes, and always a `fix`. */
export type CompileCheck = (definition: InnerRule) => Check;

/** The parameters of a kind, each with a description: the schema, the documentation and the types are made from them. */
export type Parameters = Record<string, z.ZodType>;

/** One kind of rule. The registry of kinds is data; the schema, the checks of a profile and the documentation come from it. */
export interface RuleKind<Shape extends Parameters = Parameters> {
  /** Kebab-case; what stands after `rule:` in a profile. */
  kind: string;
  /** One sentence that says what it asks of a file. */
  summary: string;
  /** Stable codes of its findings, each with what it means. */
  codes: Readonly<Record<string, string>>;
  /** What would mend a file, for the one who delivered it. A profile may say it in its own words. */
  fix: string;
  parameters: Shape;
  /** A rule as it may stand in a profile, in YAML. It is checked by the tests and shown in the documentation. */
  example: string;
  /**
   * The facts that the check reads with these parameters, beside the media type and extension that are always read. Those
   * of {@link RuleKind.inner} rules are added.
   */
  needs(parameters: ParametersOf<Shape>): readonly FactGroup[];
  /** Where the file is compared with others; nowhere where the kind does not say. Those of inner rules are added. */
  compares?(parameters: ParametersOf<Shape>): readonly CopyPlace[];
  /** The rules that stand inside one with these parameters, for kinds that combine rules. */
  inner?(parameters: ParametersOf<Shape>): readonly InnerRule[];
  /** Finds what is valid by its form and makes no sense, such as a minimum above its maximum. */
  sense?(parameters: ParametersOf<Shape>): readonly Nonsense[];
  /** Everything that can be prepared once is prepared here; the check runs for every file. */
  compile(parameters: ParametersOf<Shape>, compileCheck: CompileCheck): Check;
}

export type ParametersOf<Shape extends Parameters> = z.output<z.ZodObject<Shape, z.core.$strict>>;

/** A parameter that is valid by its form and makes no sense. */
export interface Nonsense {
  /** Where, inside the rule. */
  path: readonly (string | number)[];
  message: string;
  fix: string;
}

/** Types a kind by its own parameters and stores it as one of many. */
export function ruleKind<const Shape extends Parameters>(kind: RuleKind<Shape>): RuleKind {
  // The registry calls `compile` with parameters that the kind's own schema has parsed, so the wider type is safe.
  return kind;
}
