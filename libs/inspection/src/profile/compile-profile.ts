import type { Disposition } from '../disposition';
import type { FactGroup, InspectedFile } from '../facts';
import type { Finding, Inspection } from '../finding';
import { ruleKindOf } from '../rules/registry';
import type { Check, Observation, RuleDefinition } from '../rules/rule-kind';
import { compileTemplate, type Template } from '../template/compile-template';
import { type ProfileDefinition, profileDefinitionSchema } from './profile-schema';

/** A profile ready to judge any number of files. Everything it does is pure. */
export interface Profile {
  readonly definition: ProfileDefinition;
  /** The groups of facts that its rules and templates read; no other need be read of a file. */
  readonly needs: ReadonlySet<FactGroup>;
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

interface CompiledRule {
  needs: readonly FactGroup[];
  inspect(file: InspectedFile, findings: Finding[]): void;
}

function compileCheck(rule: RuleDefinition): { check: Check; needs: readonly FactGroup[]; fix: string } {
  const kind = ruleKindOf(rule.rule);
  if (kind === undefined) throw new ProfileDefinitionError(`There is no rule ${JSON.stringify(rule.rule)}`);
  return {
    check: kind.compile(rule, (inner) => compileCheck(inner).check),
    needs: kind.needs(rule),
    fix: rule.fix ?? kind.fix,
  };
}

function compileRule(rule: RuleDefinition): CompiledRule {
  const { check, needs, fix } = compileCheck(rule);
  const finding = (observation: Observation): Finding => {
    const { value } = observation;
    return {
      code: rule.code ?? observation.code,
      severity: rule.severity,
      message: observation.message,
      fix: rule.fix ?? observation.fix ?? fix,
      ...(value === undefined ? {} : { value }),
    };
  };
  return {
    needs,
    inspect(file, findings) {
      const observed = check(file);
      if (observed === undefined) return;
      if ('code' in observed) findings.push(finding(observed));
      else for (const observation of observed) findings.push(finding(observation));
    },
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
  for (const rule of compiled) for (const group of rule.needs) needs.add(group);
  for (const group of toAccepted.needs) needs.add(group);
  if (reject.disposition === 'quarantine') for (const group of toRejected.needs) needs.add(group);
  return {
    definition: parsed.data,
    needs,
    inspect(file) {
      const findings: Finding[] = [];
      for (const rule of compiled) rule.inspect(file, findings);
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
