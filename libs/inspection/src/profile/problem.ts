/** Why a profile cannot be used, at its place in the YAML, with the mend. */
export interface ProfileProblem {
  /** The file as the caller named it. */
  file: string;
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
  /** Names the field and what stands there. */
  message: string;
  /** What to write instead. */
  fix: string;
}

/** One problem as editors and terminals link it: `photos.yaml:12:5 … `. */
export function problemLine({ file, line, column, message, fix }: ProfileProblem): string {
  return `${file}:${line}:${column} ${message}. ${fix}`;
}
