export { gateClosed, startPlacingWhereAsked } from './gate';
export { startPlacing, type Placing } from './placing';
export type { Paused } from './pause';
export type { OnStep, Step } from './steps';
