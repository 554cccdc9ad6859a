/** A datastore that is nearly full before the first snapshot. */
import { takenAtStart } from '../../format/space.ts';
import { formatSize, roughSize } from '../../format/units.ts';
import type { Check } from '../check.ts';

/** Below this share new snapshots are not advised (Veeam best practice guide). */
const WARN_SHARE = 0.1;

export const littleFreeSpace: Check = {
  id: 'little-free-space',
  look: ({ plan }) => {
    const taken = takenAtStart(plan.datastores, plan.vms);
    return plan.datastores.flatMap(({ name, capacityBytes }) => {
      const { other, disks, snapshots } = taken.get(name) ?? { other: 0, disks: 0, snapshots: 0 };
      const freeBytes = capacityBytes - other - disks - snapshots;
      if (freeBytes >= WARN_SHARE * capacityBytes) return [];
      const text = `datastore \`${name}\` has ${roughSize(freeBytes)} of ${formatSize(capacityBytes)} free at the start, less than a tenth`;
      return [{ about: ['datastores', name, 'capacity'], text, help: 'room for the snapshots: more capacity, or fewer disks on it' }];
    });
  },
};
