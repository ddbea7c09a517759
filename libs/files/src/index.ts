export { deviceOf, identityOf, type FileIdentity } from './identity';
export { fsPath, makeFolder, openFolder, resolveRoot, type FsPath, type OpenFolder } from './folder';
export { OutsideRoots, RootUnavailable, Roots, type Place } from './roots';
export { consequenceOf, errnoOf, type Consequence } from './consequence';
export { isOwnName, isProbeName, keptName, ownName, rowOfName, type Row } from './move-file/own-names';
export { identityAt, moveNoReplace, type MoveResult } from './move-file/move-no-replace';
export { removeStaleProbe } from './move-file/probe';
export {
  keepBeside,
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
export { OwnFile } from './move-file/own-file';
export { copyFile, CopyDiffers, type Copied } from './move-file/copy-file';
export { listFolder, type Entry, type EntryKind } from './walk/list-folder';
export { isEmptyFolder, removeEmptyFolder } from './empty-folder';
export { selection, type Selection } from './walk/selection';
export {
  FactReaders,
  ReadersClosedError,
  ReadersUnavailableError,
  type FactReadersOptions,
} from './read-facts/fact-readers';
export { HEAD_OF_CONTENT } from './read-facts/content/head';
export { type DigestRead, digestAt, identityIn } from './read-facts/digest-at';
export { exiftoolAvailability, type ExiftoolAvailability } from './read-facts/exiftool-program';
export type { ReadRequest, ReadResult } from './read-facts/reader-messages';
export { UnsafeFileSystem, assertPublishesSafely } from './move-file/publishes-safely';
export { noRoomFor, noRoomIn } from './room';
export { answerAtOnce, answerInRealTime, shareProcessor, takeTurns } from './time-slice';
export { yieldSession } from './yield-session';
