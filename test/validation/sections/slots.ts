/** 5. Slots, as far as they need no order between jobs. */
import { simulate } from '../../../sim/index.ts';
import { disk, job, MiB, plan, repository, vm, vms } from '../../sim/plans.ts';
import { compared, type Section } from '../section.ts';

export function slots(): Section {
  const fourSlots = { repositories: [repository({ slots: 4 })], jobs: [job({ streamBytesPerSecond: MiB })] };
  const usedBytes = 600 * MiB;
  const tasks = simulate(plan({ ...fourSlots, vms: vms(6, { disk: { usedBytes } }) })).jobs.nightly?.runs[0]?.tasks ?? [];
  const one = { ...vm('db'), disks: Array.from({ length: 6 }, () => disk({ usedBytes })) };
  const [ofOne] = simulate(plan({ ...fourSlots, vms: [one] })).jobs.nightly?.runs[0]?.tasks ?? [];
  return compared('Slots', 'Six disks of ten minutes each on four slots.', [
    { what: 'six VMs: running at once', expected: 4, ours: tasks.filter(({ transferMs }) => transferMs === 0).length },
    { what: 'six VMs: waiting', expected: 2, ours: tasks.filter(({ transferMs }) => transferMs !== 0).length },
    { what: 'one VM with six disks: the last ends after', expected: 1_200_000, ours: ofOne?.transferEndMs ?? 0, unit: 'ms' },
  ]);
}
