import { type Problem } from '@assay/inspection';
import { type BatchMessage, type ReadRequest, type ReadResult } from './reader-messages';

const MAX_BATCH = 200;
const MIN_BATCH = 50;

let lastId = 0;

interface Settlement {
  resolve: (results: ReadResult[]) => void;
  reject: (error: Error) => void;
}

interface Part {
  /** Where the batch's first name stands among the call's. */
  start: number;
  /** Readers that ended while they read it. */
  deaths: number;
  /** What its one file is blamed for, once it is read without third-party code. */
  blame: Problem | null;
}

/** The batches of one call of `read`, and the results that have come so far. Settles exactly once. */
export class ReadCall {
  private readonly results: (ReadResult | undefined)[];
  private readonly parts = new Map<number, Part>();
  private readonly queue: BatchMessage[] = [];
  private missing: number;
  private settled = false;

  /** Cut so that several readers have work, in batches that are still worth a message. */
  constructor(
    private readonly request: ReadRequest,
    readers: number,
    private readonly settlement: Settlement,
  ) {
    const { names } = request;
    this.missing = names.length;
    this.results = new Array<ReadResult | undefined>(names.length);
    const size = Math.min(MAX_BATCH, Math.max(MIN_BATCH, Math.ceil(names.length / readers)));
    for (let start = 0; start < names.length; start += size)
      this.queue.push(this.batch(names.slice(start, start + size), { start, deaths: 0, blame: null }));
  }

  /** The next batch to be sent; undefined where none waits. */
  next(): BatchMessage | undefined {
    return this.queue.shift();
  }

  answer(batch: BatchMessage, results: ReadResult[]): void {
    const part = this.partOf(batch);
    this.parts.delete(batch.id);
    if (results.length !== batch.names.length) throw new Error(`a reader answered ${results.length} results`);
    results.forEach((result, index) => {
      if (part.blame !== null && result.kind === 'read') result.facts.problems.push(part.blame);
      this.results[part.start + index] = result;
    });
    this.missing -= results.length;
    if (this.missing > 0 || this.settled) return;
    this.settled = true;
    this.settlement.resolve(this.results as ReadResult[]);
  }

  /** Puts a batch back as the next one to be sent. */
  requeue(batch: BatchMessage): void {
    this.queue.unshift(batch);
  }

  countDeath(batch: BatchMessage): number {
    const part = this.partOf(batch);
    part.deaths += 1;
    return part.deaths;
  }

  splitIntoSingles(batch: BatchMessage, deaths: number): void {
    const { start } = this.partOf(batch);
    this.parts.delete(batch.id);
    const singles = batch.names.map((name, index) => this.batch([name], { start: start + index, deaths, blame: null }));
    this.queue.unshift(...singles);
  }

  /** The one file of this batch is to be read once more, for what can be told without third-party code. */
  condemn(batch: BatchMessage, blame: Problem): void {
    const part = this.partOf(batch);
    this.parts.delete(batch.id);
    this.queue.unshift({ ...this.batch([...batch.names], { ...part, blame }), bare: true });
  }

  fail(error: Error): void {
    if (this.settled) return;
    this.settled = true;
    this.queue.length = 0;
    this.settlement.reject(error);
  }

  private batch(names: readonly string[], part: Part): BatchMessage {
    lastId += 1;
    this.parts.set(lastId, part);
    const { root, folder, needs, heads = false, listed = false } = this.request;
    return { id: lastId, root, folder, names, needs, heads, listed, bare: false };
  }

  private partOf(batch: BatchMessage): Part {
    const part = this.parts.get(batch.id);
    if (part === undefined) throw new Error(`batch ${batch.id} is not of this call`);
    return part;
  }
}
