/** Method `snapshot` over the host network (NBD): a frozen disk is read through the host's management network. */
import type { Method } from './method.ts';

export const snapshot: Method = {
  opensSnapshot: true,
  path(part, cross) {
    const { host } = part.task.vm;
    if (host !== null) cross(host.nbd, 1);
  },
};
