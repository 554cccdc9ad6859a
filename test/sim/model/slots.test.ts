import { describe, expect, it } from 'vitest';
import { type DiskPlan, type JobPlan, type Plan, type ProxyPlan, simulate, type VmPlan } from '../../../sim/index.ts';
import { at, fault } from '../faults/support.ts';
import { datastore, GiB, HOUR, job, MINUTE, MiB, plan, proxy, repository, vm, vms } from '../plans.ts';

const PER_TASK = 10 * MINUTE;

/** Each task takes ten minutes at its own stream limit, whatever the others do. */
function estate(given: Partial<JobPlan>, more: Partial<Plan> = {}): Plan {
  return plan({
    vms: vms(6, { disk: { usedBytes: 600 * MiB } }),
    jobs: [job({ streamBytesPerSecond: MiB, ...given })],
    ...more,
  });
}

const selected = (...names: string[]): JobPlan['selection'] => ({ all: false, names, tags: [], hosts: [], datastores: [], except: [] });

const starts = (given: Plan, name = 'nightly'): (number | null)[] =>
  (simulate(given).jobs[name]?.runs[0]?.tasks ?? []).map((task) => task.transferMs);

describe('slots', () => {
  it('let 4 of 6 run and 2 wait, wherever the limit stands', () => {
    const expected = [0, 0, 0, 0, PER_TASK, PER_TASK];
    expect(starts(estate({ concurrency: 4 }))).toEqual(expected);
    expect(starts(estate({}, { repositories: [repository({ slots: 4 })] }))).toEqual(expected);
    expect(starts(estate({ proxies: ['p'] }, { proxies: [proxy('p', { slots: 4 })] }))).toEqual(expected);
  });

  it('take the proxy with most free slots, of equals the first listed', () => {
    const events: string[] = [];
    const proxies: ProxyPlan[] = [proxy('small', { slots: 1 }), proxy('large', { slots: 3 })];
    simulate(estate({ proxies: ['small', 'large'] }, { proxies }), {
      onEvent: (line) => {
        const event = JSON.parse(line);
        if (event.kind === 'task-started') events.push(event.proxy);
      },
    });
    expect(events.slice(0, 4)).toEqual(['large', 'large', 'small', 'large']);
  });

  it('are held until the transfer ends, not while the snapshot is merged', () => {
    const slow = plan({
      vms: vms(2, {
        disk: {
          usedBytes: 60 * MiB,
          writes: { law: 'append', changedBytesPerDay: 0, rateBytesPerSecond: MiB, workingSetBytes: null, exponent: 1, growth: { kind: 'none' } },
        },
      }),
      jobs: [job({ concurrency: 1, streamBytesPerSecond: MiB, timings: { quiesceMs: 2000, createMs: 500, removeMs: 30_000, attachMs: 0 } })],
    });
    const [first, second] = simulate(slow).jobs.nightly?.runs[0]?.tasks ?? [];
    expect(first?.transferEndMs).toBe(62_500);
    expect(second?.transferMs).toBe(65_000);
    expect(first?.consolidatedMs ?? 0).toBeGreaterThan(92_500);
  });

  it('go by priority, then arrival, then the order of the file', () => {
    const two = (first: number, second: number): Plan =>
      estate(
        {},
        {
          vms: [vm('a', { tags: ['one'], disk: { usedBytes: 600 * MiB } }), vm('b', { tags: ['two'], disk: { usedBytes: 600 * MiB } })],
          repositories: [repository({ slots: 1 })],
          jobs: [
            job({
              name: 'one',
              priority: first,
              streamBytesPerSecond: MiB,
              selection: { all: false, names: [], tags: ['one'], hosts: [], datastores: [], except: [] },
            }),
            job({
              name: 'two',
              priority: second,
              streamBytesPerSecond: MiB,
              selection: { all: false, names: [], tags: ['two'], hosts: [], datastores: [], except: [] },
            }),
          ],
        },
      );
    expect([starts(two(0, 0), 'one'), starts(two(0, 0), 'two')]).toEqual([[0], [PER_TASK]]);
    expect([starts(two(1, 0), 'one'), starts(two(1, 0), 'two')]).toEqual([[PER_TASK], [0]]);
  });

  it('a task that cannot start never blocks a later one', () => {
    // Job one holds a's lock for ten minutes; job two wants a and b with one slot: b goes first.
    const result = simulate(
      estate(
        {},
        {
          vms: [vm('a', { disk: { usedBytes: 600 * MiB } }), vm('b', { disk: { usedBytes: 600 * MiB } })],
          jobs: [
            job({ name: 'one', streamBytesPerSecond: MiB, selection: { all: false, names: ['a'], tags: [], hosts: [], datastores: [], except: [] } }),
            job({ name: 'two', streamBytesPerSecond: MiB, schedule: { kind: 'at', atMs: [MINUTE] }, concurrency: 1 }),
          ],
        },
      ),
    );
    expect(result.jobs.two?.runs[0]?.tasks.map((task) => task.transferMs)).toEqual([11 * MINUTE, MINUTE]);
  });

  it('what a task that fails at once gives back goes to the next in the line', () => {
    // One slot for two runs. The first VM is read for ten minutes, the others fail as soon as they have the slot: nobody reaches their datastore.
    const [first, second, third] = vms(3, { disk: { usedBytes: 600 * MiB } });
    const away = (given: VmPlan | undefined): VmPlan[] =>
      given === undefined ? [] : [{ ...given, disks: given.disks.map((disk) => ({ ...disk, datastore: 'far' })) }];
    const given = estate(
      {
        method: 'direct-san',
        fallback: 'fail',
        proxies: ['p'],
        snapshots: 'whole-run',
        ifRunning: 'start',
        schedule: { kind: 'at', atMs: [0, MINUTE] },
      },
      {
        datastores: [datastore(), datastore({ name: 'far' })],
        proxies: [proxy('p', { fabricDatastores: ['ds'], slots: 1 })],
        vms: [...(first === undefined ? [] : [first]), ...away(second), ...away(third)],
      },
    );
    const runs = simulate(given).jobs.nightly?.runs ?? [];
    expect(runs[0]?.tasks.map(({ endedMs }) => endedMs)).toEqual([PER_TASK, PER_TASK, PER_TASK]);
    expect(runs[1]?.tasks.map(({ transferMs }) => transferMs)).toEqual([PER_TASK, null, null]);
  });

  it('whole-run: a further attempt has come later than the runs that are there', () => {
    // The first attempt of the first run fails at once, its second one comes when the second run waits already.
    const blocked = vm('other', { disk: { usedBytes: 1800 * MiB } });
    const given = estate(
      { snapshots: 'whole-run', ifRunning: 'start', schedule: { kind: 'at', atMs: [MINUTE, 2 * MINUTE] }, retries: { times: 1, waitMs: 5 * MINUTE } },
      { vms: [...vms(1, { disk: { usedBytes: 600 * MiB } }), blocked], repositories: [repository({ slots: 1 })] },
    );
    const [base] = given.jobs as [JobPlan];
    given.jobs = [{ ...base, selection: selected('vm-01') }, job({ name: 'first', selection: selected('other'), streamBytesPerSecond: MiB })];
    given.faults = [fault('buggy-application', { vm: 'vm-01', ...at(MINUTE, 1) })];
    const runs = simulate(given).jobs.nightly?.runs ?? [];
    expect(runs[0]?.tasks.map(({ attempt, transferMs }) => [attempt, transferMs])).toEqual([
      [1, null],
      [2, 4 * PER_TASK],
    ]);
    expect(runs[1]?.tasks.map(({ transferMs }) => transferMs)).toEqual([3 * PER_TASK]);
  });

  it('whole-run opens all snapshots at once; tasks then wait with them open', () => {
    const tasks = simulate(estate({ concurrency: 2, snapshots: 'whole-run' })).jobs.nightly?.runs[0]?.tasks ?? [];
    expect(tasks.map((task) => task.snapshotMs)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(tasks.map((task) => task.transferMs)).toEqual([0, 0, PER_TASK, PER_TASK, 2 * PER_TASK, 2 * PER_TASK]);
  });

  it('raise slot-starved when a task waits longer than a night', () => {
    const starved = (slots: number): string[] =>
      simulate(
        plan({
          vms: vms(4, { disk: { usedBytes: 15 * GiB } }),
          repositories: [repository({ slots })],
          jobs: [job({ streamBytesPerSecond: MiB })],
        }),
      ).findings.map((finding) => `${finding.rule} ${finding.subject.name}`);
    // Each takes 4 h 16 min; with one slot the third waits 8 h 32 min, with two nobody waits longer than 4 h 16 min.
    expect(starved(1)).toEqual(['slot-starved repo']);
    expect(starved(2)).toEqual([]);
  });

  it('raise slot-starved for each of several proxies, of which none had a slot', () => {
    const starved = (slots: number): [string, number][] =>
      simulate(
        plan({
          durationMs: 2 * 24 * HOUR,
          vms: vms(6, { disk: { usedBytes: 15 * GiB } }),
          proxies: [proxy('p1', { slots }), proxy('p2', { slots })],
          jobs: [job({ streamBytesPerSecond: MiB, proxies: ['p1', 'p2'] })],
        }),
      ).findings.flatMap(({ rule, subject, atMs }) => (rule === 'slot-starved' ? [[`${subject.kind} ${subject.name}`, atMs]] : []));
    // As above, on two slots of two proxies: the fifth and the sixth wait for too long.
    expect(starved(1)).toEqual([
      ['proxy p1', 8 * HOUR],
      ['proxy p2', 8 * HOUR],
    ]);
    expect(starved(2)).toEqual([]);
  });

  it('add up what the tasks waited for', () => {
    const result = simulate(estate({}, { repositories: [repository({ slots: 4 })] }));
    expect(result.repositories.repo?.slotWaitMs).toBe(2 * PER_TASK);
    expect(result.jobs.nightly?.runs[0]?.tasks[5]?.bottleneck).toEqual({ 'waiting:repository:repo': 0.5, 'stream-limit:nightly': 0.5 });
  });

  it('are awaited for another reason once the first in the line has given up', () => {
    // The first VM is another job's for an hour and gives up after five minutes. Until then the second VM's second disk waits behind it, for the slot of
    // the job; from then on for the repository's, which its first disk has for ten minutes.
    const twoDisks = vm('second', { disk: { usedBytes: 600 * MiB } });
    twoDisks.disks.push(twoDisks.disks[0] as DiskPlan);
    const given = plan({
      vms: [vm('first', { disk: { usedBytes: 3600 * MiB } }), twoDisks],
      repositories: [repository({ slots: 1 }), repository({ name: 'other' })],
      jobs: [
        job({ name: 'long', selection: selected('first'), repository: 'other', streamBytesPerSecond: MiB }),
        job({ concurrency: 1, startDeadlineMs: 5 * MINUTE, streamBytesPerSecond: MiB }),
      ],
    });
    const [, second] = simulate(given).jobs.nightly?.runs[0]?.tasks ?? [];
    expect(second?.transferEndMs).toBe(2 * PER_TASK);
    const minutes = Object.entries(second?.bottleneck ?? {}).map(([label, share]) => [label, Math.round(share * 30)]);
    expect(Object.fromEntries(minutes)).toEqual({ 'waiting:job:nightly': 5, 'waiting:repository:repo': 5, 'stream-limit:nightly': 20 });
  });

  it.each([
    ['has crashed', [], fault('proxy-crash', { proxy: 'p', ...at(5 * MINUTE, 5 * MINUTE) })],
    ['has fewer', ['p'], fault('server-resources', { proxy: 'p', factor: 0.5, ...at(5 * MINUTE, 5 * MINUTE) })],
  ])('are awaited for another reason while a proxy %s', (_, taken, trouble) => {
    // The repository has one slot, and the first job has it for twenty minutes. The proxy has two, of which another job may have one.
    const given = plan({
      vms: [...vms(2, { disk: { usedBytes: 600 * MiB } }), vm('long', { disk: { usedBytes: 1200 * MiB } })],
      proxies: [proxy('p', { slots: 2 })],
      repositories: [repository({ slots: 1 }), repository({ name: 'other' })],
      jobs: [
        job({ name: 'long', selection: selected('long'), streamBytesPerSecond: MiB }),
        job({ name: 'third', selection: selected('vm-01'), repository: 'other', proxies: taken, streamBytesPerSecond: MiB }),
        job({ selection: selected('vm-02'), proxies: ['p'], streamBytesPerSecond: MiB }),
      ],
      faults: [trouble],
    });
    const [waiting] = simulate(given).jobs.nightly?.runs[0]?.tasks ?? [];
    expect(waiting?.bottleneck).toEqual({ 'waiting:repository:repo': 0.5, 'waiting:proxy:p': 1 / 6, 'stream-limit:nightly': 1 / 3 });
  });
});

describe('what a transfer crosses', () => {
  const lengthOf = (given: Plan): number => {
    const [task] = simulate(given).jobs.nightly?.runs[0]?.tasks ?? [];
    return ((task?.transferEndMs ?? 0) - (task?.transferMs ?? 0)) / 1000;
  };
  const lone = (more: Partial<Plan>, given: Partial<JobPlan> = {}): Plan => plan({ durationMs: 100 * HOUR, jobs: [job(given)], ...more });
  const seconds = 10 * 1024;

  it('is limited by each resource in turn', () => {
    expect(lengthOf(lone({ repositories: [repository({ writeBytesPerSecond: MiB })] }))).toBe(seconds);
    expect(lengthOf(lone({}, { streamBytesPerSecond: MiB }))).toBe(seconds);
    expect(
      lengthOf(
        lone({
          vms: [vm('web', { host: 'h' })],
          hosts: [{ name: 'h', nbdBytesPerSecond: MiB, networkBytesPerSecond: null, datastores: null, origin: '' }],
        }),
      ),
    ).toBe(seconds);
    expect(lengthOf(lone({ proxies: [proxy('p', { networkBytesPerSecond: MiB })] }, { proxies: ['p'] }))).toBe(seconds);
    expect(lengthOf(lone({ proxies: [proxy('p', { perCoreFullBytesPerSecond: MiB })] }, { proxies: ['p'] }))).toBe(seconds);
  });

  it('is reduced behind the proxy, or from the source on without one', () => {
    const links = [{ name: 'wan', bandwidthBytesPerSecond: MiB, origin: '' }];
    expect(lengthOf(lone({ links, repositories: [repository({ links: ['wan'] })] }, { reduction: 4 }))).toBe(seconds / 4);
    expect(lengthOf(lone({ links, proxies: [proxy('p', { links: ['wan'] })] }, { proxies: ['p'], reduction: 4 }))).toBe(seconds);
  });

  it('shares a proxy`s cores among its tasks', () => {
    const result = simulate(lone({ vms: vms(4), proxies: [proxy('p', { cores: 2, perCoreFullBytesPerSecond: 10 * MiB })] }, { proxies: ['p'] }));
    for (const task of result.jobs.nightly?.runs[0]?.tasks ?? []) {
      expect(task.transferEndMs).toBe((4 * 10 * 1024 * 1000) / 20);
      expect(task.bottleneck).toEqual({ 'proxy:p': 1 });
    }
    expect(result.proxies.p?.utilisation.max).toBe(1);
  });
});
