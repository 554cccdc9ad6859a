/** The methods of backup by name. A new one is a file and a line here. */
import type { MethodName } from '../../plan.ts';
import { agent } from './agent.ts';
import { cdp } from './cdp.ts';
import { copyBeforeWrite } from './copy-before-write.ts';
import { directDisk } from './direct-disk.ts';
import { directSan } from './direct-san.ts';
import { hotAdd } from './hot-add.ts';
import type { Method } from './method.ts';
import { snapshot } from './snapshot.ts';
import { snapshotOnly } from './snapshot-only.ts';

export const METHODS: Record<MethodName, Method> = {
  snapshot,
  'hot-add': hotAdd,
  'direct-san': directSan,
  agent,
  'copy-before-write': copyBeforeWrite,
  cdp,
  'direct-disk': directDisk,
  'snapshot-only': snapshotOnly,
};
