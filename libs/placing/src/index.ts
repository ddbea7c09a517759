export { gateClosed, startPlacingWhereAsked } from './gate';
export { startPlacing, type Placing } from './placing';
export type { OnStep, Step } from './steps';
