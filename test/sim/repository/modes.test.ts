import { describe, expect, it } from 'vitest';
import type { Plan, RepositoryPlan } from '../../../sim/index.ts';
import { DAY, HOUR, job, keep, MiB, NO_WRITES, vm } from '../plans.ts';
import { juneLevels } from './levels-calendar.ts';
import { days, device, heldAt, nights, observe, server } from './observed.ts';

const at = (...daysAt: number[]) => ({ kind: 'at' as const, atMs: daysAt.map((day) => day * DAY) });
const kinds = (given: Plan): unknown[] => (observe(given).result.jobs.nightly?.runs ?? []).map(({ tasks }) => tasks[0]?.kind);
const ended = (given: Plan): (number | null | undefined)[] =>
  (observe(given).result.jobs.nightly?.runs ?? []).map(({ tasks, dueMs }) => (tasks[0]?.transferEndMs ?? 0) - dueMs);

describe('forever-forward', () => {
  const given = (of: Partial<RepositoryPlan> = {}, vms = [server()]): Plan =>
    days(4, { vms, repositories: [device(of)], jobs: [job({ mode: 'forever-forward', schedule: nights(4), retention: keep({ last: 2 }) })] });

  it('merges the oldest increment after the transfers of the run: a byte costs 1/read and 1/write, its space returns at the end', () => {
    // Night 2: 1,024 MiB at 50 MiB/s are there after 20.48 s; the merge of as many takes 1024 (1/100 + 1/50) = 30.72 s.
    const work = observe(given()).events.filter(({ kind }) => kind.startsWith('repository-work'));
    expect(work.slice(0, 2).map(({ kind, atMs, work: what, bytes }) => [kind, atMs - 2 * DAY, what, bytes])).toEqual([
      ['repository-work-started', 20_480, 'merge', 1024 * MiB],
      ['repository-work-ended', 51_200, 'merge', 1024 * MiB],
    ]);
    expect(heldAt(given(), 2 * DAY + 51_199).usedMib).toBe(10_240 + 2 * 1024);
    expect(heldAt(given(), 2 * DAY + 51_200)).toMatchObject({ usedMib: 10_240 + 1024, points: { full: 1, incremental: 1 } });
  });

  it('merges no faster than the merge rate', () => {
    const [, merged] = observe(given({ mergeBytesPerSecond: 10 * MiB })).events.filter(({ work }) => work === 'merge');
    expect(merged?.atMs).toBe(2 * DAY + 20_480 + 102_400);
  });

  it('gives each VM a merge of its own, which needs a slot, and shares the device among them', () => {
    const ends = (slots: number | null): number[] =>
      observe(given({ slots }, [server('a'), server('b')]))
        .of('repository-work-ended')
        .slice(0, 2)
        .map(({ atMs }) => atMs - 2 * DAY);
    // Two increments together take 40.96 s, two merges together 61.44 s.
    expect(ends(null)).toEqual([102_400, 102_400]);
    // With one slot `b` waits 204.8 s for its full and 20.48 s for its first increment, which is so much smaller.
    const second = 1024 - (1024 * (204.8 - 20.48)) / 86_400;
    expect(ends(1)).toEqual([40_960 + 30_720, 40_960 + 30_720 + Math.ceil(second * 30)]);
  });

  it('waits with the merge until the last task of the run has read, and does not keep the run active', () => {
    const run = observe({ ...given({ mergeBytesPerSecond: 1 }), vms: [server('a'), server('b')] });
    const [first] = run.of('repository-work-started');
    expect(first?.atMs).toBe(2 * DAY + 40_960);
    expect(run.result.jobs.nightly?.runs.map(({ status }) => status)).toEqual(['success', 'success', 'success', 'success']);
    // The chain is still being merged: the next run adds to it.
    expect(heldAt({ ...given({ mergeBytesPerSecond: 1 }) }, 4 * DAY)).toMatchObject({
      usedMib: 10_240 + 3 * 1024,
      points: { full: 1, incremental: 3 },
    });
  });

  it('lets the full grow with the VM: what that takes is taken when the merge starts, and without room the merge is refused', () => {
    const growing = vm('web', {
      disk: {
        usedBytes: 10_240 * MiB,
        growth: { kind: 'linear', bytesPerDay: 512 * MiB },
        writes: { ...NO_WRITES, changedBytesPerDay: 1024 * MiB },
      },
    });
    // A full of the first night's successor is 512 MiB larger.
    expect(heldAt(given({}, [growing]), 2 * DAY + 51_200).usedMib).toBeCloseTo(10_240 + 512 + 1024, 1);
    const tight = observe(given({ capacityBytes: 12_500 * MiB }, [growing]));
    expect(tight.of('repository-work-refused')[0]).toMatchObject({ work: 'merge', neededBytes: 512 * MiB, freeBytes: 212 * MiB });
    expect(heldAt(given({ capacityBytes: 12_500 * MiB }, [growing]), 3 * DAY - 1).usedMib).toBe(10_240 + 2048);
  });

  it('with block clone only changes references', () => {
    const run = observe(given({ blockClone: true }));
    expect(run.of('repository-work-started')).toEqual([]);
    expect(run.of('repository-work-ended')[0]?.atMs).toBe(2 * DAY + 20_480);
    expect(heldAt(given({ blockClone: true }), 2 * DAY + 20_480)).toMatchObject({ usedMib: 10_240 + 1024, points: { full: 1, incremental: 1 } });
  });
});

