import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseAllDocuments,
  type YAMLError,
} from 'yaml';

export type YamlPath = readonly (string | number)[];

export interface Place {
  line: number;
  column: number;
}

/** A problem of YAML itself, before anything is known of profiles. */
export interface YamlProblem extends Place {
  message: string;
  fix: string;
}

const LONGEST = 256 * 1024;
const MOST_ALIASES = 100;

/** Rules inside rules, with a GeoJSON or a JSON Schema in them, need no more; whatever reads a profile may recurse so far. */
const DEEPEST = 50;

/** A profile's text as values, each of which can be found again in the text. */
export interface YamlSource {
  value: unknown;
  /** Where the value stands; for what is absent, where its nearest container begins. */
  locate(path: YamlPath): Place;
  /** Where a key of the map at `path` stands. */
  locateKey(path: YamlPath, key: string): Place;
  /** A plain value as it is written (`1.10`, not 1.1); undefined for lists, maps and what is absent. */
  textAt(path: YamlPath): string | undefined;
  /** How many lines below the place of a text its line `row` (from 0) stands; 0 where the text does not keep its lines. */
  rowsBelow(path: YamlPath, row: number): number;
}

const START: Place = { line: 1, column: 1 };

const TOO_DEEP: YamlProblem = {
  ...START,
  message: 'the file is nested too deeply',
  fix: 'Write it with fewer rules inside rules.',
};

const MENDS: Partial<Record<YAMLError['code'], string>> = {
  DUPLICATE_KEY: 'Remove one of the two; a list takes several values.',
  TAB_AS_INDENT: 'Indent with blanks.',
  TAG_RESOLVE_FAILED: 'Remove the tag; a profile holds only text, numbers, lists and maps.',
  BAD_ALIAS: 'Write the value out, or define its anchor (&name) above.',
  NON_STRING_KEY: 'Put text that begins with a brace in quotes: to: "{{ path }}".',
  MULTIPLE_DOCS: 'Keep one profile in a file: remove the line `---`.',
};

function mend({ code, message }: YAMLError): string {
  return (
    MENDS[code] ??
    (/alias/i.test(message) ? MENDS.BAD_ALIAS : undefined) ??
    'Mend the indentation or the quotes at this place.'
  );
}

function said({ code, message }: YAMLError): string {
  return code === 'NON_STRING_KEY' ? 'a map stands here as the name of a field' : sentence(message);
}

function sentence(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '').replace(/[.:]$/, '');
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

class Positions implements YamlSource {
  constructor(
    readonly value: unknown,
    private readonly document: Document.Parsed<ParsedNode>,
    private readonly lines: LineCounter,
  ) {}

  locate(path: YamlPath): Place {
    return this.placeOf(this.nodeAt(path));
  }

  locateKey(path: YamlPath, key: string): Place {
    const node = this.nodeAt(path);
    const pair = isMap(node) ? node.items.find((item) => keyText(item.key) === key) : undefined;
    return this.placeOf(isPair(pair) && isNode(pair.key) ? pair.key : node);
  }

  rowsBelow(path: YamlPath, row: number): number {
    const node = this.nodeAt(path);
    return isScalar(node) && node.type === 'BLOCK_LITERAL' ? row + 1 : 0;
  }

  textAt(path: YamlPath): string | undefined {
    const node = this.nodeAt(path);
    return isScalar(node) ? node.source : undefined;
  }

  private nodeAt(path: YamlPath): Node | null {
    let node: Node | null = this.document.contents;
    for (const step of path) {
      const whole: unknown = isAlias(node) ? node.resolve(this.document) : node;
      const next: unknown = isMap(whole)
        ? whole.items.find((item) => keyText(item.key) === String(step))?.value
        : isSeq(whole) && typeof step === 'number'
          ? whole.items[step]
          : undefined;
      if (!isNode(next)) return node;
      node = next;
    }
    return node;
  }

  private placeOf(node: Node | null): Place {
    const offset = node?.range?.[0];
    if (offset === undefined) return START;
    const { line, col } = this.lines.linePos(offset);
    return line === 0 ? START : { line, column: col };
  }
}

/** True where lists and maps lie deeper in each other than anything in a profile does; an alias of itself has no end. */
function isTooDeep(value: unknown, levels = DEEPEST): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isTooDeep(inner, levels - 1));
}

/**
 * Reads one YAML 1.2 document of the core schema. Refused are other documents beside it, duplicate keys, unknown tags,
 * text of more than 256 KiB, and aliases that would unfold beyond measure.
 */
export function readYaml(text: string): { source: YamlSource } | { problems: YamlProblem[] } {
  if (text.length > LONGEST)
    return {
      problems: [{ ...START, message: 'the file has more than 256 KiB', fix: 'A profile is a few pages at most.' }],
    };
  const lines = new LineCounter();
  try {
    const documents = parseAllDocuments(text, {
      lineCounter: lines,
      prettyErrors: true,
      uniqueKeys: true,
      stringKeys: true,
    });
    if (!Array.isArray(documents) || documents[0]?.contents == null)
      return {
        problems: [{ ...START, message: 'the file is empty', fix: 'Start with `name:`, `version:` and `rules:`.' }],
      };
    const found = documents.flatMap(({ errors, warnings }) => [...errors, ...warnings]);
    if (found.some(({ code, message }) => code === 'RESOURCE_EXHAUSTION' || /call stack/.test(message)))
      return { problems: [TOO_DEEP] };
    const problems = found.map((error): YamlProblem => {
      const { line, col } = lines.linePos(error.pos[0]);
      return { line: Math.max(line, 1), column: Math.max(col, 1), message: said(error), fix: mend(error) };
    });
    const [document, second] = documents;
    if (second !== undefined) {
      const { line, col } = lines.linePos(second.range[0]);
      problems.push({
        line: Math.max(line, 1),
        column: Math.max(col, 1),
        message: 'a second document begins here',
        fix: 'Keep one profile in a file: remove the line `---`, or what follows it.',
      });
    }
    if (problems.length > 0) return { problems };
    const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
    if (isTooDeep(value)) return { problems: [TOO_DEEP] };
    return { source: new Positions(value, document, lines) };
  } catch (error) {
    // The composer recurses into nested collections, and resolving aliases throws where they would unfold too far.
    if (error instanceof RangeError) return { problems: [TOO_DEEP] };
    if (error instanceof ReferenceError)
      return {
        problems: [
          { ...START, message: sentence(error.message), fix: 'Write the values out instead of using aliases (*name).' },
        ],
      };
    throw error;
  }
}
