import type { Disposition } from '../disposition';
import type { CopyPlace, FactGroup, InspectedFile } from '../facts';
import type { Finding, Inspection } from '../finding';
import { ruleKindOf } from '../rules/registry';
import type { Check, InnerRule, Observation, RuleDefinition, RuleKind } from '../rules/rule-kind';
import { compileTemplate, type Template } from '../template/compile-template';
import { type ProfileDefinition, profileDefinitionSchema } from './profile-schema';

/** A profile ready to judge any number of files. Everything it does is pure. */
export interface Profile {
  readonly definition: ProfileDefinition;
  /** The groups of facts that its rules and templates read; no other need be read of a file. */
  readonly needs: ReadonlySet<FactGroup>;
  /** Where each file is to be compared with others by its bytes, for {@link InspectedFile.copyOf}; mostly nowhere. */
  readonly compares: ReadonlySet<CopyPlace>;
  /** Checks a file against every rule. All findings are given, in the order of the rules. */
  inspect(file: InspectedFile): Inspection;
  /** What is to be done with the file by that inspection. */
  dispose(file: InspectedFile, inspection: Inspection): Disposition;
}

/** The reason of a file that a profile leaves where it is. */
export const LEFT_BY_PROFILE = 'left-by-profile';

/** A definition that no profile of this version has. Made by {@link parseProfile}, none is refused. */
export class ProfileDefinitionError extends Error {
  override readonly name = 'ProfileDefinitionError';
}

type Inspect = (file: InspectedFile, findings: Finding[]) => void;

function kindOf(rule: InnerRule): RuleKind {
  const kind = ruleKindOf(rule.rule);
  if (kind === undefined) throw new ProfileDefinitionError(`There is no rule ${JSON.stringify(rule.rule)}`);
  return kind;
}

/** The rule with all that stand inside it, to any depth. */
function withInner(rule: InnerRule): InnerRule[] {
  return [rule, ...(kindOf(rule).inner?.(rule) ?? []).flatMap(withInner)];
}

/** Observations of a rule inside another one carry its own words, since the outer rule may pass them on. */
function compileInner(rule: InnerRule): Check {
  const kind = kindOf(rule);
  const check = kind.compile(rule, compileInner);
  const own = (observation: Observation): Observation => ({
    ...observation,
    code: rule.code ?? observation.code,
    fix: rule.fix ?? observation.fix ?? kind.fix,
  });
  return (file) => {
    const observed = check(file);
    if (observed === undefined) return undefined;
    return 'code' in observed ? own(observed) : observed.map(own);
  };
}

function compileRule(rule: RuleDefinition): Inspect {
  const kind = kindOf(rule);
  const check = kind.compile(rule, compileInner);
  const finding = (observation: Observation): Finding => {
    const { value } = observation;
    return {
      code: rule.code ?? observation.code,
      severity: rule.severity,
      message: observation.message,
      fix: rule.fix ?? observation.fix ?? kind.fix,
      ...(value === undefined ? {} : { value }),
    };
  };
  return (file, findings) => {
    const observed = check(file);
    if (observed === undefined) return;
    if ('code' in observed) findings.push(finding(observed));
    else for (const observation of observed) findings.push(finding(observation));
  };
}

function templateOf(source: string): Template {
  const result = compileTemplate(source);
  if (result.ok) return result.template;
  const said = result.problems.map(({ message }) => message).join('; ');
  throw new ProfileDefinitionError(`The template ${JSON.stringify(source)} cannot be used: ${said}`);
}

/**
 * Prepares a definition as {@link parseProfile} gives it, or as it was stored with a scan. Throws
 * {@link ProfileDefinitionError} for one that this version cannot use.
 */
export function compileProfile(definition: ProfileDefinition): Profile {
  const parsed = profileDefinitionSchema.safeParse(definition);
  if (!parsed.success) {
    const said = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    throw new ProfileDefinitionError(`The definition of the profile cannot be used: ${said}`);
  }
  const { name, version, rules, accept, reject } = parsed.data;
  const compiled = rules.map(compileRule);
  const toAccepted = templateOf(accept.to);
  const toRejected = templateOf(reject.to);
  const profile = { name, version };
  const needs = new Set<FactGroup>(['signature']);
  const compares = new Set<CopyPlace>();
  for (const rule of rules.flatMap(withInner)) {
    const kind = kindOf(rule);
    for (const group of kind.needs(rule)) needs.add(group);
    for (const place of kind.compares?.(rule) ?? []) compares.add(place);
  }
  for (const group of toAccepted.needs) needs.add(group);
  if (reject.disposition === 'quarantine') for (const group of toRejected.needs) needs.add(group);
  return {
    definition: parsed.data,
    needs,
    compares,
    inspect(file) {
      const findings: Finding[] = [];
      for (const inspectRule of compiled) inspectRule(file, findings);
      return { findings, verdict: findings.some(({ severity }) => severity === 'must') ? 'fail' : 'pass' };
    },
    dispose(file, inspection) {
      if (inspection.verdict === 'fail' && reject.disposition === 'leave')
        return { action: 'leave', reason: LEFT_BY_PROFILE };
      const subject = { file, inspection, profile };
      return inspection.verdict === 'pass'
        ? { action: 'accept', to: toAccepted.render(subject), onConflict: accept.onConflict }
        : { action: 'quarantine', to: toRejected.render(subject), onConflict: reject.onConflict };
    },
  };
}
