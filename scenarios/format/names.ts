/** Names of VMs and of the groups that they are counted from. */

/** From 1. The number never changes when the count grows: 01 to 99, then 100, 101. */
export function instanceName(group: string, number: number): string {
  return `${group}-${String(number).padStart(2, '0')}`;
}

/** Group name to count; null where the entry is a single VM. */
export type Groups = ReadonlyMap<string, number | null>;

/** The group of which `name` is an instance, or null. */
export function groupOfInstance(groups: Groups, name: string): string | null {
  const dash = name.lastIndexOf('-');
  const group = name.slice(0, dash);
  const count = dash < 0 ? undefined : groups.get(group);
  const number = Number(name.slice(dash + 1));
  if (count === undefined || count === null || !Number.isInteger(number) || number < 1 || number > count) return null;
  return instanceName(group, number) === name ? group : null;
}
