export { identityOf, type FileIdentity } from './identity';
export { fsPath, makeFolder, openFolder, resolveRoot, type FsPath, type OpenFolder } from './folder';
export { OutsideRoots, RootUnavailable, Roots, type Place } from './roots';
