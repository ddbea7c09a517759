export { Broker, type BrokerOptions } from './broker';
export { BrokerUnavailable, TopologyMismatch } from './errors';
export { surviveLostChannels, type LostChannelLog } from './lost-channel';
export {
  HEADER,
  pathIn,
  place,
  placeMessage,
  readMessage,
  redrive,
  redriveMessage,
  scansMessage,
  walk,
  walkMessage,
  type NamedFile,
  type PlaceMessage,
  type Read,
  type RedriveMessage,
  type WalkMessage,
} from './messages';
export { dead, delayed, placeOutgoing, walkOutgoing, type Outgoing } from './publisher';
export { again, type Delivery, type OnDeliveries, type Subscription } from './subscription';
export { FILE_QUEUES, PRIORITIES, SCANS_QUEUE, SCAN_QUEUES, filesQueue, type Priority } from './topology';
