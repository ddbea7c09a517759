import { globProblem } from './glob-problem';
import { compileTemplate } from '../template/compile-template';
import { type Explained, explainIssue } from './explain-issue';
import type { ProfileProblem } from './problem';
import { type ProfileDefinition, profileDefinitionSchema } from './profile-schema';
import type * as Yaml from './yaml-source';

/** Loaded with the first text: a scan thread compiles what was parsed elsewhere, and reads no YAML. */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- as said
const yaml = (): typeof Yaml => require('./yaml-source') as typeof Yaml;

export type ProfileResult = { ok: true; definition: ProfileDefinition } | { ok: false; problems: ProfileProblem[] };

export interface ProfileText {
  /** The name of the file, with or without folders before it; it stands in the problems and gives the profile's name. */
  file: string;
  text: string;
}

/** The name that a profile of this file must have: the file's name without folders and `.yaml` or `.yml`. */
export function profileNameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1).replace(/\.ya?ml$/, '');
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Rendered and matched later, but checked now. Works on what is there, so that it finds its problems beside all others. */
function senseProblems(
  value: unknown,
  expectedName: string,
  source: Yaml.YamlSource,
): (Explained & { row?: number })[] {
  if (!isRecord(value)) return [];
  const problems: (Explained & { row?: number })[] = [];
  if (typeof value['name'] === 'string' && value['name'] !== expectedName)
    problems.push({
      path: ['name'],
      message: `\`name\` is ${JSON.stringify(value['name'])}, and the file is called ${JSON.stringify(expectedName)}`,
      fix: `Write \`name: ${expectedName}\`, or rename the file.`,
    });
  for (const list of ['include', 'exclude']) {
    const globs: unknown = value[list];
    if (!Array.isArray(globs)) continue;
    globs.forEach((glob, at) => {
      const problem = typeof glob === 'string' ? globProblem(glob) : undefined;
      if (problem !== undefined) problems.push({ path: [list, at], ...problem });
    });
  }
  for (const end of ['accept', 'reject']) {
    const to: unknown = isRecord(value[end]) ? value[end]['to'] : undefined;
    if (typeof to !== 'string' || to === '' || to.length > 2000) continue;
    const result = compileTemplate(to);
    if (result.ok) continue;
    for (const { message, fix, row } of result.problems) {
      const path = [end, 'to'];
      problems.push({ path, message: `\`${end}.to\`: ${message}`, fix, row: source.rowsBelow(path, row) });
    }
  }
  return problems;
}

/**
 * Reads a profile's YAML and checks all of it: form, sense of the parameters, templates by a trial. All problems are
 * given, in the order of the text. The definition has every default filled in and is plain JSON. Pure.
 */
export function parseProfile({ file, text }: ProfileText): ProfileResult {
  const read = yaml().readYaml(text);
  if ('problems' in read) return { ok: false, problems: read.problems.map((problem) => ({ file, ...problem })) };
  const { source } = read;
  const parsed = profileDefinitionSchema.safeParse(source.value);
  const found = parsed.error?.issues ?? [];
  // What is of another type has no length or bound of its own.
  const mistyped = new Set(found.filter(({ code }) => code === 'invalid_type').map(({ path }) => path.join('/')));
  const issues = found
    .filter(({ code, path }) => code === 'invalid_type' || !mistyped.has(path.join('/')))
    .flatMap((issue) => explainIssue(issue, source));
  // A misspelt key explains why the rule that has it seems to lack one.
  const misspelt = new Set(issues.filter(({ key }) => key !== undefined).map(({ path }) => path.join('/')));
  const explained = [
    ...issues.filter(({ path, key }) => key !== undefined || !misspelt.has(path.join('/'))),
    ...senseProblems(source.value, profileNameOf(file), source),
  ];
  if (parsed.success && explained.length === 0) return { ok: true, definition: parsed.data };
  const problems = explained.map(({ path, key, message, fix, ...rest }): ProfileProblem => {
    const place = key === undefined ? source.locate(path) : source.locateKey(path, key);
    const row = 'row' in rest && typeof rest.row === 'number' ? rest.row : 0;
    return { file, line: place.line + row, column: row > 0 ? 1 : place.column, message, fix };
  });
  problems.sort((one, other) => one.line - other.line || one.column - other.column);
  return { ok: false, problems };
}
