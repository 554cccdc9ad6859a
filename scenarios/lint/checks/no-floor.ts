/** A datastore without a floor of free space runs to its last block, and then nothing can be removed from it either. */
import type { Check } from '../check.ts';

export const noFloor: Check = {
  id: 'no-floor',
  look: ({ plan }) =>
    plan.datastores
      .filter(({ floorBytes }) => floorBytes === 0)
      .map(({ name }) => ({
        about: ['datastores', name, 'floor'],
        text: `datastore \`${name}\` keeps no free space: writes go on to the last block`,
        help: 'a `floor`; without the key it is 100MiB',
      })),
};
