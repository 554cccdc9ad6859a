/** The simulator: give it a plan, get a result. `overrun/scenarios` makes plans from scenario files. */
export { EventLimitError, type KernelLimits } from './kernel/kernel.ts';
export { LOG_VERSION } from './kernel/log.ts';
export type { StreamingSha256 } from './kernel/sha256.ts';
export type * from './plan.ts';
export type { PointKind } from './repository/point.ts';
export type { RecoveryChange } from './repository/recovery-changes.ts';
export type * from './result.ts';
export { type RepositorySampler, type Sampler, type SimulateOptions, simulate, simulateFigures } from './simulate.ts';
export { ENGINE_VERSION } from './version.ts';
