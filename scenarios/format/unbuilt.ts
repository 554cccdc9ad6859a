/**
 * What the format describes but this version does not simulate. Refused with those words, never ignored: a result that silently left out a
 * backup window would be wrong. A row is the path of a key (`*` for any name or index), or `path=value` for one value of a key that is built.
 */
const ROWS = new Set(['faults', 'policy', 'datastores.*.orphanCleanup', 'vms.*.guest', 'jobs.*.freezeLimit', 'jobs.*.quiesce']);

/** True for a key, or with `value` for one value of a key. */
export function isUnbuilt(path: readonly PropertyKey[], value?: string): boolean {
  // Names stand at the second level and indexes inside lists.
  const pattern = path.map((step, level) => (level === 1 || typeof step === 'number' ? '*' : String(step))).join('.');
  return ROWS.has(value === undefined ? pattern : `${pattern}=${value}`);
}

/** The rows, for those who list them. */
export function unbuiltPaths(): string[] {
  return [...ROWS];
}
