export { deviceOf, identityOf, type FileIdentity } from './identity';
export { fsPath, makeFolder, openFolder, resolveRoot, type FsPath, type OpenFolder } from './folder';
export { OutsideRoots, RootUnavailable, Roots, type Place } from './roots';
export { consequenceOf, errnoOf, type Consequence } from './consequence';
export { isOwnName, keptName, ownName, type Row } from './move-file/own-names';
export { identityAt, moveNoReplace, type MoveResult } from './move-file/move-no-replace';
export {
  keptBeside,
  putBack,
  removeLeftover,
  removeOwn,
  stage,
  takeOver,
  type Leftover,
  type PutBack,
  type Staged,
} from './move-file/stage';
export { copyFile, CopyDiffers, type Copied } from './move-file/copy-file';
export { listFolder, type Entry, type EntryKind } from './walk/list-folder';
export { selection, type Selection } from './walk/selection';
export {
  FactReaders,
  ReadersClosedError,
  ReadersUnavailableError,
  type FactReadersOptions,
} from './read-facts/fact-readers';
export { exiftoolAvailability, type ExiftoolAvailability } from './read-facts/exiftool-program';
export type { ReadRequest, ReadResult } from './read-facts/reader-messages';
export { UnsafeFileSystem, assertPublishesSafely } from './move-file/publishes-safely';
export { noRoomIn } from './room';
