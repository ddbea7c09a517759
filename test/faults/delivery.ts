import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ScanAnswer } from '../installation';
import type { Contents } from './contents';
import type { Random } from './random';

/** Where the deliveries of one lane lie, and where they go. */
export interface Places {
  /** Deliveries are folders of it. */
  source: string;
  accept: string;
  quarantine: string;
  /** Whether placing means copying to another device. */
  copied: boolean;
}

/** One directory of new files, what became of the request to scan it, and who laid hands on it meanwhile. */
export class Delivery {
  readonly directory: string;
  /** Paths relative to the directory. */
  readonly paths: string[] = [];
  id: string | null = null;
  cancelled = false;
  /** As it ended. */
  scan: ScanAnswer | null = null;
  /** Paths, and folders with a slash at their end, whose files no longer must end as if nobody had been there. */
  private readonly disturbed = new Set<string>();

  constructor(
    readonly name: string,
    readonly places: Places,
  ) {
    this.directory = join(places.source, name);
  }

  /** Writes the files. Some have names that other deliveries of the lane have too. */
  write(count: number, contents: Contents, random: Random): void {
    for (let index = 0; index < count; index += 1) {
      const name = random.next() < 0.05 ? `same-${index}` : `${this.name}-${index}`;
      const path = `d${index % 4}/${name}.txt`;
      const size = random.next() < 0.025 ? 300_000 : random.between(80, 2_000);
      const absolute = this.sourceOf(path);
      const content = contents.make(absolute, size);
      mkdirSync(dirname(absolute), { recursive: true });
      writeFileSync(absolute, content);
      contents.add(absolute, content, 'supplier');
      this.paths.push(path);
    }
  }

  get folders(): string[] {
    return [...new Set(this.paths.map((path) => dirname(path)))];
  }

  sourceOf(path: string): string {
    return join(this.directory, path);
  }

  destinationOf(path: string): string {
    return join(this.places.accept, path);
  }

  /** `path`: of a file, or of a folder with a slash at its end. */
  disturb(path: string): void {
    this.disturbed.add(path);
  }

  isDisturbed(path: string): boolean {
    return this.disturbed.has(path) || this.disturbed.has(`${dirname(path)}/`);
  }
}
