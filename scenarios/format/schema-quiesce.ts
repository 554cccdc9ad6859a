/** Keys of jobs that say how guests come to rest for a snapshot. */
import { z } from 'zod';
import { nameList, positiveDuration } from './fields.ts';

export const quiesceKeys = {
  quiesce: z
    .strictObject({
      mode: z
        .enum(['crash-consistent', 'application'])
        .optional()
        .describe('Whether the applications of a guest come to rest, so that nothing of theirs is half written. Default crash-consistent.'),
      onFailure: z
        .enum(['fail', 'crash-consistent'])
        .optional()
        .describe('Where they do not: the task fails, or goes on without; only in mode application. Default fail.'),
    })
    .optional()
    .describe('How a guest comes to rest before its snapshot.'),
  freezeLimit: positiveDuration('For how long applications may be at rest; only in mode application. Default 60s.').optional(),
  supportedGuests: nameList('Operating systems that the software knows, as `guest` of VMs names them. Default: all of them.').optional(),
};
