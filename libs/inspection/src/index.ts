/* What the other rooms say of files. Whoever judges by profiles enters by `profile/` instead, since rules, schemas and templates are long to load. */
export type * from './facts';
export type * from './finding';
export type * from './disposition';
export { decodePath, displayPath, encodePath, isExactText } from './path-text';
export { numbered } from './numbered';
export { type CsvCell, csvRow } from './report/csv-row';
export { withoutFormula } from './report/formula';
export { type QuarantinedFile, REASONS_HEAD, reasonsRow } from './report/reasons';
export type { ProfileProblem } from './profile/problem';
export type { ProfileDefinition } from './profile/profile-schema';
export type { ProfileResult, ProfileText } from './profile/parse-profile';
export type { Profile } from './profile/compile-profile';
export type { Check, InnerRule, Observation, RuleDefinition, RuleKind } from './rules/rule-kind';
