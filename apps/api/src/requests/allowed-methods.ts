import type { Request } from 'express';

interface Layer {
  route?: { methods: Record<string, boolean> };
  match(path: string): boolean;
}

/** The methods of the routes that take this path, upper case and sorted; empty where none does. */
export function allowedMethods(request: Request): string[] {
  // Express keeps no public list of what it routes.
  const { router } = request.app as unknown as { router: { stack: Layer[] } };
  const methods = new Set<string>();
  for (const layer of router.stack) {
    const own = Object.keys(layer.route?.methods ?? {});
    // What takes every method is no route but Nest's middleware, which stands at every path.
    if (own.includes('trace') || !layer.match(request.path)) continue;
    for (const method of own) methods.add(method.toUpperCase());
  }
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].sort();
}
