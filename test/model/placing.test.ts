import { type Exploration, explore } from './explore';
import { PlacingModel } from './placing-model';
import type { Clause, Setting, World } from './placing-state';

type Way = Setting['way'];

function explored(
  files: number,
  way: Way,
  onConflict: Setting['onConflict'],
  world: Partial<World>,
  without: Clause | null = null,
): Exploration {
  return explore(new PlacingModel({ files, subscribers: 2, way, onConflict, world, without }));
}

/** One dies, and one goes on with a message that another has too. */
const STALL = { crashes: 1, redeliveries: 1 };

describe('In every order of steps, by two subscribers and the sweep, the promise is kept', () => {
  it.each<[number, Way, Setting['onConflict'], Partial<World>]>([
    [2, 'rename', 'number', { crashes: 2 }],
    [2, 'copy', 'number', { crashes: 2 }],
    [1, 'rename', 'number', { crashes: 2, redeliveries: 1 }],
    [1, 'link', 'number', STALL],
    [1, 'keep', 'number', { ...STALL, cancels: 1 }],
    [1, 'rename', 'number', { ...STALL, writes: 1 }],
    [1, 'copy', 'number', { ...STALL, writes: 1 }],
    [1, 'rename', 'number', { ...STALL, changes: 1 }],
    [1, 'copy', 'number', { ...STALL, changes: 1 }],
    [1, 'link', 'number', { ...STALL, removals: 1 }],
    [1, 'link', 'number', { ...STALL, strangers: 1 }],
    [1, 'rename', 'fail', { ...STALL, strangers: 1 }],
    [1, 'copy', 'number', { redeliveries: 1, cancels: 1 }],
    [1, 'rename', 'number', { ...STALL, cancels: 1 }],
    [1, 'rename', 'number', { stalls: 1, cancels: 1, redeliveries: 1 }],
    [1, 'copy', 'number', { stalls: 1, cancels: 1, writes: 1 }],
    [1, 'rename', 'fail', { crashes: 1, writes: 1, strangers: 1, cancels: 1 }],
    [2, 'rename', 'number', { crashes: 1, purges: 1 }],
  ])('with %i files, by %s, on conflict: %s, with %j', (files, way, onConflict, world) => {
    const { states, rests, violation } = explored(files, way, onConflict, world);
    expect(violation).toBeNull();
    expect(rests).toBeGreaterThan(1);
    expect(states).toBeGreaterThan(100);
  });
});

describe('Each clause is there for something', () => {
  it.each<[Clause, string, Way, Setting['onConflict'], Partial<World>]>([
    ['claim', 'gone', 'rename', 'number', STALL],
    ['recover staged', 'goes round for ever', 'rename', 'number', { crashes: 1 }],
    ['recover placed', 'gone', 'rename', 'number', { crashes: 1 }],
    ['compare', 'which nobody judged', 'rename', 'number', { writes: 1 }],
    ['look before gone', 'gone and its file is there', 'rename', 'number', STALL],
    ['own name for copies', 'half a file', 'copy', 'number', { crashes: 1 }],
    ['check', 'left', 'rename', 'number', { stalls: 1, cancels: 1 }],
    ['record copies', 'its file is at destination0-0', 'copy', 'number', { crashes: 1 }],
    ['publish without replacing', 'foreign is lost', 'rename', 'number', { strangers: 1 }],
    ['renumber first', 'its file is at destination0-1', 'rename', 'number', { crashes: 1, strangers: 1 }],
    ['outcome of my attempt', 'ended twice', 'rename', 'number', STALL],
    ['put back without replacing', 'is lost', 'rename', 'number', { changes: 1, writes: 1 }],
    ['cancel leaves what is claimed', 'left', 'rename', 'number', { cancels: 1 }],
    ['remember the superseded', 'own0.1 is left', 'rename', 'number', { ...STALL, writes: 1 }],
    ['sweep publishes', 'never ends', 'rename', 'number', { purges: 1 }],
    ['sweep resolves', 'never ends', 'rename', 'number', { ...STALL, cancels: 1 }],
  ])('breaks without %s: %s', (clause, broken, way, onConflict, world) => {
    const { violation } = explored(1, way, onConflict, world, clause);
    expect(violation?.what).toContain(broken);
  });
});
