/** Method `agent`: a program in the guest reads its disks and sends them through the guest's and the host's network. No snapshot, no delta. */
import { cross, type Method, USUAL } from './method.ts';

export const agent: Method = {
  ...USUAL,
  opensSnapshot: false,
  tracking: 'own',
  runsInGuest: true,
  path(part, uses) {
    const { vm } = part.task;
    cross(uses, vm.network, 1);
    if (vm.host !== null) cross(uses, vm.host.network, 1);
  },
};
