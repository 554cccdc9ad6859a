import { describe, expect, it } from 'vitest';
import { type JobPlan, type Plan, type RecoveryChange, type RecoveryState, simulate, type VmRecovery } from '../../../sim/index.ts';
import { at, fault } from '../faults/support.ts';
import { appending, DAY, HOUR, job, keep, MiB, repository, vm } from '../plans.ts';
import { days, device, nights } from './observed.ts';

function statesAt(given: Plan, instants: readonly number[]): RecoveryState[] {
  return simulate(given, { recoveryAt: instants }).recovery as RecoveryState[];
}

const webAt = (given: Plan, ...instants: number[]): VmRecovery[] => statesAt(given, instants).map(({ vms }) => vms.web as VmRecovery);

/** Moment of the newest, age, number. */
const briefly = ({ newestPointAtMs, rpoMs, restorePoints }: Pick<VmRecovery, 'newestPointAtMs' | 'rpoMs' | 'restorePoints'>) => [
  newestPointAtMs,
  rpoMs,
  restorePoints,
];

/** A full takes 204.8 s to store, an increment 20.48 s. */
const FULL_MS = 204_800;
const INCREMENT_MS = 20_480;

const nightly = (of: Partial<JobPlan> = {}): JobPlan =>
  job({ mode: 'forever-forward', schedule: nights(3), retention: keep({ last: 9 }), account: 'svc', ...of });

const estate = (of: Partial<JobPlan> = {}, more: Partial<Plan> = {}): Plan => days(4, { repositories: [device()], jobs: [nightly(of)], ...more });

describe('what could be restored', () => {
  it('changes when a point is complete, not before', () => {
    const states = webAt(estate(), FULL_MS - 1, FULL_MS, DAY + INCREMENT_MS - 1, DAY + INCREMENT_MS, 4 * DAY);
    expect(states.map(briefly)).toEqual([
      [null, FULL_MS - 1, 0],
      [0, FULL_MS, 1],
      [0, DAY + INCREMENT_MS - 1, 1],
      [DAY, INCREMENT_MS, 2],
      [2 * DAY, 2 * DAY, 3],
    ]);
  });

  it('lists the chains with what each point takes', () => {
    const [state] = webAt(estate(), DAY + INCREMENT_MS);
    expect(state?.chains).toEqual([
      {
        job: 'nightly',
        repository: 'repo',
        account: 'svc',
        copy: false,
        points: [
          { atMs: 0, kind: 'full', bytes: 10_240 * MiB, good: true, immutable: false },
          { atMs: DAY, kind: 'incremental', bytes: 1024 * MiB, good: true, immutable: false },
        ],
      },
    ]);
  });

  it('changes when the retention removes a point', () => {
    const given = estate({ mode: 'full', retention: keep({ last: 1 }) });
    expect(webAt(given, DAY + FULL_MS - 1, DAY + FULL_MS).map(briefly)).toEqual([
      [0, DAY + FULL_MS - 1, 1],
      [DAY, FULL_MS, 1],
    ]);
  });

  it('changes when the oldest increment has been merged into its full', () => {
    // 1,024 MiB are read at 100 and written at 50 MiB/s: 30.72 s.
    const merged = 2 * DAY + INCREMENT_MS + 30_720;
    const [before, after] = webAt(estate({ retention: keep({ last: 2 }) }), merged - 1, merged) as [VmRecovery, VmRecovery];
    expect([before, after].map(({ chains }) => chains[0]?.points.map(({ atMs, kind }) => [atMs / DAY, kind]))).toEqual([
      [
        [0, 'full'],
        [1, 'incremental'],
        [2, 'incremental'],
      ],
      [
        [1, 'full'],
        [2, 'incremental'],
      ],
    ]);
    expect([before.restorePoints, after.restorePoints]).toEqual([3, 2]);
  });

  it('counts before the start in the past', () => {
    const schedule = { kind: 'every' as const, everyMs: DAY, offsetMs: 12 * HOUR };
    expect(webAt(estate({ initial: 'established', schedule, retention: keep({ last: 3 }) }), HOUR).map(briefly)).toEqual([
      [-12 * HOUR, 13 * HOUR, 3],
    ]);
  });

  it('says which points nobody can delete, with those that they need', () => {
    // Immutable for 30 h from when they are stored.
    const given = (mode: JobPlan['mode']): Plan => estate({ mode }, { repositories: [device({ immutableMs: 30 * HOUR })] });
    const locked = ({ chains, survives }: VmRecovery) => [
      chains[0]?.points.map(({ immutable }) => immutable),
      survives['account:svc']?.restorePoints,
    ];
    const [young, old] = [30 * HOUR + FULL_MS - 1, 30 * HOUR + FULL_MS];
    expect(webAt(given('full'), young, old).map(locked)).toEqual([
      [[true, true], 2],
      [[false, true], 1],
    ]);
    expect(webAt(given('forever-forward'), old, 30 * HOUR + DAY + INCREMENT_MS - 1).map(locked)).toEqual([
      [[true, true], 2],
      [[true, true, true], 3],
    ]);
  });

  it('is that after everything of the instant has happened', () => {
    const theft = (atMs: number): Partial<Plan> => ({ faults: [fault('stolen-account', { account: 'svc', ...at(atMs) })] });
    expect(webAt(estate({}, theft(HOUR)), HOUR - 1, HOUR).map(briefly)).toEqual([
      [0, HOUR - 1, 1],
      [null, HOUR, 0],
    ]);
  });

  it('of a VM exists only as long as the VM does, but for its points', () => {
    const [unborn, born] = webAt(estate({ schedule: { kind: 'at', atMs: [3 * DAY] } }, { vms: [vm('web', { bornMs: 2 * DAY })] }), DAY, 2 * DAY + 5);
    expect([unborn, born].map((state) => briefly(state as VmRecovery))).toEqual([
      [null, null, 0],
      [null, 5, 0],
    ]);
    const deleted = estate({}, { vms: [{ ...days(1).vms[0], deletedMs: DAY + HOUR } as Plan['vms'][number]] });
    expect(webAt(deleted, DAY + HOUR - 1, DAY + HOUR).map(briefly)).toEqual([
      [DAY, HOUR - 1, 2],
      [DAY, null, 2],
    ]);
  });

  it('cannot be said of instants outside of the scenario', () => {
    for (const instant of [-1, 4 * DAY + 1, 0.5]) expect(() => statesAt(estate(), [instant])).toThrow(RangeError);
  });

  it('is told by time and once for each instant, however they are asked for', () => {
    expect(statesAt(estate(), [DAY, 0, DAY]).map(({ atMs }) => atMs)).toEqual([0, DAY]);
  });
});

