import { Claims } from './claims';
import { Completion } from './completion';
import { Connection } from './connection';
import { Contents } from './contents';
import { DeadLetters } from './dead-letters';
import { Endings } from './endings';
import { Epilogues } from './epilogues';
import { Holders } from './holders';
import { Insertion } from './insertion';
import { migrate } from './migrate';
import { Numbering } from './numbering';
import { Publications } from './publications';
import { Reading } from './reading';
import { Redrives } from './redrives';
import { Redriving } from './redriving';
import { Scans } from './scans';
import { Sweeping } from './sweeping';
import { Tallies } from './tallies';
import { Walking } from './walking';

export interface SqliteLedgerOptions {
  /** The database's file; its folder exists. */
  file: string;
  /** Opens an existing ledger for reading alone: every method that writes then throws. */
  readOnly: boolean;
  /** Milliseconds that a call waits for other writers. */
  patience: number;
  /** Epoch milliseconds. */
  now: () => number;
}

/** A connection, and what was prepared on it. */
export class Opened {
  readonly scans: Scans;
  readonly completion: Completion;
  readonly walking: Walking;
  readonly publications: Publications;
  readonly contents: Contents;
  readonly claims: Claims;
  readonly endings: Endings;
  readonly holders: Holders;
  readonly sweeping: Sweeping;
  readonly epilogues: Epilogues;
  readonly reading: Reading;
  readonly deadLetters: DeadLetters;
  readonly redrives: Redrives;
  readonly redriving: Redriving;

  private constructor(
    readonly connection: Connection,
    now: () => number,
  ) {
    this.completion = new Completion(connection, now);
    this.scans = new Scans(connection, this.completion, now);
    this.publications = new Publications(connection, now);
    this.holders = new Holders(connection, now);
    const numbering = new Numbering(connection);
    const tallies = new Tallies(connection);
    this.contents = new Contents(connection);
    const insertion = new Insertion(connection, numbering, this.completion, this.contents, tallies, now);
    this.walking = new Walking(connection, insertion, this.publications, this.completion, now);
    this.claims = new Claims(connection, this.holders, numbering, now);
    this.endings = new Endings(connection, this.completion, tallies, now);
    this.sweeping = new Sweeping(connection, this.holders, now);
    this.epilogues = new Epilogues(connection, now);
    this.reading = new Reading(connection);
    this.deadLetters = new DeadLetters(connection, tallies);
    this.redrives = new Redrives(connection, this.scans, tallies, now);
    this.redriving = new Redriving(
      connection,
      this.redrives,
      numbering,
      this.publications,
      tallies,
      this.contents,
      this.completion,
      now,
    );
  }

  static async open({ file, readOnly, patience, now }: SqliteLedgerOptions): Promise<Opened> {
    const connection = await Connection.open({ file, readOnly, patience });
    try {
      if (!readOnly) await migrate(connection);
      return await connection.read(() => new Opened(connection, now));
    } catch (error) {
      await connection.close();
      throw error;
    }
  }
}
