/** What a fuzzer reads of the document of the API. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  default?: unknown;
}

export interface Media {
  schema: Schema;
  examples?: Record<string, { value: { code?: string } }>;
}

export interface Operation {
  parameters?: { name: string; in: 'path' | 'query' | 'header'; required?: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { content?: Record<string, Media> }>;
}

export interface ApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** One call that the document describes. */
export interface DescribedCall {
  method: string;
  /** With `{name}` for each parameter. */
  template: string;
  operation: Operation;
  /** Of its body; null where it takes none. */
  body: Schema | null;
}

export function describedCalls({ paths, components }: ApiDocument): DescribedCall[] {
  const resolved = (schema: Schema): Schema =>
    schema.$ref === undefined ? schema : (components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
  return Object.entries(paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]): DescribedCall => {
      const schema = operation.requestBody?.content['application/json']?.schema;
      return {
        method: method.toUpperCase(),
        template,
        operation,
        body: schema === undefined ? null : resolved(schema),
      };
    }),
  );
}

/** The call that a request is, where the document has it: HEAD is GET without its body. */
export function callOf(calls: readonly DescribedCall[], method: string, path: string): DescribedCall | undefined {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const segments = path.split('/');
  const fits = (template: string): boolean => {
    const parts = template.split('/');
    return (
      parts.length === segments.length &&
      parts.every((part, at) => (part.startsWith('{') ? segments[at] !== '' : part === segments[at]))
    );
  };
  // A path without parameters is meant before one with.
  return calls
    .filter((call) => call.method === wanted && fits(call.template))
    .sort((one, other) => one.template.split('{').length - other.template.split('{').length)[0];
}