describe('what a loss would leave', () => {
  const survivals = ({ survives }: VmRecovery) => Object.fromEntries(Object.entries(survives).map(([loss, left]) => [loss, briefly(left)]));

  it('with its age: everything without the datastore, nothing without the repository or from the hands of the account', () => {
    expect(survivals(webAt(estate(), DAY + HOUR)[0] as VmRecovery)).toEqual({
      'datastore:ds': [DAY, HOUR, 2],
      'repository:repo': [null, DAY + HOUR, 0],
      'account:svc': [null, DAY + HOUR, 0],
    });
  });

  it('is what a theft then really leaves', () => {
    const immutable = { repositories: [device({ immutableMs: 36 * HOUR })] };
    const given = estate({ mode: 'full' }, immutable);
    const robbed = { ...given, faults: [fault('stolen-account', { account: 'svc', ...at(2 * DAY + HOUR) })] };
    const [foreseen] = webAt(given, 2 * DAY + HOUR) as [VmRecovery];
    const [come] = webAt(robbed, 2 * DAY + HOUR) as [VmRecovery];
    // The first point is 49 h old.
    expect(foreseen.survives['account:svc']).toEqual({ newestPointAtMs: 2 * DAY, rpoMs: HOUR, restorePoints: 2 });
    expect(briefly(come)).toEqual([2 * DAY, HOUR, 2]);
  });

  it('is a copy, as soon as it is complete', () => {
    const copyTo = { repository: 'far', links: ['wan'], schedule: null, retention: keep({ last: 9 }), account: null };
    const given = estate(
      {},
      {
        links: [{ name: 'wan', bandwidthBytesPerSecond: 10 * MiB, origin: '' }],
        repositories: [device({ copyTo }), repository({ name: 'far' })],
      },
    );
    // 10,240 MiB over 10 MiB/s.
    const copied = FULL_MS + 1_024_000;
    const [before, after] = webAt(given, copied - 1, copied) as [VmRecovery, VmRecovery];
    expect([before, after].map(({ survives }) => briefly(survives['repository:repo'] as VmRecovery))).toEqual([
      [null, copied - 1, 0],
      [0, copied, 1],
    ]);
    expect([before.restorePoints, after.restorePoints]).toEqual([1, 1]);
    expect(after.chains.map(({ repository: name, copy }) => [name, copy])).toEqual([
      ['repo', false],
      ['far', true],
    ]);
  });

  it('of a VM with nothing but kept snapshots is nothing without its datastore', () => {
    const snapshots = { method: 'snapshot-only' as const, keepSnapshots: 2, repository: null };
    const lost = DAY + 6 * HOUR;
    const given = estate(snapshots, { faults: [fault('datastore-lost', { datastore: 'ds', ...at(lost) })] });
    const [before, after] = webAt(given, lost - 1, lost) as [VmRecovery, VmRecovery];
    expect(briefly(before)).toEqual([DAY, 6 * HOUR - 1, 2]);
    expect(before.survives['datastore:ds']).toEqual({ newestPointAtMs: null, rpoMs: lost - 1, restorePoints: 0 });
    // The older one is frozen with a day of writes, the other has taken those of six hours.
    expect(before.chains[0]?.points.map(({ kind, bytes }) => [kind, Math.round(bytes / MiB)])).toEqual([
      ['snapshot', 1024],
      ['snapshot', 256],
    ]);
    expect(briefly(after)).toEqual([null, lost, 0]);
    expect(after.chains).toEqual([]);
  });

  it('on a repository stays when the datastore is lost', () => {
    const given = estate({}, { faults: [fault('datastore-lost', { datastore: 'ds', ...at(DAY + HOUR) })] });
    expect(webAt(given, DAY + HOUR, 4 * DAY).map(briefly)).toEqual([
      [DAY, HOUR, 2],
      [DAY, 3 * DAY, 2],
    ]);
  });
});

