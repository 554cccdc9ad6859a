/** Keys of jobs that say how data is read and what is done with it on the way. */
import { z } from 'zod';
import { nameReference } from './fields.ts';

export const METHOD_NAMES = ['snapshot', 'hot-add', 'direct-san', 'agent', 'copy-before-write', 'cdp', 'direct-disk', 'snapshot-only'] as const;
export const COMPRESSIONS = ['none', 'optimal', 'high', 'extreme'] as const;

export const methodKeys = {
  method: z
    .enum(METHOD_NAMES)
    .optional()
    .describe(
      'How data is read. From a snapshot: over the network of the host (snapshot), through a proxy that attaches the disks (hot-add), over the storage ' +
        'network (direct-san). Without one: by an agent in the guest (agent), while the guest waits for old blocks (copy-before-write), write by write ' +
        '(cdp), by copying the files of a running VM (direct-disk). Or only keep snapshots (snapshot-only). Default snapshot.',
    ),
  fallback: z
    .enum(['nbd', 'fail'])
    .optional()
    .describe('What a disk does that its proxy cannot reach by hot-add or direct-san: go over the network of its host, or fail. Default nbd.'),
  fleecing: nameReference('Datastore for old blocks, so that the guest does not wait; only for copy-before-write. Default none.').optional(),
  keep: z.int().min(1).optional().describe('Snapshots kept of each VM; only for snapshot-only. Default 3.'),
  compression: z.enum(COMPRESSIONS).optional().describe('Level of compression: processor time against bytes stored. Default optimal.'),
  deduplication: z
    .enum(['none', 'inline'])
    .optional()
    .describe('Whether proxies look for blocks stored already, which costs a checksum. Default none.'),
};
