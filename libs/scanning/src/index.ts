export { startScanning, type Scanning } from './scanning';
export { NotAFile, inspectOne, type OneInspection } from './inspect-one';
export { DRY_RUN, judge, planOf, type Judgement } from './judge';
export { STILL_BEING_WRITTEN } from './unsettled';
export { IGNORED } from './walk-folder';
