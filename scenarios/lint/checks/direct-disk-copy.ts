/** Files of virtual disks copied beneath the hypervisor: what the guest writes meanwhile makes the copy useless. */
import type { Check } from '../check.ts';

export const directDiskCopy: Check = {
  id: 'direct-disk-copy',
  look: ({ plan }) =>
    plan.jobs
      .filter(({ method }) => method === 'direct-disk')
      .map(({ name }) => ({
        about: ['jobs', name, 'method'],
        text: `job \`${name}\` copies disks beneath the hypervisor: a copy is damaged if the guest writes meanwhile or a snapshot is open`,
        help: '`method: snapshot`, which copies a frozen disk',
      })),
};
