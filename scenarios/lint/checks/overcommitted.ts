/** Thin disks that may grow to more than the datastore holds. */

import { formatSize, roughSize } from '../../format/units.ts';
import type { Check } from '../check.ts';

export const overcommitted: Check = {
  id: 'overcommitted',
  look: ({ plan }) => {
    const promised = new Map(plan.datastores.map(({ name, otherUsedBytes }) => [name, { bytes: otherUsedBytes, thin: false }]));
    for (const { datastore, sizeBytes, provisioning } of plan.vms.flatMap(({ bornMs, disks }) => (bornMs === null ? disks : []))) {
      const on = promised.get(datastore);
      if (on === undefined) continue;
      on.bytes += sizeBytes;
      on.thin ||= provisioning === 'thin';
    }
    return plan.datastores.flatMap(({ name, capacityBytes }) => {
      const { bytes, thin } = promised.get(name) ?? { bytes: 0, thin: false };
      if (!thin || bytes <= capacityBytes) return [];
      const text = `datastore \`${name}\` promises ${roughSize(bytes)} on ${formatSize(capacityBytes)}: its thin disks may fill it without any snapshot`;
      return [{ about: ['datastores', name, 'capacity'], text, help: 'more capacity, or an eye on the free space' }];
    });
  },
};
