import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { type OnStep, type Step } from '../steps';
import { type Workbench, namesOfOurs, tree } from './workbench';

/** Every point between two effects at which a subscriber can die or stop. */
export const STEPS: readonly Step[] = [
  'claimed',
  'taken-over',
  'staged',
  'copied',
  'checked',
  'published',
  'destinations-synced',
  'sources-finished',
  'dead-lettered',
  'ended',
  'released',
];

/** What others do to the files while no one of ours looks. */
export const INTERFERENCES = [
  'nothing',
  'a new file under the source’s name',
  'the source written to in place',
  'the source removed',
  'a foreign file at the destination',
  'the placed file taken away',
  'a copy half written',
  'a link made and its first name not removed',
  'a link given back and its first name not removed',
] as const;
export type Interference = (typeof INTERFERENCES)[number];

type Made = Awaited<ReturnType<Workbench['scan']>>;

/** One file on its way, what others did to it, and what must be found of it in the end. */
export class Trial {
  private readonly source: string;
  private readonly target: string;
  private foreign: string | null = null;
  /** Contents that somebody else removed or wrote over, or carried away. */
  private readonly lost = new Set<string>();
  private readonly others = new Set<string>();
  private changed = false;
  private takenAway = false;

  private constructor(
    readonly bench: Workbench,
    readonly made: Made,
    private readonly original: string,
  ) {
    this.source = join(made.directory, 'a.jpg');
    this.target = join(made.destination, 'a.jpg');
  }

  static async begin(
    bench: Workbench,
    options: { copies: boolean; onConflict?: 'fail' | 'number' } = { copies: false },
  ): Promise<Trial> {
    bench.queue = [];
    bench.dead = [];
    const content = `the judged file ${Math.random()}`;
    const made = await bench.scan([{ path: 'a.jpg', content, onConflict: options.onConflict ?? 'number' }], options);
    return new Trial(bench, made, content);
  }

  crash(onStep: OnStep): Promise<void> {
    return this.bench.deliver(this.bench.pool(onStep));
  }

  /** False where it can't happen now. */
  interfere(what: Interference): boolean {
    const has = (path: string): boolean => fs.existsSync(path);
    const add = (path: string, content: string): void => {
      fs.mkdirSync(dirname(path), { recursive: true });
      fs.writeFileSync(path, content, { flag: 'wx' });
      this.others.add(content);
    };
    const staged = fs.readdirSync(this.made.directory).find((name) => name.startsWith('.assay-'));
    switch (what) {
      case 'nothing':
        return true;
      case 'a new file under the source’s name':
        if (has(this.source)) {
          fs.unlinkSync(this.source);
          this.lost.add(this.original);
        }
        add(this.source, `a new file ${Math.random()}`);
        return true;
      case 'the source written to in place': {
        if (!has(this.source)) return false;
        fs.appendFileSync(this.source, ' and more');
        this.changed = true;
        return true;
      }
      case 'the source removed':
        if (!has(this.source)) return false;
        fs.unlinkSync(this.source);
        this.lost.add(this.original);
        return true;
      case 'a foreign file at the destination':
        if (has(this.target)) return false;
        this.foreign = `a foreign file ${Math.random()}`;
        add(this.target, this.foreign);
        return true;
      case 'the placed file taken away':
        if (!has(this.target)) return false;
        fs.renameSync(this.target, join(dirname(this.made.destination), 'downstream.jpg'));
        this.takenAway = true;
        return true;
      case 'a copy half written':
        if (!staged || this.made.destination.startsWith(this.made.home)) return false;
        fs.writeFileSync(join(this.made.destination, staged), 'half of the ju');
        return true;
      case 'a link made and its first name not removed':
        if (!staged || !this.made.destination.startsWith(this.made.home) || has(this.target)) return false;
        fs.mkdirSync(this.made.destination, { recursive: true });
        fs.linkSync(join(this.made.directory, staged), this.target);
        return true;
      case 'a link given back and its first name not removed':
        if (!staged || has(this.source)) return false;
        fs.linkSync(join(this.made.directory, staged), this.source);
        return true;
    }
  }

  /** Messages and sweeps until nothing is to be done; then everything that is not as promised, in words. */
  async problems(): Promise<string[]> {
    const { bench, made } = this;
    await bench.drain();
    await bench.sweep();
    await bench.drain();
    const problems = await bench.countsProblems(made.id);
    const found = tree(made.home, made.away);
    problems.push(...namesOfOurs(found).map((path) => `a name of ours is left: ${path}`));
    const where = (content: string): string[] =>
      [...found].filter(([, each]) => each === content).map(([path]) => path);
    for (const content of this.others)
      if (where(content).length !== 1) problems.push(`'${content}' is found ${where(content).length} times`);
    const wanted = this.changed ? `${this.original} and more` : this.original;
    const places = [...where(wanted), ...(this.changed ? where(this.original) : [])];
    const row = await bench.row(made.id);
    const said = `${row.outcome}, ${row.reason ?? ''}, ${places.join(' and ') || 'nowhere'}`;
    if (this.lost.has(this.original)) {
      // Whoever removed the source may have removed the only name that the file had.
      if (row.outcome === 'accepted' && places.length === 0) problems.push(`placed, they say: ${said}`);
      if (places.length > 1) problems.push(`more than once: ${said}`);
      return problems;
    }
    // A source that was not removed yet when its copy was taken away is placed once more.
    const mayTwice = this.takenAway && !made.destination.startsWith(made.home);
    // Written to by name after it was copied: then both are kept.
    const mayBoth = this.changed && !made.destination.startsWith(made.home);
    if (places.length === 0 || (places.length > 1 && !mayTwice && !mayBoth)) problems.push(`found wrongly: ${said}`);
    if (row.outcome === 'accepted') {
      const there = found.get(row.destination ?? '');
      if (!this.takenAway && there !== this.original && there !== wanted)
        problems.push(`not where it should be: ${said}`);
    } else if (this.takenAway && row.outcome === 'errored') {
      // Whoever takes a placed file before its row says so leaves nothing to tell by.
      return problems;
    } else if (!places.some((path) => path === this.source || path.startsWith(`${this.source}.assay-kept-`)))
      problems.push(`not at its source: ${said}`);
    else if (!places.includes(this.source) && !row.reason?.includes('.assay-kept-'))
      problems.push(`kept and not named: ${said}`);
    return problems;
  }
}
