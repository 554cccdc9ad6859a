/** Which VMs: of a job's runs, or of a policy's rules. */
import { z } from 'zod';
import { complaint, nameList } from './fields.ts';

export const selection = z
  .union(
    [
      z.literal('all'),
      z.strictObject({
        names: nameList('VMs, or whole groups.').optional(),
        tags: nameList('VMs with any of these tags.').optional(),
        hosts: nameList('VMs on these hosts.').optional(),
        datastores: nameList('VMs on these datastores.').optional(),
        except: nameList('VMs or groups left out.').optional(),
      }),
    ],
    { error: () => complaint('this selects no VMs', 'the word `all`, or a map with `names`, `tags`, `hosts`, `datastores`, `except`') },
  )
  .describe('The VMs of a run, evaluated when it starts: keys unite, `except` subtracts.');
