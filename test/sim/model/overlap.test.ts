import { describe, expect, it } from 'vitest';
import { type JobPlan, type Result, type RunResult, simulate } from '../../../sim/index.ts';
import { DAY, GiB, HOUR, job, keep, MINUTE, MiB, plan, repository, vm } from '../plans.ts';

/** One VM, a run each hour that needs `minutes`, over five hours (ticks at 0, 1, 2, 3, 4 h). */
function hourly(ifRunning: JobPlan['ifRunning'], minutes: number): { result: Result; runs: RunResult[] } {
  const result = simulate(
    plan({
      durationMs: 5 * HOUR,
      vms: [vm('web', { disk: { usedBytes: minutes * 60 * MiB } })],
      repositories: [repository({ writeBytesPerSecond: MiB })],
      jobs: [job({ schedule: { kind: 'every', everyMs: HOUR, offsetMs: 0 }, ifRunning })],
    }),
  );
  return { result, runs: result.jobs.nightly?.runs ?? [] };
}

const rulesOf = (result: Result): string[] => result.findings.map((finding) => finding.rule);

describe('a tick that finds a run of its job active', () => {
  it('skip: makes a skipped run without tasks, and the next free tick runs', () => {
    const { result, runs } = hourly('skip', 90);
    expect(runs.map((run) => run.status)).toEqual(['success', 'skipped', 'success', 'skipped', 'running']);
    expect(runs[1]).toMatchObject({ startedMs: null, endedMs: null, tasks: [], overlapsPrevious: true, dueMs: HOUR });
    expect(result.jobs.nightly?.firstOverlapAtMs).toBe(HOUR);
    expect(rulesOf(result)).toEqual(['run-overlap', 'run-skipped']);
    expect(result.findings[1]?.evidence).toMatchObject({ count: 2, run: 'nightly#2', lastAtMs: 3 * HOUR });
  });

  it('queue: lets one wait, keeping its due instant, and skips further ones', () => {
    const { runs } = hourly('queue', 160);
    expect(runs.map((run) => [run.status, run.startedMs])).toEqual([
      ['success', 0],
      ['running', 160 * MINUTE],
      ['skipped', null],
      ['queued', null],
      ['skipped', null],
    ]);
    expect(runs[1]?.dueMs).toBe(HOUR);
  });

  it('queue-all: lets all wait and runs them in order', () => {
    const { runs } = hourly('queue-all', 90);
    expect(runs.map((run) => run.startedMs)).toEqual([0, 90 * MINUTE, 180 * MINUTE, 270 * MINUTE, null]);
  });

  it('start: runs both, with snapshots on top of each other and half the speed', () => {
    const { result, runs } = hourly('start', 90);
    expect(runs[1]?.startedMs).toBe(HOUR);
    // 60 minutes alone; then each new hour adds a run: 30 left shared by two until 120, 0 left.
    expect(runs[0]?.endedMs).toBe(2 * HOUR);
    expect(result.vms.web?.maxChainDepth).toBeGreaterThanOrEqual(2);
  });

  it('is no overlap when the run ends in the very instant of the tick', () => {
    const { result, runs } = hourly('skip', 60);
    expect(runs.map((run) => run.status)).toEqual(['success', 'success', 'success', 'success', 'success']);
    expect(result.verdict).toBe('safe');
  });

  it('starts a queued run before the ticks of the same instant', () => {
    const { runs } = hourly('queue', 60);
    expect(runs.every((run) => !run.overlapsPrevious)).toBe(true);
    const { runs: longer } = hourly('queue', 120);
    // nightly#2 waits from 1 h, starts at 2 h when #1 ends; the tick of 2 h finds it active and waits in turn.
    expect(longer.map((run) => run.startedMs)).toEqual([0, 2 * HOUR, 4 * HOUR, null, null]);
    expect(longer.map((run) => run.status)).toEqual(['success', 'success', 'running', 'skipped', 'queued']);
  });
});

