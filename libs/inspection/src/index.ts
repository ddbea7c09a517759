export type * from './facts';
export type * from './finding';
export type * from './disposition';
export { decodePath, displayPath, encodePath, isExactText } from './path-text';
