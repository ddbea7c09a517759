/** `must`: the file fails while the finding stands. `should`: advice that never fails a file. */
export type Severity = 'must' | 'should';

export type Verdict = 'pass' | 'fail';

/** One observation by one rule about one file. */
export interface Finding {
  /** The rule's stable code, such as `too-small`. */
  code: string;
  severity: Severity;
  /** What is wrong with this file, for a person. */
  message: string;
  /** What would mend it, for the one who delivered the file. */
  fix: string;
  /** The value that was observed, where one value says it. */
  value?: string | number | boolean | null;
}

/** File facts × profile. `verdict` is `pass` when no `must` finding stands; all findings are given. */
export interface Inspection {
  findings: Finding[];
  verdict: Verdict;
}
