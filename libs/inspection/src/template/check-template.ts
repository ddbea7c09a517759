import { type Template as Node, TypeGuards, Value } from 'liquidjs';
import { nearest } from '../nearest';
import { quoted } from '../shown';
import { FILTERS } from './filters';
import { liquid, TAGS } from './liquid';
import { VARIABLES } from './variables';

/** Why a template cannot be used. */
export interface TemplateProblem {
  message: string;
  fix: string;
  /** Line inside the template, from 0. */
  row: number;
}

/** A template that can be used, with the names of {@link VARIABLES} that it reads. */
export interface ParsedTemplate {
  nodes: Node[];
  variables: string[];
}

const FILTER_TAKES: Readonly<Record<string, readonly [number, number]>> = {
  default: [1, 1],
  ...Object.fromEntries(Object.entries(FILTERS).map(([name, { takes }]) => [name, takes])),
};
const KEEPS_NAME = ['path', 'name', 'stem', 'suffix', 'extension'];

function unknownFilter(name: string, row: number): TemplateProblem {
  const known = Object.keys(FILTER_TAKES);
  const meant = nearest(name, known);
  const hint = meant === undefined ? '' : `Did you mean \`${meant}\`? `;
  return { message: `there is no filter \`${name}\``, fix: `${hint}Filters: ${known.join(', ')}.`, row };
}

function parseProblem(error: unknown): TemplateProblem {
  if (!(error instanceof Error)) throw error;
  const row = Number(/, line:(\d+)/.exec(error.message)?.[1] ?? 1) - 1;
  const message = error.message.replace(/(, (file|line|col):[^,]+)+$/, '');
  const tag = /^tag "([^"]*)" not found/.exec(message)?.[1];
  if (tag !== undefined)
    return {
      message: `there is no tag \`${tag}\``,
      fix: `A destination can use the tags ${TAGS.slice(0, -1).join(', ')}; it needs no other.`,
      row,
    };
  return {
    message: `the template cannot be read: ${message}`,
    fix: 'Mend it; a fact is written as {{ camera.make }}.',
    row,
  };
}

/** Calls for every expression of the template, in conditions and in branches that no trial would reach too. */
function eachValue(nodes: Iterable<Node>, visit: (value: Value, row: number) => void): void {
  for (const node of nodes) {
    const [line = 1] = node.token.getPosition();
    for (const argument of node.arguments?.() ?? []) if (argument instanceof Value) visit(argument, line - 1);
    const children = node.children?.(false, true);
    if (children === undefined) continue;
    for (let next = children.next(); ; next = children.next()) {
      if (next.done !== true) continue;
      eachValue(next.value, visit);
      break;
    }
  }
}

function expressionProblems(nodes: Node[]): TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  eachValue(nodes, (value, row) => {
    const tokens = [...value.initial.postfix, ...value.filters.flatMap(({ args }) => args.flat())];
    if (tokens.some((token) => TypeGuards.isRangeToken(token)))
      problems.push({ message: 'a range such as (1..9) is of no use in a path', fix: 'Remove it.', row });
    for (const { name, args } of value.filters) {
      const takes = FILTER_TAKES[name];
      if (takes === undefined) {
        // The engine appends its own last step, whose name is no identifier.
        if (/^\w+$/.test(name)) problems.push(unknownFilter(name, row));
        continue;
      }
      const [least, most] = takes;
      if (args.length >= least && args.length <= most && !args.some((argument) => Array.isArray(argument))) continue;
      const wanted =
        most === 0
          ? 'takes no value'
          : `takes ${least === most ? least : `${least} to ${most}`} plain value${most === 1 ? '' : 's'}`;
      const example = most === 0 ? `| ${name}` : name === 'replace' ? "| replace: ' ', '-'" : `| ${name}: …`;
      problems.push({ message: `the filter \`${name}\` ${wanted}`, fix: `Write \`${example}\`.`, row });
    }
  });
  return problems;
}

function unknownFact(name: string, row: number): TemplateProblem {
  const members = Object.keys(VARIABLES).filter((known) => known.startsWith(`${name}.`));
  if (members.length > 0)
    return { message: `\`${name}\` is a group of facts, not one`, fix: `Take one of ${members.join(', ')}.`, row };
  const meant = nearest(name, Object.keys(VARIABLES));
  const all = Object.keys(VARIABLES).join(', ');
  return {
    message: `there is no fact ${quoted(name).replaceAll('"', '`')}`,
    fix: meant === undefined ? `Facts: ${all}.` : `Did you mean \`${meant}\`?`,
    row,
  };
}

/** Parses and checks a template without rendering it. All problems are given that can be found at once. */
export function checkTemplate(source: string): { parsed: ParsedTemplate; problems: TemplateProblem[] } {
  let nodes: Node[];
  try {
    nodes = liquid.parse(source.trim());
  } catch (error) {
    return { parsed: { nodes: [], variables: [] }, problems: [parseProblem(error)] };
  }
  const problems = expressionProblems(nodes);
  const variables: string[] = [];
  for (const group of Object.values(liquid.analyzeSync(nodes, { partials: false }).globals)) {
    for (const { segments, location } of group) {
      const name = segments.every((segment) => typeof segment === 'string') ? segments.join('.') : String(segments[0]);
      if (Object.hasOwn(VARIABLES, name)) variables.push(name);
      else problems.push(unknownFact(name, location.row - 1));
    }
  }
  if (/^\s*[/\\]/.test(source))
    problems.push({
      message: 'a destination is relative to its folder and cannot begin with a slash',
      fix: 'Remove the slash; the folder itself is chosen by the scan.',
      row: 0,
    });
  if (/\/\s*$/.test(source))
    problems.push({
      message: 'the destination ends in a folder and has no file name',
      fix: 'Add {{ name }} at its end.',
      row: 0,
    });
  const literal = source.trim().replace(/\{\{.*?\}\}|\{%.*?%\}/gs, 'x');
  if (/[\r\n\t]|\s\/|\/\s/.test(literal))
    problems.push({
      message: 'the destination has a line break, or a blank beside a slash',
      fix: 'Write the whole template on one line; YAML makes a blank of each line break.',
      row: 0,
    });
  if (problems.length === 0 && !KEEPS_NAME.some((name) => variables.includes(name)))
    problems.push({
      message: "nothing of the file's name is in the destination, so that its extension would be lost",
      fix: 'End it with /{{ name }}, or with {{ suffix }} where you make a new name.',
      row: 0,
    });
  return { parsed: { nodes, variables: [...new Set(variables)] }, problems };
}