describe('a continuous backup', () => {
  const streaming = (of: Partial<JobPlan> = {}, more: Partial<Plan> = {}, writes = appending(MiB)): Plan =>
    days(2, {
      repositories: [repository()],
      vms: [vm('web', { disk: { usedBytes: 0, writes } })],
      jobs: [job({ method: 'cdp', streamBytesPerSecond: 10 * MiB, account: 'svc', ...of })],
      ...more,
    });

  it('that keeps up has a point of the present, and only one', () => {
    expect(webAt(streaming(), HOUR, DAY).map(briefly)).toEqual([
      [HOUR, 0, 1],
      [DAY, 0, 1],
    ]);
  });

  it('that does not is as old as what it has not sent', () => {
    // Half of what is written goes out: after t the writes of the first half of t.
    for (const hours of [1, 2, 7.5]) {
      const [state] = webAt(streaming({}, {}, appending(20 * MiB)), hours * HOUR) as [VmRecovery];
      expect(Math.abs((state.rpoMs as number) - (hours * HOUR) / 2)).toBeLessThan(10);
      expect(state.newestPointAtMs).toBe(hours * HOUR - (state.rpoMs as number));
    }
  });

  it('that was stopped stays where it had come to', () => {
    expect(webAt(streaming({ timeoutMs: DAY }), DAY - 1, DAY, DAY + 6 * HOUR).map(briefly)).toEqual([
      [DAY - 1, 0, 1],
      [DAY, 0, 1],
      [DAY, 6 * HOUR, 1],
    ]);
  });

  it('is copied as it was when the copy began', () => {
    const copyTo = { repository: 'far', links: ['wan'], schedule: null, retention: keep({ last: 9 }), account: null };
    const given = streaming(
      { timeoutMs: HOUR },
      {
        links: [{ name: 'wan', bandwidthBytesPerSecond: MiB, origin: '' }],
        repositories: [repository({ copyTo }), repository({ name: 'far' })],
        vms: [vm('web', { disk: { writes: appending(MiB) } })],
      },
    );
    // The full is there after 1,024 s and copied after 10,240 s more; the stream is stopped in between.
    const [during, after] = webAt(given, 2 * HOUR, 4 * HOUR) as [VmRecovery, VmRecovery];
    expect(briefly(during)).toEqual([HOUR, HOUR, 1]);
    expect(briefly(after)).toEqual([HOUR, 3 * HOUR, 2]);
    expect(briefly(after.survives['repository:repo'] as VmRecovery)).toEqual([0, 4 * HOUR, 1]);
  });

  it('whose replica is stolen has nothing to bring up to date any more', () => {
    const theft = {
      faults: [fault('stolen-account', { account: 'svc', ...at(12 * HOUR) })],
      vms: [vm('web', { rpoMs: HOUR, disk: { writes: appending(MiB), usedBytes: 0 } })],
    };
    const given = streaming({}, theft);
    expect(webAt(given, 12 * HOUR - 1, 12 * HOUR, DAY).map(briefly)).toEqual([
      [12 * HOUR - 1, 0, 1],
      [null, 12 * HOUR, 0],
      [null, DAY, 0],
    ]);
    const { vms, findings } = simulate(given);
    expect(vms.web).toMatchObject({ restorePoints: 0, worstRpoMs: 2 * DAY });
    expect(findings.filter(({ rule }) => rule === 'rpo-missed')).toMatchObject([{ atMs: 12 * HOUR, untilMs: null }]);
  });

  it('that catches up late does not make older what another job has stored', () => {
    // Its full of 72,000 MiB is there after two hours, as old as that; the other one's of an hour ago is newer.
    const disk = { usedBytes: 72_000 * MiB, writes: appending(MiB) };
    const other = job({ name: 'other', schedule: { kind: 'at', atMs: [HOUR] } });
    const jobs = [...streaming().jobs, other];
    const { vms } = simulate({ ...streaming({}, { vms: [vm('web', { disk })], jobs }) });
    // 72,000 MiB at 1000 MiB/s and what has been written in that hour.
    expect(vms.web?.worstLagMs).toBe(2 * HOUR);
    expect(vms.web?.worstRpoMs).toBeGreaterThan(HOUR + 72_000);
    expect(vms.web?.worstRpoMs).toBeLessThan(HOUR + 500_000);
  });
});

