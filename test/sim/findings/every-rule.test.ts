/** For every rule one plan that raises it, and one as near to it as can be that does not. */
import { expect, it } from 'vitest';
import { RULES } from '../../../sim/findings/rules/index.ts';
import { type DiskPlan, type JobPlan, type Plan, type RuleId, simulate, type VmPlan } from '../../../sim/index.ts';
import { at, fault } from '../faults/support.ts';
import { appending, DAY, datastore, GiB, HOUR, job, MINUTE, MiB, plan, proxy, repository, SECOND, vm, vms } from '../plans.ts';
import { selecting } from './support.ts';

const every = (everyMs: number) => ({ kind: 'every' as const, everyMs, offsetMs: 0 });
/** One VM of 10 GiB in use of 100, thick; without a limit it is read in ten seconds. */
const lone = (disk: Partial<DiskPlan>, of: Partial<JobPlan> = {}, more: Partial<Plan> = {}): Plan =>
  plan({ vms: [vm('web', { disk })], jobs: [job(of)], ...more });

/** Writes 1 MiB/s into a snapshot that is open for 10,240 s; the datastore has so many GiB beyond the disk. */
const filling = (gib: number, given: Partial<VmPlan> = {}): Plan =>
  plan({
    datastores: [datastore({ capacityBytes: (100 + gib) * GiB })],
    vms: [vm('web', { disk: { writes: appending(MiB) }, ...given })],
    jobs: [job({ streamBytesPerSecond: MiB })],
  });
/** Two hours and fifty minutes long. */
const slow = (of: Partial<JobPlan>): Plan => lone({}, { streamBytesPerSecond: MiB, ...of });
const closingAt = (hours: number): Plan =>
  slow({
    window: {
      hours: { fromMinute: 0, untilMinute: hours * 60, days: [0, 1, 2, 3, 4, 5, 6] },
      atEnd: 'finish',
      catchUp: false,
      blackouts: [],
    },
  });
const snapshots = (kind: 'user' | 'orphan', count: number, ageHours: number): Plan =>
  lone({ snapshots: Array.from({ length: count }, () => ({ kind, takenMs: -ageHours * HOUR, sizeBytes: 0 })) });
/** Guests ask for so much of the 1,000 operations of 16 KiB that their datastore does in a second. */
const busy = (share: number): Plan =>
  lone({ writes: appending((share * 1000 * MiB) / 64) }, { schedule: { kind: 'at', atMs: [DAY - 1] } }, { datastores: [datastore({ iops: 1000 })] });
const newcomer = (of: Partial<JobPlan>): Plan =>
  plan({ durationMs: 3 * DAY, vms: [vm('web'), vm('new', { bornMs: HOUR })], jobs: [job({ schedule: every(DAY), ...of })] });
/** The other job begins after so many hours; the first is over after 2 h 50 min. */
const meeting = (hours: number): Plan =>
  plan({ jobs: [job({ streamBytesPerSecond: MiB }), job({ name: 'other', schedule: { kind: 'at', atMs: [hours * HOUR] } })] });
const stolen = (account: string): Plan => lone({}, { account: 'svc' }, { faults: [fault('stolen-account', { account, ...at(12 * HOUR) })] });

