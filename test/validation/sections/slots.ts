/** 5. Slots, without and with an order between jobs. */
import { simulate } from '../../../sim/index.ts';
import { disk, GiB, HOUR, job, MiB, plan, proxy, repository, vm, vms } from '../../sim/plans.ts';
import { compared, type Section } from '../section.ts';

const HOURS = [3, 2, 2, 2, 4, 4, 4, 4, 9];
/** Which job, counted from 1, is after which. */
const ORDER = { 5: 4, 6: 4, 7: 4, 8: 4, 9: 1 };

/** Hours until the last of Graham's jobs has ended; each reads one VM, and the place in the list is its priority. */
function grahamHours(slots: number, hours: readonly number[], order: Readonly<Record<number, number>>): number {
  const result = simulate(
    plan({
      vms: hours.map((length, index) => vm(`v${index + 1}`, { disk: { usedBytes: length * 60 * GiB } })),
      proxies: [proxy('p', { slots })],
      jobs: hours.map((_, index) => {
        const before = order[index + 1];
        return job({
          name: `j${index + 1}`,
          selection: { all: false, names: [`v${index + 1}`], tags: [], hosts: [], datastores: [], except: [] },
          schedule: before === undefined ? { kind: 'at', atMs: [0] } : { kind: 'after', job: `j${before}`, on: 'any' },
          proxies: ['p'],
          priority: index + 1,
          streamBytesPerSecond: (60 * GiB) / 3600,
        });
      }),
    }),
  );
  return Math.max(...Object.values(result.jobs).map(({ runs }) => runs[0]?.endedMs ?? Number.NaN)) / HOUR;
}

export function slots(): Section {
  const fourSlots = { repositories: [repository({ slots: 4 })], jobs: [job({ streamBytesPerSecond: MiB })] };
  const usedBytes = 600 * MiB;
  const tasks = simulate(plan({ ...fourSlots, vms: vms(6, { disk: { usedBytes } }) })).jobs.nightly?.runs[0]?.tasks ?? [];
  const one = { ...vm('db'), disks: Array.from({ length: 6 }, () => disk({ usedBytes })) };
  const [ofOne] = simulate(plan({ ...fourSlots, vms: [one] })).jobs.nightly?.runs[0]?.tasks ?? [];
  const about =
    "Six disks of ten minutes each on four slots; Graham's anomaly: jobs of 3, 2, 2, 2, 4, 4, 4, 4 and 9 hours, the ninth after the first, the fifth to the eighth after the fourth.";
  return compared('Slots', about, [
    { what: 'six VMs: running at once', expected: 4, ours: tasks.filter(({ transferMs }) => transferMs === 0).length },
    { what: 'six VMs: waiting', expected: 2, ours: tasks.filter(({ transferMs }) => transferMs !== 0).length },
    { what: 'one VM with six disks: the last ends after', expected: 1_200_000, ours: ofOne?.transferEndMs ?? 0, unit: 'ms' },
    { what: 'Graham, 3 slots: all ended after', expected: 12, ours: grahamHours(3, HOURS, ORDER), unit: 'h' },
    { what: 'Graham, 4 slots', expected: 15, ours: grahamHours(4, HOURS, ORDER), unit: 'h' },
    {
      what: 'Graham, 3 slots, every job one hour shorter',
      expected: 13,
      ours: grahamHours(
        3,
        HOURS.map((hours) => hours - 1),
        ORDER,
      ),
      unit: 'h',
    },
    { what: 'Graham, 3 slots, the fifth and the sixth after no other', expected: 16, ours: grahamHours(3, HOURS, { 7: 4, 8: 4, 9: 1 }), unit: 'h' },
  ]);
}
