export { checkProfiles, type ProfilesCheck } from './check-profiles';
export type { LoadedProfile } from './profile-file';
export { InvalidProfileError, ProfilesFolder, ProfilesFolderError, UnknownProfileError } from './profiles-folder';
