/**
 * What the format describes but this version does not simulate. Refused with those words, never ignored: a result that silently left out a
 * backup window would be wrong. A row is the path of a key (`*` for any name or index), or `path=value` for one value of a key that is built.
 */
const RULES = ['guest-agent-storm', 'excessive-permission', 'unsupported-guest', 'software-outdated'];

const ROWS = new Set(RULES.flatMap((rule) => [`policy.${rule}`, `policy.for.*.rules.${rule}`]));

/** True for a key, or with `value` for one value of a key. */
export function isUnbuilt(path: readonly PropertyKey[], value?: string): boolean {
  // Names stand at the second level, but for the rules of a policy, and indexes inside lists.
  const pattern = path.map((step, level) => ((level === 1 && path[0] !== 'policy') || typeof step === 'number' ? '*' : String(step))).join('.');
  return ROWS.has(value === undefined ? pattern : `${pattern}=${value}`);
}

/** The rows, for those who list them. */
export function unbuiltPaths(): string[] {
  return [...ROWS];
}
