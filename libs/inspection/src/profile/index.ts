export { problemLine } from './problem';
export { PROFILE_NAME, profileDefinitionSchema, profileSchema } from './profile-schema';
export { parseProfile, profileNameOf } from './parse-profile';
export { compileProfile, LEFT_BY_PROFILE, ProfileDefinitionError } from './compile-profile';
export { RULE_KINDS } from '../rules/registry';
export { destination, DESTINATION_BYTES } from '../template/destination';
export { cleanValue } from '../template/clean-value';
export { FILTERS } from '../template/filters';
export { VARIABLES } from '../template/variables';
