/** The clauses of placing that can be taken out, to see what they are for. */
export type Clause =
  | 'claim'
  | 'recover staged'
  | 'recover placed'
  | 'compare'
  | 'look before gone'
  | 'own name for copies'
  | 'check'
  | 'record copies'
  | 'publish without replacing'
  | 'renumber first'
  | 'outcome of my attempt'
  | 'put back without replacing'
  | 'cancel leaves what is claimed'
  | 'remember the superseded'
  | 'sweep publishes'
  | 'sweep resolves';

/** How often the world does each thing, at most. */
export interface World {
  crashes: number;
  /** A delivery comes again while its subscriber goes on: its connection was lost, or it was stopped for long. */
  redeliveries: number;
  /** A supplier writes a new file under a source's name. */
  writes: number;
  /** A supplier changes a file in place. */
  changes: number;
  removals: number;
  /** A foreign file comes to a destination. */
  strangers: number;
  cancels: number;
  purges: number;
  /** The sweep takes a holder for dead that was only stopped for long. */
  stalls: number;
}

export interface Setting {
  files: number;
  subscribers: number;
  /** How a file reaches its destination: `keep` is the profile's `transfer: copy`. */
  way: 'rename' | 'link' | 'copy' | 'keep';
  onConflict: 'number' | 'fail';
  world: Partial<World>;
  without: Clause | null;
}

export interface Row {
  outcome: 'pending' | 'accepted' | 'left' | 'conflicted' | 'errored';
  reason: string;
  attempt: number;
  /** Somebody claimed it and has not said since that no name of ours is left. */
  held: boolean;
  /** Whoever had it has given it back. */
  released: boolean;
  /** Attempts whose holders had not given the row back when another claimed it. */
  superseded: number[];
  number: number;
  copy: string;
  /** How often it went from pending to an end. */
  ends: number;
}

export interface Message {
  row: number;
  delayed: boolean;
}

/** Where a holder stands between two effects; the names are those of the steps that come next. */
export type At =
  | 'claim'
  | 'take over'
  | 'take found'
  | 'taken over'
  | 'remove copies'
  | 'look at destination'
  | 'stage'
  | 'compare'
  | 'copy'
  | 'fill copy'
  | 'check'
  | 'publish'
  | 'unlink'
  | 'look at taken'
  | 'renumber'
  | 'tidy own'
  | 'tidy source'
  | 'remove leftover'
  | 'end'
  | 'put back'
  | 'drop copy'
  | 'look before conflict'
  | 'look for names'
  | 'end otherwise'
  | 'release'
  | 'come again'
  | 'resolve'
  | 'ack';

/** A subscriber, or the sweep, with a row in its hands. Which subscriber makes no difference. */
export interface Holder {
  who: 'subscriber' | 'sweep';
  at: At;
  row: number;
  attempt: number;
  delayed: boolean;
  /** The broker waits for its ack. */
  owed: boolean;
  number: number;
  /** The identity of the copy that an earlier attempt recorded. */
  recorded: string;
  earlier: number;
  found: string;
  staged: boolean;
  copied: string;
  untidy: boolean;
  placedAsCopy: boolean;
  /** What is to be recorded of a file that is not placed: `outcome:reason`, `later:…` or `nothing`. */
  result: string;
  /** A name of ours may be left. */
  namesLeft: boolean;
  /** For the sweep: the row was open when it was claimed; this is the second look. */
  wasOpen: boolean;
  secondLook: boolean;
  /** The sweep itself: nobody was at work on the row when it claimed it. */
  alone: boolean;
}

export interface State {
  /** Names → contents. A content stands for an inode: its identity, and after `~` which copy of the bytes before it. */
  names: Record<string, string>;
  rows: Row[];
  cancelled: boolean;
  ready: Message[];
  holders: Holder[];
  left: World;
  /** Bytes that someone gave and nobody but its owner took away. */
  owed: string[];
  /** The profile's `transfer: copy`: sources stay. */
  keepsSource: boolean;
  /** Counts as the ledger keeps them. */
  pending: number;
  ended: number;
}

export const judged = (row: number): string => `judged${row}`;
export const source = (row: number): string => `source${row}`;
export const own = (row: number, attempt: number): string => `own${row}.${attempt}`;
export const copyName = (row: number, attempt: number): string => `copy${row}.${attempt}`;
export const kept = (row: number): string => `kept${row}`;
export const destination = (row: number, number: number): string => `destination${row}-${number}`;
export const bytesOf = (content: string): string => content.replace(/~.*/, '');
export const isOurs = (name: string): boolean => name.startsWith('own') || name.startsWith('copy');

const NOTHING: World = {
  crashes: 0,
  redeliveries: 0,
  writes: 0,
  changes: 0,
  removals: 0,
  strangers: 0,
  cancels: 0,
  purges: 0,
  stalls: 0,
};

/** Rows recorded, their messages confirmed, nobody at work. */
export function initialState({ files, world, way }: Setting): State {
  const rows = Array.from({ length: files }, (_, row) => row);
  return {
    names: Object.fromEntries(rows.map((row) => [source(row), judged(row)])),
    rows: rows.map(() => ({
      outcome: 'pending',
      reason: '',
      attempt: 0,
      held: false,
      released: false,
      superseded: [],
      number: 0,
      copy: '',
      ends: 0,
    })),
    cancelled: false,
    ready: rows.map((row) => ({ row, delayed: false })),
    holders: [],
    left: { ...NOTHING, ...world },
    owed: rows.map(judged),
    keepsSource: way === 'keep',
    pending: files,
    ended: 0,
  };
}

export const copyState = (state: State): State => ({
  ...state,
  names: { ...state.names },
  rows: state.rows.map((row) => ({ ...row, superseded: [...row.superseded] })),
  ready: state.ready.map((message) => ({ ...message })),
  holders: state.holders.map((holder) => ({ ...holder })),
  left: { ...state.left },
  owed: [...state.owed],
});

/** Subscribers are alike: who of them does what makes no difference. */
export function keyOf(state: State): string {
  const names = Object.entries(state.names)
    .map(([name, content]) => `${name}=${content}`)
    .sort();
  const rows = state.rows.map((row) => Object.values(row).map(String).join('/'));
  const ready = state.ready.map(({ row, delayed }) => `${row}${delayed ? 'd' : ''}`).sort();
  const holders = state.holders.map((holder) => Object.values(holder).join()).sort();
  const rest = [state.cancelled, Object.values(state.left).join(), state.owed.join(), state.pending, state.ended];
  return [names.join(), rows.join(';'), ready.join(), holders.join(';'), ...rest].join('|');
}
