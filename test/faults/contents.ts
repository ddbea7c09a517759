import { digest } from '../installation';

/** Who wrote a content: the supplier before the scan, or a stranger in its course. */
export type Writer = 'supplier' | 'stranger';

interface Group {
  by: Writer;
  /** Where it was put, for people. */
  path: string;
  /** At least one of these must be found; none of them twice. */
  any: string[];
}

/**
 * Every content that was ever written, each unlike any other, so that its digest tells where it went. What a fault wrote over counts in its new
 * form.
 */
export class Contents {
  private readonly groups = new Map<string, Group>();
  /** By source path, absolute: every content that ever had this name. */
  private readonly byPath = new Map<string, Set<string>>();
  private count = 0;

  /** A content that no other file has; `size` in bytes, at least. */
  make(path: string, size: number): Buffer {
    this.count += 1;
    const line = `content ${this.count} of ${path}\n`;
    return Buffer.from(line.padEnd(size, '-'));
  }

  /** Notes that it was written there. */
  add(path: string, content: Buffer, by: Writer): void {
    const found = digest(content);
    this.groups.set(found, { by, path, any: [found] });
    this.named(path, found);
  }

  /**
   * Notes that a file was written to in place. `copied`: it may have been copied to another device at that moment, so that its old form may be what
   * lives on, or both.
   */
  changed(path: string, before: string, after: string, copied: boolean): void {
    const group = this.groups.get(before);
    if (group === undefined) throw new Error(`Nobody wrote what was changed at ${path}`);
    group.any = copied ? [...group.any, after] : group.any.map((each) => (each === before ? after : each));
    this.groups.delete(before);
    for (const each of group.any) this.groups.set(each, group);
    this.named(path, after);
    for (const names of this.byPath.values()) if (names.has(before)) names.add(after);
  }

  knows(found: string): boolean {
    return this.groups.has(found);
  }

  /** Whether this content ever was the file of that name. */
  wasAt(path: string, found: string): boolean {
    return this.byPath.get(path)?.has(found) === true;
  }

  get all(): Group[] {
    return [...new Set(this.groups.values())];
  }

  private named(path: string, found: string): void {
    this.byPath.set(path, (this.byPath.get(path) ?? new Set()).add(found));
  }
}
