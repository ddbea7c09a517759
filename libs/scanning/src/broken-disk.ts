/** The disk failed, not a file: nothing is known of what was to be read, and a later attempt may succeed. */
export class BrokenDisk extends Error {
  override readonly name = 'BrokenDisk';
  constructor(
    readonly code: string,
    path: string,
  ) {
    super(`${code}: '${path.toWellFormed()}' can't be read`);
  }
}
