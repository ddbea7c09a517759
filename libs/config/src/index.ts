export {
  BadEnvironment,
  PRIVATE_BROKER_FILE,
  VARIABLES,
  readConfig,
  type ApiKey,
  type Config,
  type Variable,
} from './environment';
