export {
  ApiClient,
  type Answer,
  type Counts,
  type FileAnswer,
  type ProblemAnswer,
  type ScanAnswer,
} from './api-client';
export { BrokerProxy } from './broker-proxy';
export { Installation, type InstallationOptions, STORES, type StartOptions, type Store } from './installation';
export { ProductProcess, type LogLine, type Program } from './product-process';
export { digest, tree } from './tree';
export { Vhost } from './vhost';