describe('the changes of what can be restored', () => {
  const rowsOf = (given: Plan): unknown[][] => {
    const rows: RecoveryChange[] = [];
    simulate(given, { onRecoveryChange: (change) => rows.push(change) });
    return rows.map(({ atMs, newestPointAtMs, rpoBeforeMs, rpoMs, restorePoints, why }) => [
      atMs,
      newestPointAtMs,
      rpoBeforeMs,
      rpoMs,
      restorePoints,
      why.join(' '),
    ]);
  };

  it('are told with the age just before and after', () => {
    const given = estate({ retention: keep({ last: 2 }) }, { faults: [fault('stolen-account', { account: 'svc', ...at(3 * DAY) })] });
    const second = DAY + INCREMENT_MS;
    const third = 2 * DAY + INCREMENT_MS;
    expect(rowsOf(given)).toEqual([
      [0, null, null, 0, 0, 'start'],
      [FULL_MS, 0, FULL_MS, FULL_MS, 1, 'stored'],
      [second, DAY, second, INCREMENT_MS, 2, 'stored'],
      [third, 2 * DAY, third - DAY, INCREMENT_MS, 3, 'stored'],
      [third + 30_720, 2 * DAY, third + 30_720 - 2 * DAY, third + 30_720 - 2 * DAY, 2, 'merged'],
      [3 * DAY, null, DAY, 3 * DAY, 0, 'lost'],
    ]);
  });

  it('come from the VM, too', () => {
    const given = estate({ schedule: { kind: 'at', atMs: [3 * DAY] } }, { vms: [vm('web', { bornMs: DAY, deletedMs: 2 * DAY })] });
    expect(rowsOf(given)).toEqual([
      [DAY, null, null, 0, 0, 'vm-created'],
      [2 * DAY, null, DAY, null, 0, 'vm-deleted'],
    ]);
  });

  it('name the log events by which they came about', () => {
    const rows: RecoveryChange[] = [];
    const kinds = new Map<number, string>();
    simulate(estate({ mode: 'full', retention: keep({ last: 1 }) }), {
      onEvent: (line) => {
        const { id, kind } = JSON.parse(line) as { id: string; kind: string };
        kinds.set(Number(id.slice(1)), kind);
      },
      onRecoveryChange: (change) => rows.push(change),
    });
    expect(rows.map(({ why, events }) => [why.join(' '), events.map((event) => kinds.get(event))])).toEqual([
      ['start', ['scenario-started']],
      ['stored', ['transfer-ended']],
      ['pruned stored', ['transfer-ended', 'points-removed']],
      ['pruned stored', ['transfer-ended', 'points-removed']],
    ]);
  });

  it('of a continuous backup are those of its state', () => {
    const given = days(2, {
      repositories: [repository()],
      vms: [vm('web', { disk: { usedBytes: 1000 * MiB, writes: appending(MiB) } })],
      jobs: [job({ method: 'cdp', streamBytesPerSecond: 10 * MiB, timeoutMs: DAY })],
    });
    const rows = rowsOf(given);
    expect(rows.map(([, , , , count, why]) => [count, why])).toEqual([
      [0, 'start'],
      [1, 'stored stream-behind'],
      [1, 'stream-in-step'],
      [1, 'stream-ended'],
    ]);
    // The full takes 100 s; then 100 s of writes, at 1 of 10 MiB/s.
    expect(rows[1]?.slice(0, 4)).toEqual([100_000, 0, 100_000, 100_000]);
    expect(rows[2]?.[0]).toBeGreaterThanOrEqual(111_111);
    expect(rows[2]?.[0]).toBeLessThan(112_200);
    expect(rows[3]).toEqual([DAY, DAY, 0, 0, 1, 'stream-ended']);
  });
});
