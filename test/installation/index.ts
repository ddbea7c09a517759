export {
  ApiClient,
  type Answer,
  type Counts,
  type FileAnswer,
  type ProblemAnswer,
  type ScanAnswer,
} from './api-client';
export { BrokerProxy } from './broker-proxy';
export {
  ANY_STORE,
  Installation,
  type InstallationOptions,
  STORES,
  type StartOptions,
  type Store,
} from './installation';
export { BrokerOperator } from './operator';
export { MAY_MOUNT_READ_ONLY, ProductProcess, type LogLine, type Program } from './product-process';
export { stopAt } from './stop-at';
export { stopProcess } from './stop-process';
export { digest, tree } from './tree';
export { type TestBroker, Vhost } from '../broker/vhost';