describe('forward', () => {
  const given = (kind: 'active' | 'synthetic', last: number, of: Partial<RepositoryPlan> = {}): Plan =>
    days(4, {
      repositories: [device(of)],
      jobs: [job({ mode: 'forward', fullBackups: { kind, schedule: at(1.5) }, schedule: nights(4), retention: keep({ last }) })],
    });

  it('reads everything again in the first run at or after the instant of an active full', () => {
    expect(kinds(given('active', 9))).toEqual(['full', 'incremental', 'full', 'incremental']);
    expect(ended(given('active', 9))).toEqual([204_800, 20_480, 204_800, 20_480]);
    expect(heldAt(given('active', 9), 3 * DAY - 1)).toMatchObject({ usedMib: 2 * 10_240 + 1024, points: { full: 2, incremental: 1 } });
  });

  it('removes the old chain as a whole, when nothing kept depends on it', () => {
    // Two points: the second night of the new chain needs none of the old one.
    expect(heldAt(given('active', 2), 3 * DAY - 1)).toMatchObject({ points: { full: 2, incremental: 1 } });
    expect(heldAt(given('active', 2), 3 * DAY + HOUR)).toMatchObject({ usedMib: 10_240 + 1024, points: { full: 1, incremental: 1 } });
  });

  it('owes a VM its full until it has one', () => {
    // The repository has no room for the second full: each run tries it anew.
    const full = given('active', 9, { capacityBytes: 15_000 * MiB });
    expect(kinds(full)).toEqual(['full', 'incremental', 'full', 'full']);
  });

  it('makes a synthetic full out of the chain: reads all of it, writes one full, which takes the place of the last increment', () => {
    expect(kinds(given('synthetic', 9))).toEqual(['full', 'incremental', 'incremental', 'incremental']);
    const works = observe(given('synthetic', 9)).events.filter(({ work }) => work === 'synthetic-full');
    // (10,240 + 2 x 1,024) / 100 + 10,240 / 50 = 327.68 s.
    expect(works.map(({ atMs }) => atMs - 2 * DAY)).toEqual([20_480, 20_480 + 327_680]);
    expect(works[0]).toMatchObject({ bytes: 10_240 * MiB, readBytes: 12_288 * MiB });
    expect(heldAt(given('synthetic', 9), 2 * DAY + 20_480).usedMib).toBe(2 * 10_240 + 2048);
    expect(heldAt(given('synthetic', 9), 3 * DAY - 1)).toMatchObject({ usedMib: 2 * 10_240 + 1024, points: { full: 2, incremental: 1 } });
    expect(heldAt(given('synthetic', 1), 3 * DAY - 1)).toMatchObject({ usedMib: 10_240, points: { full: 1, incremental: 0 } });
  });

  it('refuses a synthetic full that does not fit, and tries again after the next run', () => {
    const refused = observe(given('synthetic', 9, { capacityBytes: 15_000 * MiB })).of('repository-work-refused');
    expect(refused.map(({ atMs, work, neededBytes }) => [atMs, work, neededBytes])).toEqual([
      [2 * DAY + 20_480, 'synthetic-full', 10_240 * MiB],
      [3 * DAY + 20_480, 'synthetic-full', 10_240 * MiB],
    ]);
    expect(heldAt(given('synthetic', 9, { capacityBytes: 15_000 * MiB }), 4 * DAY)).toMatchObject({ points: { full: 1, incremental: 3 } });
  });

  it('with block clone a synthetic full takes no more than its increment, and what it shares stays with it when the old chain goes', () => {
    const cloned = given('synthetic', 2, { blockClone: true });
    expect(heldAt(cloned, 2 * DAY + 20_480)).toMatchObject({ usedMib: 10_240 + 2048, points: { full: 2, incremental: 1 } });
    // The new chain alone: a whole full and an increment.
    expect(heldAt(cloned, 3 * DAY + HOUR)).toMatchObject({ usedMib: 10_240 + 1024, points: { full: 1, incremental: 1 } });
  });

  it('reads since the last full in a differential, on which later increments stand', () => {
    const levels = (last: number): Plan =>
      days(4, {
        repositories: [device()],
        jobs: [
          job({
            mode: 'forward',
            fullBackups: { kind: 'active', schedule: at(9) },
            differential: at(2),
            schedule: nights(4),
            retention: keep({ last }),
          }),
        ],
      });
    expect(kinds(levels(9))).toEqual(['full', 'incremental', 'differential', 'incremental']);
    expect(heldAt(levels(9), 4 * DAY)).toMatchObject({ usedMib: 10_240 + 1024 + 2048 + 1024, points: { full: 1, incremental: 2, differential: 1 } });
    // The differential needs the full and not the increment between.
    expect(heldAt(levels(1), 3 * DAY - 1)).toMatchObject({ usedMib: 10_240 + 2048, points: { full: 1, incremental: 0, differential: 1 } });
    expect(heldAt(levels(1), 4 * DAY)).toMatchObject({ usedMib: 10_240 + 2048 + 1024, points: { full: 1, incremental: 1, differential: 1 } });
  });

  it('keeps the weekly cycle of the calendar reference', () => {
    const levels = juneLevels();
    expect(levels.filter(([, level]) => level === 'full').map(([day]) => day)).toEqual([1]);
    expect(levels.filter(([, level]) => level === 'differential').map(([day]) => day)).toEqual([8, 15]);
    expect(levels.filter(([, level]) => level === 'incremental').map(([day]) => day)).toEqual([3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 17]);
  });
});

