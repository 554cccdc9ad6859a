/** Method `agent`: a program in the guest reads its disks and sends them through the guest's and the host's network. No snapshot, no delta. */
import { type Method, USUAL } from './method.ts';

export const agent: Method = {
  ...USUAL,
  opensSnapshot: false,
  tracking: 'own',
  runsInGuest: true,
  path(part, cross) {
    const { vm } = part.task;
    cross(vm.network, 1);
    if (vm.host !== null) cross(vm.host.network, 1);
  },
};
