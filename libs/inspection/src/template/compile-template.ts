import type { FactGroup } from '../facts';
import { checkTemplate, type ParsedTemplate, type TemplateProblem } from './check-template';
import { destination } from './destination';
import { liquid } from './liquid';
import { SAMPLES } from './samples';
import { type TemplateSubject, VARIABLES } from './variables';

/** A destination's template, ready for any number of files. */
export interface Template {
  needs: ReadonlySet<FactGroup>;
  /** A clean relative path as {@link destination} promises, for any file. Pure. */
  render(subject: TemplateSubject): string;
}

export type TemplateResult = { ok: true; template: Template } | { ok: false; problems: TemplateProblem[] };

/** The default template, which most profiles use: it needs no engine. */
const PATH_ALONE = /^\s*\{\{\s*path\s*\}\}\s*$/;

type Scope = Record<string, unknown>;

/** Only what the template reads is looked up; what is missing is there as null, so that conditions and `default` see it. */
function scopeOf(variables: readonly string[]): (subject: TemplateSubject) => Scope {
  const used = variables.flatMap((name) => {
    const variable = VARIABLES[name];
    return variable === undefined ? [] : [{ group: name.split('.'), variable }];
  });
  return (subject) => {
    const scope: Scope = {};
    for (const { group, variable } of used) {
      const [first = '', second] = group;
      if (second === undefined) scope[first] = variable.value(subject);
      else ((scope[first] ??= {}) as Scope)[second] = variable.value(subject);
    }
    return scope;
  };
}

function prepared({ nodes, variables }: ParsedTemplate, source: string): Template {
  const scope = scopeOf(variables);
  const render = PATH_ALONE.test(source)
    ? (subject: TemplateSubject) => subject.file.path
    : (subject: TemplateSubject) => liquid.renderSync(nodes, scope(subject)) as string;
  return {
    needs: new Set(variables.flatMap((name) => VARIABLES[name]?.needs ?? [])),
    render: (subject) => destination(render(subject)),
  };
}

/** Parses a template, checks every name in it, and renders it on trial for a file with all facts and for one with none. */
export function compileTemplate(source: string): TemplateResult {
  const { parsed, problems } = checkTemplate(source);
  if (problems.length > 0) return { ok: false, problems };
  for (const sample of SAMPLES) {
    try {
      const text = liquid.renderSync(parsed.nodes, scopeOf(parsed.variables)(sample)) as string;
      const climbs = text.split('/').includes('..');
      if (!climbs) continue;
      const message = `the destination ${JSON.stringify(text)} leaves its folder`;
      return { ok: false, problems: [{ message, fix: 'Remove `..` from the template.', row: 0 }] };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const message = `the template fails on trial: ${error.message}`;
      return {
        ok: false,
        problems: [{ message, fix: 'Mend it; the trial is made with all facts and with none.', row: 0 }],
      };
    }
  }
  return { ok: true, template: prepared(parsed, source) };
}