describe('statuses at the end', () => {
  it('show what was under way: queued, running and what has been read', () => {
    const result = simulate(
      plan({
        durationMs: 1000,
        vms: [vm('a'), vm('b')],
        repositories: [repository({ writeBytesPerSecond: MiB })],
        jobs: [job({ concurrency: 1 })],
      }),
    );
    const [run] = result.jobs.nightly?.runs ?? [];
    expect(run?.status).toBe('running');
    expect(run?.tasks[0]).toMatchObject({ status: 'running', readBytes: MiB, transferEndMs: null, endedMs: null });
    expect(run?.tasks[1]).toMatchObject({ status: 'queued', snapshotMs: null, readBytes: 0, bottleneck: { 'waiting:job:nightly': 1 } });
  });
});

describe('bytes to read', () => {
  it('are all used bytes first, then the unique bytes since the last successful snapshot of the same job', () => {
    const result = simulate(
      plan({
        durationMs: 3 * DAY,
        vms: [
          vm('web', {
            disk: {
              writes: {
                law: 'power',
                changedBytesPerDay: 2 * GiB,
                rateBytesPerSecond: null,
                workingSetBytes: null,
                exponent: 0.72,
                growth: { kind: 'none' },
              },
            },
          }),
        ],
        jobs: [
          job({ mode: 'forever-forward', schedule: { kind: 'every', everyMs: DAY, offsetMs: 0 } }),
          job({ name: 'other', mode: 'forever-forward', schedule: { kind: 'at', atMs: [36 * HOUR] } }),
        ],
      }),
    );
    const read = (result.jobs.nightly?.runs ?? []).map((run) => [run.tasks[0]?.kind, Math.round((run.tasks[0]?.readBytes ?? 0) / MiB)]);
    expect(read).toEqual([
      ['full', 10 * 1024],
      ['incremental', 2048],
      ['incremental', 2048],
    ]);
    expect(result.jobs.other?.runs[0]?.tasks[0]?.kind).toBe('full');
  });

  it('are a full without change tracking, the whole size of a thick disk without zero detection, and at most the used bytes', () => {
    const both = simulate(
      plan({
        durationMs: 2 * DAY,
        vms: [
          vm('blind', { changeTracking: false }),
          vm('busy', {
            disk: {
              writes: {
                law: 'append',
                changedBytesPerDay: 50 * GiB,
                rateBytesPerSecond: null,
                workingSetBytes: null,
                exponent: 0.72,
                growth: { kind: 'none' },
              },
            },
          }),
        ],
        jobs: [job({ mode: 'forever-forward', zeroDetection: false, schedule: { kind: 'every', everyMs: DAY, offsetMs: 0 } })],
      }),
    );
    const [first, second] = both.jobs.nightly?.runs ?? [];
    expect(first?.tasks.map((task) => task.readBytes)).toEqual([100 * GiB, 100 * GiB]);
    expect(second?.tasks.map((task) => [task.kind, task.readBytes])).toEqual([
      ['full', 100 * GiB],
      ['incremental', 10 * GiB],
    ]);
  });

  it('with `initial: established` the first run is incremental and the repository holds the chain already', () => {
    const result = simulate(
      plan({
        vms: [
          vm('web', {
            disk: {
              writes: {
                law: 'power',
                changedBytesPerDay: GiB,
                rateBytesPerSecond: null,
                workingSetBytes: null,
                exponent: 0.72,
                growth: { kind: 'none' },
              },
            },
          }),
        ],
        jobs: [
          job({
            mode: 'forever-forward',
            initial: 'established',
            retention: keep({ last: 5 }),
            reduction: 2,
            schedule: { kind: 'every', everyMs: DAY, offsetMs: 12 * HOUR },
          }),
        ],
      }),
    );
    expect(result.jobs.nightly?.runs[0]?.tasks[0]).toMatchObject({ kind: 'incremental', readBytes: GiB });
    // One full of 10 GiB and four increments of 1 GiB, halved.
    expect(result.repositories.repo?.startUsedBytes).toBe(7 * GiB);
    expect(result.repositories.repo?.peakUsedBytes).toBe(7.5 * GiB);
  });
});