const NEIGHBOURS: Record<RuleId, { raises: Plan; near: Plan }> = {
  // 10 GiB less the floor do not hold what is written in 10,240 s.
  'space-exhausted': { raises: filling(10), near: filling(11) },
  'vm-paused': { raises: filling(10), near: filling(11) },
  'vm-crashed': { raises: filling(10, { toleratesPauseMs: MINUTE }), near: filling(10, { toleratesPauseMs: 10 * DAY }) },
  'vm-not-created': {
    raises: plan({ datastores: [datastore({ capacityBytes: 200 * GiB })], vms: [vm('web'), vm('new', { bornMs: HOUR })] }),
    near: plan({ datastores: [datastore({ capacityBytes: 201 * GiB })], vms: [vm('web'), vm('new', { bornMs: HOUR })] }),
  },
  'repository-full': {
    raises: lone({}, {}, { repositories: [repository({ capacityBytes: 9 * GiB })] }),
    near: lone({}, {}, { repositories: [repository({ capacityBytes: 11 * GiB })] }),
  },
  'task-failed': {
    raises: lone({}, {}, { faults: [fault('buggy-application', { vm: 'web' })] }),
    near: lone({}, { retries: { times: 1, waitMs: HOUR } }, { faults: [fault('buggy-application', { vm: 'web', ...at(0, MINUTE) })] }),
  },
  'rpo-missed': { raises: plan({ vms: [vm('web', { rpoMs: DAY - 1 })] }), near: plan({ vms: [vm('web', { rpoMs: DAY })] }) },
  'vm-unprotected': {
    raises: plan({ vms: vms(2), jobs: [job({ selection: selecting({ names: ['vm-01'] }) })] }),
    near: plan({ vms: vms(2), jobs: [job({ selection: selecting({ names: ['vm-01', 'vm-02'] }) })] }),
  },
  // A tenth of 111 GiB is 11.1 GiB, of 112 GiB 11.2; 11 and 12 GiB are free.
  'free-space': {
    raises: lone({}, {}, { datastores: [datastore({ capacityBytes: 111 * GiB })] }),
    near: lone({}, {}, { datastores: [datastore({ capacityBytes: 112 * GiB })] }),
  },
  'snapshot-orphaned': { raises: snapshots('orphan', 1, 1), near: snapshots('user', 1, 1) },
  'consolidation-stalled': {
    raises: lone(
      { writes: appending(MiB) },
      { schedule: { kind: 'at', atMs: [0, HOUR] }, streamBytesPerSecond: 10 * MiB },
      { datastores: [datastore({ mergeBytesPerSecond: MiB / 4 })] },
    ),
    near: lone({ writes: appending(MiB) }, { schedule: { kind: 'at', atMs: [0, HOUR] }, streamBytesPerSecond: 10 * MiB }),
  },
  // At the end of the day the one is 72 h and a millisecond old, the other 72 h.
  'snapshot-age': {
    raises: lone({ snapshots: [{ kind: 'user', takenMs: -48 * HOUR - 1, sizeBytes: 0 }] }),
    near: lone({ snapshots: [{ kind: 'user', takenMs: -48 * HOUR, sizeBytes: 0 }] }),
  },
  // The backup puts its own on top.
  'chain-depth': { raises: snapshots('user', 3, 1), near: snapshots('user', 2, 1) },
  'excessive-permission': { raises: stolen('svc'), near: stolen('other') },
  'direct-disk-copy': { raises: lone({ writes: appending(1) }, { method: 'direct-disk' }), near: lone({}, { method: 'direct-disk' }) },
  'snapshot-as-backup': { raises: lone({}, { method: 'snapshot-only' }), near: lone({}) },
  'software-outdated': {
    raises: lone({}, {}, { faults: [fault('catalog-corrupt', { job: 'nightly', ...at(HOUR) })] }),
    near: lone({}, {}, { faults: [fault('catalog-corrupt', { job: 'nightly', ...at(2 * DAY) })] }),
  },
  'unsupported-guest': {
    raises: plan({ vms: [vm('web', { guest: 'nt4' })], jobs: [job({ method: 'agent', supportedGuests: ['linux'] })] }),
    near: plan({ vms: [vm('web', { guest: 'linux' })], jobs: [job({ method: 'agent', supportedGuests: ['linux'] })] }),
  },
  'window-overrun': { raises: closingAt(2), near: closingAt(3) },
  'run-overlap': { raises: slow({ schedule: every(2 * HOUR) }), near: slow({ schedule: every(3 * HOUR) }) },
  'run-skipped': { raises: slow({ schedule: every(2 * HOUR) }), near: slow({ schedule: every(2 * HOUR), ifRunning: 'queue-all' }) },
  'io-saturated': { raises: busy(0.91), near: busy(0.89) },
  // 1 ms at rest: 1 / (1 - 0.96) = 25 ms, 1 / (1 - 0.94) = 17 ms.
  latency: { raises: busy(0.96), near: busy(0.94) },
  stun: {
    raises: lone({}, { timings: { quiesceMs: 0, createMs: 5 * SECOND, removeMs: 0, attachMs: 0 } }),
    near: lone({}, { timings: { quiesceMs: 0, createMs: 5 * SECOND - 1, removeMs: 0, attachMs: 0 } }),
  },
  // The fourth begins when three times 2 h 50 min are over, the third when two are.
  'slot-starved': {
    raises: plan({ vms: vms(4), jobs: [job({ streamBytesPerSecond: MiB, concurrency: 1 })] }),
    near: plan({ vms: vms(3), jobs: [job({ streamBytesPerSecond: MiB, concurrency: 1 })] }),
  },
  // 10 GiB at 20 MiB a second are 512 s of work for one core, at 50 MiB a second 205 s: less than five minutes.
  'proxy-starved': {
    raises: lone({}, { proxies: ['p'] }, { proxies: [proxy('p', { cores: 1, perCoreFullBytesPerSecond: 20 * MiB })] }),
    near: lone({}, { proxies: ['p'] }, { proxies: [proxy('p', { cores: 1, perCoreFullBytesPerSecond: 50 * MiB })] }),
  },
  'guest-agent-storm': {
    raises: plan({ vms: vms(11), jobs: [job({ method: 'agent' })] }),
    near: plan({ vms: vms(10), jobs: [job({ method: 'agent' })] }),
  },
  'new-vm-missed': { raises: newcomer({ selection: selecting({ names: ['web'] }) }), near: newcomer({}) },
  'job-overlap': { raises: meeting(2), near: meeting(3) },
};

const rulesOf = (given: Plan): RuleId[] => simulate(given).findings.map(({ rule }) => rule);

it.each(Object.keys(NEIGHBOURS) as RuleId[])('%s is raised by a plan, and not by one near it', (rule) => {
  const { raises, near } = NEIGHBOURS[rule];
  expect(rulesOf(raises)).toContain(rule);
  expect(rulesOf(near)).not.toContain(rule);
});

it('no rule is left out', () => {
  expect(Object.keys(NEIGHBOURS).sort()).toEqual([...new Set(RULES.map(({ id }) => id))].sort());
});
