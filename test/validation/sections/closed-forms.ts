/** 1. Closed forms: what can be worked out with a pencil. */
import { throughNetwork } from '../../../bench/flow-instance.ts';
import { type Plan, simulate, type TaskResult, type WritePlan } from '../../../sim/index.ts';
import { DAY, datastore, disk, GiB, job, MINUTE, MiB, NO_WRITES, plan, repository, vm, vms } from '../../sim/plans.ts';
import { compared, type Figure, type Section } from '../section.ts';

const INSTANT = 1e18;
const UNHINDERED = { mergeBytesPerSecond: INSTANT, readBytesPerSecond: INSTANT, writeBytesPerSecond: INSTANT, iops: 1e12 };

export function closedForms(): Section {
  const figures = [...transfers(), ...sharing(), ...deltas(), timeToFull(), ...backlogs()];
  return compared('Closed forms', 'What can be worked out with a pencil.', figures);
}

function firstTask(given: Partial<Plan>): TaskResult {
  return Object.values(simulate(plan(given)).jobs)[0]?.runs[0]?.tasks[0] as TaskResult;
}

function transfers(): Figure[] {
  const slow = [repository({ writeBytesPerSecond: 80 * MiB })];
  return [
    { what: 'one disk of 10 GiB at 80 MiB/s ends after', expected: 128_000, ours: firstTask({ repositories: slow }).transferEndMs ?? 0, unit: 'ms' },
    {
      what: 'each of 7 such disks on one repository ends after',
      expected: 7 * 128_000,
      ours: firstTask({ repositories: slow, vms: vms(7) }).transferEndMs ?? 0,
      unit: 'ms',
    },
  ];
}

/** Weighted max-min: the bytes are such that with the right rates (bytes per millisecond) every flow ends after one second. */
function sharing(): Figure[] {
  const flow = (rate: number, link: number, weight = 1, cap = 0) => ({ startMs: 0, bytes: rate * 1000, cap, weight, disk: 0, link });
  const cases = {
    'a disk of 10, one of two flows crosses a link of 3: rates 3 and 7': { capacities: [10, 3, 100], flows: [flow(3, 1), flow(7, 2)] },
    'a disk of 12, weights 1 and 3: rates 3 and 9': { capacities: [12, 100], flows: [flow(3, 1), flow(9, 1, 3)] },
    'a disk of 10, one flow capped at 2, the others of weight 1 and 3: rates 2, 2 and 6': {
      capacities: [10, 100],
      flows: [flow(2, 1, 1, 2), flow(2, 1), flow(6, 1, 3)],
    },
  };
  return Object.entries(cases).map(([what, instance]) => {
    const { finishMs } = throughNetwork(instance);
    const furthest = finishMs.reduce((worst, ms) => (Math.abs(ms - 1000) > Math.abs(worst - 1000) ? ms : worst), 1000);
    return { what: `${what}; ends after`, expected: 1000, ours: furthest, unit: 'ms' };
  });
}

/** A delta that is open for exactly three days. */
function deltas(): Figure[] {
  const bytes = 3 * 86_400 * 10 * MiB;
  const held = (writes: Partial<WritePlan>): number =>
    firstTask({
      durationMs: 4 * DAY,
      vms: [vm('web', { disk: { sizeBytes: 2 * bytes, usedBytes: bytes, writes: { ...NO_WRITES, ...writes } } })],
      datastores: [datastore({ ...UNHINDERED, capacityBytes: 10 * bytes })],
      repositories: [repository({ writeBytesPerSecond: 10 * MiB })],
    }).peakDeltaBytes / GiB;
  const set = { law: 'working-set', rateBytesPerSecond: MiB, workingSetBytes: 100 * GiB } as const;
  const written = (3 * 86_400) / 1024;
  return [
    { what: 'append, 1 MiB/s over 3 days', expected: written, ours: held({ rateBytesPerSecond: MiB }), decimals: 4, unit: 'GiB' },
    {
      what: 'working-set of 100 GiB, 1 MiB/s over 3 days',
      expected: 100 * (1 - Math.exp(-written / 100)),
      ours: held(set),
      decimals: 4,
      unit: 'GiB',
    },
    {
      what: 'power, 9 GiB in 24 h, over 3 days',
      expected: 9 * 3 ** 0.72,
      ours: held({ law: 'power', changedBytesPerDay: 9 * GiB }),
      decimals: 4,
      unit: 'GiB',
    },
  ];
}

/** Three deltas of the power law and one that appends; the root of their sum is found by bisection. */
function timeToFull(): Figure {
  const changed = [20, 40, 60];
  const free = 90 * GiB;
  const result = simulate(
    plan({
      durationMs: 5 * DAY,
      vms: [
        ...changed.map((gib, index) => vm(`vm-${index}`, { disk: disk({ writes: { ...NO_WRITES, law: 'power', changedBytesPerDay: gib * GiB } }) })),
        vm('appends', { disk: disk({ writes: { ...NO_WRITES, rateBytesPerSecond: MiB } }) }),
      ],
      datastores: [datastore({ ...UNHINDERED, capacityBytes: 400 * GiB + free })],
      jobs: [job({ streamBytesPerSecond: 1 })],
    }),
  );
  const grown = (ms: number): number => changed.reduce((sum, gib) => sum + gib * GiB * (ms / DAY) ** 0.72, (ms / 1000) * MiB);
  let [low, high] = [0, 5 * DAY];
  for (let halving = 0; halving < 100; halving++) {
    const middle = (low + high) / 2;
    if (grown(middle) < free - 100 * MiB) low = middle;
    else high = middle;
  }
  return { what: 'four growing deltas fill the datastore after', expected: Math.ceil(high), ours: result.datastores.ds?.fullAtMs ?? 0, unit: 'ms' };
}

function backlogs(): Figure[] {
  const after = (serviceMinutes: number): number =>
    (
      simulate(
        plan({
          durationMs: 6 * DAY,
          vms: [vm('web', { disk: { usedBytes: serviceMinutes * 60 * MiB } })],
          repositories: [repository({ writeBytesPerSecond: MiB })],
          jobs: [job({ schedule: { kind: 'every', everyMs: 15 * MINUTE, offsetMs: 0 }, ifRunning: 'queue-all' })],
        }),
      ).jobs.nightly?.runs ?? []
    ).filter(({ endedMs }) => endedMs === null).length;
  return Object.entries({ 16: 36, 20: 144, 30: 288, 60: 432 }).map(([service, expected]) => ({
    what: `a job of ${service} minutes every 15, all queued: runs due and not ended after 6 days`,
    expected,
    ours: after(Number(service)),
  }));
}
