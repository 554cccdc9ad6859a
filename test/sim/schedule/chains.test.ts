import { describe, expect, it } from 'vitest';
import { type JobPlan, type Plan, type Result, simulate } from '../../../sim/index.ts';
import { DAY, GiB, HOUR, job, keep, MINUTE, MiB, NO_WRITES, plan, repository, SECOND, vm } from '../plans.ts';

/** Two VMs of ten minutes each: `first` backs up one, `second` the other when a run of `first` has ended. */
function chained(on: 'any' | 'success', given: Partial<Plan> & { first?: Partial<JobPlan>; second?: Partial<JobPlan> } = {}): Result {
  const { first, second, ...rest } = given;
  const of = (name: string): JobPlan['selection'] => ({ all: false, names: [name], tags: [], hosts: [], datastores: [], except: [] });
  return simulate(
    plan({
      vms: ['web', 'db'].map((name) => vm(name, { disk: { usedBytes: 600 * MiB } })),
      jobs: [
        job({ name: 'first', selection: of('web'), streamBytesPerSecond: MiB, ...first }),
        job({ name: 'second', selection: of('db'), streamBytesPerSecond: MiB, schedule: { kind: 'after', job: 'first', on }, ...second }),
      ],
      ...rest,
    }),
  );
}

const dueOf = (result: Result): number[] => (result.jobs.second?.runs ?? []).map((run) => run.dueMs);

describe('a job after another', () => {
  it('is due at the instant at which the run of the other ends, consolidation included', () => {
    const timings = { quiesceMs: 2 * SECOND, createMs: SECOND, removeMs: 3 * SECOND, attachMs: 0 };
    const result = chained('any', { first: { timings } });
    expect(result.jobs.first?.runs[0]?.endedMs).toBe(10 * MINUTE + 6 * SECOND);
    expect(result.jobs.second?.runs).toMatchObject([{ dueMs: 10 * MINUTE + 6 * SECOND, startedMs: 10 * MINUTE + 6 * SECOND, status: 'success' }]);
  });

  it('is due as often as the other ends', () => {
    expect(dueOf(chained('any', { first: { schedule: { kind: 'every', everyMs: 6 * HOUR, offsetMs: 0 } } }))).toEqual(
      [0, 6, 12, 18].map((hours) => hours * HOUR + 10 * MINUTE),
    );
  });

  it('is not due for a skipped run, which has no end', () => {
    const schedule = { kind: 'at' as const, atMs: [0, 5 * MINUTE] };
    const result = chained('any', { first: { schedule, ifRunning: 'skip' } });
    expect(result.jobs.first?.runs.map(({ status }) => status)).toEqual(['success', 'skipped']);
    expect(dueOf(result)).toEqual([10 * MINUTE]);
  });

  it('is due after a failed run where any end counts, and not where only success does', () => {
    const full = { repositories: [repository({ name: 'repo', capacityBytes: 300 * MiB }), repository({ name: 'other' })] };
    const [any, success] = (['any', 'success'] as const).map((on) => chained(on, { ...full, second: { repository: 'other' } }));
    for (const result of [any, success]) expect(result?.jobs.first?.runs.map(({ status }) => status)).toEqual(['failed']);
    expect(dueOf(any as Result)).toEqual([5 * MINUTE]);
    expect(dueOf(success as Result)).toEqual([]);
  });

  it('is due after a success where only success counts', () => expect(dueOf(chained('success'))).toEqual([10 * MINUTE]));

  it('is not due at the end of the scenario, when nothing starts any more', () => {
    expect(dueOf(chained('any', { durationMs: 10 * MINUTE }))).toEqual([]);
    expect(dueOf(chained('any', { durationMs: 10 * MINUTE + 1 }))).toEqual([10 * MINUTE]);
  });

  it('follows its own policy when it is still running: the other does not wait for it', () => {
    const result = chained('any', {
      first: { schedule: { kind: 'every', everyMs: 15 * MINUTE, offsetMs: 0 } },
      second: { streamBytesPerSecond: MiB / 2 },
      durationMs: HOUR,
    });
    expect(result.jobs.second?.runs.map(({ dueMs, status }) => [dueMs / MINUTE, status])).toEqual([
      [10, 'success'],
      [25, 'skipped'],
      [40, 'success'],
      [55, 'skipped'],
    ]);
  });

  it('goes on along a chain of several, also over a run without any task', () => {
    const after = (name: string, before: string, given: Partial<JobPlan> = {}): JobPlan =>
      job({ name, streamBytesPerSecond: MiB, schedule: { kind: 'after', job: before, on: 'success' }, ...given });
    const nobody = { all: false, names: [], tags: ['none'], hosts: [], datastores: [], except: [] };
    const first = job({ name: 'a', streamBytesPerSecond: MiB });
    const result = simulate(
      plan({ vms: [vm('web', { disk: { usedBytes: 60 * MiB } })], jobs: [after('c', 'b'), after('b', 'a', { selection: nobody }), first] }),
    );
    expect(Object.entries(result.jobs).map(([name, { runs }]) => [name, runs[0]?.dueMs, runs[0]?.endedMs])).toEqual([
      ['c', MINUTE, 2 * MINUTE],
      ['b', MINUTE, MINUTE],
      ['a', 0, MINUTE],
    ]);
  });

  it('has the end of the other run as its cause in the log', () => {
    const lines: { id: string; type: string; causes: string[]; data?: { run?: string } }[] = [];
    const jobs = [job({ name: 'first' }), job({ name: 'second', schedule: { kind: 'after', job: 'first', on: 'any' } })];
    simulate(plan({ jobs }), { onEvent: (line) => lines.push(JSON.parse(line)) });
    const text = (line: object | undefined): string => JSON.stringify(line);
    const ended = lines.find((line) => text(line).includes('run-ended') && text(line).includes('first#1'));
    const due = lines.find((line) => text(line).includes('run-due') && text(line).includes('second#1'));
    expect(due?.causes).toEqual([ended?.id]);
  });

  it('when established had its last tick when the head of its chain had', () => {
    const nightly = { kind: 'every' as const, everyMs: DAY, offsetMs: 18 * HOUR };
    const writes = { ...NO_WRITES, rateBytesPerSecond: GiB / 3600, changedBytesPerDay: 24 * GiB };
    const established = { initial: 'established' as const, mode: 'forever-forward' as const, retention: keep({ last: 2 }) };
    const result = simulate(
      plan({
        vms: [vm('web', { disk: { usedBytes: 100 * GiB, writes } })],
        jobs: [
          job({ name: 'first', schedule: nightly, ...established }),
          job({ name: 'second', schedule: { kind: 'after', job: 'first', on: 'any' }, ...established }),
        ],
      }),
    );
    // From 18:00 on the day before the start, 24 hours at 1 GiB each.
    for (const name of ['first', 'second']) expect((result.jobs[name]?.runs[0]?.tasks[0]?.readBytes ?? 0) / GiB).toBeCloseTo(24, 1);
  });

  it('is refused by the simulator when the chain has no head or names nobody', () => {
    const circle = [job({ name: 'a', schedule: { kind: 'after', job: 'a', on: 'any' }, initial: 'established' })];
    expect(() => simulate(plan({ jobs: circle }))).toThrow('job a is after itself');
    expect(() => simulate(plan({ jobs: [job({ schedule: { kind: 'after', job: 'b', on: 'any' } })] }))).toThrow('b');
  });
});
