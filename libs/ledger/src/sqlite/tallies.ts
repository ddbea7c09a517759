import type { Statement } from 'better-sqlite3';
import type { ReasonCount } from '../dead-letter';
import type { LetterChange } from '../ending-row';
import type { TallyKind } from '../tally';
import { type Connection } from './connection';

const LETTERS = 'dead-letter' satisfies TallyKind;

/** What is counted beside the outcomes. Each method runs inside a transaction of its caller. */
export class Tallies {
  readonly #add: Statement<[number, string, string, number]>;
  readonly #drop: Statement<[number, string, string]>;
  readonly #letters: Statement<[], ReasonCount>;
  readonly #lettersOf: Statement<[number], ReasonCount>;

  constructor({ db }: Connection) {
    this.#add = db.prepare(
      `INSERT INTO tallies (scan_no, kind, key, count) VALUES (?, ?, ?, ?)
       ON CONFLICT (scan_no, kind, key) DO UPDATE SET count = tallies.count + excluded.count`,
    );
    this.#drop = db.prepare(`DELETE FROM tallies WHERE scan_no = ? AND kind = ? AND key = ? AND count = 0`);
    const letters = (scan: string) =>
      `SELECT key AS reason, sum(count) AS count FROM tallies INDEXED BY tallies_of_letters
       WHERE kind = '${LETTERS}' ${scan} GROUP BY key ORDER BY 2 DESC, key`;
    this.#letters = db.prepare(letters(''));
    this.#lettersOf = db.prepare(letters('AND scan_no = ?'));
  }

  /** Counts may be negative; what comes to nothing is forgotten. */
  add(scan: number, counts: Iterable<{ kind: TallyKind; key: string; count: number }>): void {
    for (const { kind, key, count } of counts) {
      if (count === 0) continue;
      this.#add.run(scan, kind, key, count);
      if (count < 0) this.#drop.run(scan, kind, key);
    }
  }

  countLetters(scan: number, change: LetterChange): void {
    this.add(
      scan,
      [...change].map(([key, count]) => ({ kind: LETTERS, key, count })),
    );
  }

  /** Dead letters by the code of their reason, the most frequent first; of one scan, or of all. */
  letters(scan: number | null): ReasonCount[] {
    return scan === null ? this.#letters.all() : this.#lettersOf.all(scan);
  }
}
