/** Scenario files: text in, a checked plan out. */
export { formatScenarioErrors, type ScenarioError, ScenarioErrors } from './format/errors.ts';
export { parseInstant } from './format/instants.ts';
export { type LoadedScenario, loadScenario, type ScenarioSource } from './format/load.ts';
export { scenarioJsonSchema } from './format/schema.ts';
export { starterScenario } from './format/starter.ts';
export { formatSize, parseDuration, parseRate, parseSize, UnitError } from './format/units.ts';
export { formatLintNotes, LINT_CHECKS, type LintNote, lintScenario } from './lint/index.ts';