describe('reverse', () => {
  const given = (last: number, of: Partial<RepositoryPlan> = {}): Plan =>
    days(4, { repositories: [device(of)], jobs: [job({ mode: 'reverse', schedule: nights(4), retention: keep({ last }) })] });

  it('reads and writes what each new block replaces, during the backup', () => {
    // 1,024 MiB x (1/100 + 2/50) = 51.2 s.
    expect(ended(given(9))).toEqual([204_800, 51_200, 51_200, 51_200]);
    expect(heldAt(given(9), 4 * DAY)).toMatchObject({ usedMib: 10_240 + 3 * 1024, points: { full: 1, reverse: 3, incremental: 0 } });
  });

  it('removes the oldest point without ado', () => {
    expect(heldAt(given(2), 4 * DAY)).toMatchObject({ usedMib: 10_240 + 1024, points: { full: 1, reverse: 1 } });
    expect(observe(given(2)).of('repository-work-started')).toEqual([]);
  });

  it('lets the full grow with the VM: new blocks replace nothing', () => {
    const growing = vm('web', {
      disk: {
        usedBytes: 10_240 * MiB,
        growth: { kind: 'linear', bytesPerDay: 512 * MiB },
        writes: { ...NO_WRITES, changedBytesPerDay: 1024 * MiB },
      },
    });
    const grown: Plan = { ...given(9), vms: [growing] };
    expect(heldAt(grown, 2 * DAY - 1).usedMib).toBe(10_240 + 1024);
    // With one point left it is a full of the present size.
    expect(heldAt({ ...grown, jobs: [job({ mode: 'reverse', schedule: nights(4), retention: keep({ last: 1 }) })] }, 2 * DAY - 1).usedMib).toBe(
      10_240 + 512,
    );
  });
});

describe('full', () => {
  it('stores everything each time and removes the oldest at once', () => {
    const given = days(3, { repositories: [device()], jobs: [job({ mode: 'full', schedule: nights(3), retention: keep({ last: 2 }) })] });
    expect(kinds(given)).toEqual(['full', 'full', 'full']);
    expect(heldAt(given, 2 * DAY + 204_799).points.full).toBe(2);
    expect(heldAt(given, 3 * DAY)).toMatchObject({ usedMib: 2 * 10_240, points: { full: 2 } });
  });
});
