export {
  BadEnvironment,
  PRIVATE_BROKER_FILE,
  VARIABLES,
  readConfig,
  type ApiKey,
  type Config,
  type Variable,
} from './environment';
export { checkProfiles, type ProfilesCheck } from './check-profiles';
export type { LoadedProfile } from './profile-file';
export { InvalidProfileError, ProfilesFolder, ProfilesFolderError, UnknownProfileError } from './profiles-folder';
