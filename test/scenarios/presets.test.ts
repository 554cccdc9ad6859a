/**
 * Each preset simulated from the scenario's text. Every VM holds 10 GiB and writes nothing; at 10 MiB/s its backup takes 1024 s (`READ`), at other rates what is
 * stated. What the products do is in docs/windows.md.
 */
import { describe, expect, it } from 'vitest';
import { type RunResult, simulate, type TaskResult } from '../../sim/index.ts';
import { load } from './support.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const READ = 1024 * SECOND;
const NEVER_WRITES = 'datastore: ds, size: 10GiB, reads: { rate: 0MiB/s }, writes: { law: append, rate: 0MiB/s }';
/** Its first attempts fail: a user's snapshot takes the only place that the chain has. */
const FAILS = `${NEVER_WRITES}, maxChain: 1, snapshots: [{ taken: 2026-03-01T10:00, size: 1MiB, kind: user }]`;

interface Estate {
  vms: Record<string, string>;
  jobs: Record<string, string>;
  proxies?: Record<string, string>;
  duration?: string;
}

/** Runs of each job from Monday 2026-03-02, 00:00 UTC. */
function runsOf({ vms, jobs, proxies = {}, duration = '2d' }: Estate): (job: string) => RunResult[] {
  const section = (name: string, entries: Record<string, string>, more = ''): string =>
    Object.keys(entries).length === 0
      ? ''
      : `${name}:\n${Object.entries(entries)
          .map(([key, keys]) => `  ${key}: { ${keys}${more} }\n`)
          .join('')}`;
  const text = `overrun: 1
name: presets
start: 2026-03-02T00:00
duration: ${duration}
datastores: { ds: { class: custom, capacity: 10TiB, read: 10GiB/s, write: 10GiB/s, iops: 1000000, latency: 1ms, mergeRate: 10GiB/s } }
repositories: { r: { capacity: 100TiB, read: 10GiB/s, write: 10GiB/s } }
${section('proxies', proxies)}${section('vms', vms)}${section('jobs', jobs, ', repository: r, mode: full, timings: { create: 0s, remove: 0s }')}`;
  const { jobs: results } = simulate(load(text).plan);
  return (job) => results[job]?.runs ?? [];
}

const tasksOf = (runs: RunResult[]): TaskResult[] => runs.flatMap(({ tasks }) => tasks);
const begun = (runs: RunResult[]): (number | null)[] => tasksOf(runs).map(({ transferMs }) => transferMs);
const dues = (runs: RunResult[]): number[] => runs.map(({ dueMs }) => dueMs / MINUTE);
const outcomes = (runs: RunResult[]): string[] => tasksOf(runs).map(({ vm, status, reason }) => [vm, status, reason].filter(Boolean).join(' '));

/** One 10 GiB VM read in so many minutes. */
const rateFor = (minutes: number): string => `streamRate: ${(10 * 1024 * 1024) / (minutes * 60)}KiB/s`;

describe('veeam-periodic', () => {
  const periodic = 'vms: all, preset: veeam-periodic';

  it('misses the times that fall into its run: every 4 hours, 5 hours from 00:00, next at 08:00', () => {
    const runs = runsOf({ vms: { web: NEVER_WRITES }, jobs: { j: `${periodic}, schedule: { every: 4h }, ${rateFor(300)}` }, duration: '20h' })('j');
    expect(runs.map(({ dueMs, status }) => [dueMs / HOUR, status])).toEqual([
      [0, 'success'],
      [4, 'skipped'],
      [8, 'success'],
      [12, 'skipped'],
      [16, 'running'],
    ]);
  });

  it('starts when the permitted hours begin, then by its schedule: every 2 hours from 09:00 to 17:00', () => {
    const keys = `schedule: { every: 2h }, streamRate: 10MiB/s`;
    const within = (limit: string): number[] =>
      dues(runsOf({ vms: { web: NEVER_WRITES }, jobs: { j: `${periodic}, ${keys}, ${limit}` }, duration: '1d' })('j'));
    expect(within('window: { from: "09:00", to: "17:00" }')).toEqual([9, 10, 12, 14, 16].map((hour) => hour * 60));
    // Denied hours may be a blackout as well; what the file states wins.
    expect(within('blackouts: [{ from: 2026-03-02T01:00, to: 2026-03-02T21:00 }]')).toEqual([0, 21 * 60, 22 * 60]);
    expect(within('window: { from: "09:00", to: "17:00" }, catchUp: false')).toEqual([10, 12, 14, 16].map((hour) => hour * 60));
  });

  it('stops at once what runs when they end', () => {
    const job = `${periodic}, schedule: "0 22 * * *", window: { from: "22:00", to: "23:00" }, concurrency: 1, ${rateFor(40)}`;
    const runs = runsOf({ vms: { web: `${NEVER_WRITES}, count: 3` }, jobs: { j: job }, duration: '1d' })('j');
    expect(outcomes(runs)).toEqual(['web-01 success', 'web-02 aborted window-closed', 'web-03 aborted window-closed']);
    expect(runs[0]?.endedMs).toBe(23 * HOUR);
  });

  it('tries what has failed three times more, 10 minutes apart, and nothing else', () => {
    const runs = runsOf({
      vms: { bad: FAILS, good: NEVER_WRITES },
      jobs: { j: `${periodic}, schedule: "0 1 * * *", streamRate: 10MiB/s` },
      duration: '1d',
    })('j');
    const attempts = (vm: string): number[] =>
      tasksOf(runs)
        .filter((task) => task.vm === vm)
        .map(({ queuedMs }) => queuedMs / MINUTE);
    expect(attempts('bad')).toEqual([60, 70, 80, 90]);
    expect(attempts('good')).toEqual([60]);
  });
});

describe('veeam-chained', () => {
  it('starts when all retries of the job before are over, though that has failed', () => {
    const runs = runsOf({
      vms: { bad: FAILS, good: NEVER_WRITES },
      jobs: {
        first: 'vms: { names: [bad] }, preset: veeam-chained, schedule: "0 1 * * *"',
        second: 'vms: { names: [good] }, preset: veeam-chained, schedule: { after: first }, streamRate: 10MiB/s',
        careful: 'vms: { names: [good] }, preset: veeam-chained, schedule: { after: first, on: success }',
      },
      duration: '1d',
    });
    expect(runs('first').map(({ status }) => status)).toEqual(['failed']);
    expect(dues(runs('second'))).toEqual([90]);
    expect(begun(runs('second'))).toEqual([90 * MINUTE]);
    expect(runs('careful')).toEqual([]);
  });

  it('runs once more when the job before ends again meanwhile', () => {
    const runs = runsOf({
      vms: { a: NEVER_WRITES, b: NEVER_WRITES },
      jobs: {
        first: 'vms: { names: [a] }, preset: veeam-chained, schedule: { at: [2026-03-02T00:00, 2026-03-02T01:00] }, streamRate: 10MiB/s',
        second: 'vms: { names: [b] }, preset: veeam-chained, schedule: { after: first }, streamRate: 2MiB/s',
      },
      duration: '1d',
    });
    expect(runs('second').map(({ dueMs }) => dueMs)).toEqual([READ, HOUR + READ]);
    expect(begun(runs('second'))).toEqual([READ, READ + 5 * READ]);
  });
});

describe('bareos', () => {
  const director = { director: 'slots: 1, slotUnit: vm' };
  const reads = 'preset: bareos, streamRate: 10MiB/s';

  it('backs up one VM after another', () => {
    const runs = runsOf({ vms: { web: `${NEVER_WRITES}, count: 3` }, jobs: { j: `vms: all, ${reads}, schedule: "0 1 * * *"` }, duration: '1d' })('j');
    expect(begun(runs)).toEqual([0, 1, 2].map((turn) => HOUR + turn * READ));
  });

  it('runs one job at a time where all share the director, the better priority first', () => {
    const jobs = (more: string): Record<string, string> => ({
      x: `vms: { names: [x] }, ${reads}, schedule: "0 1 * * *"${more}`,
      late: `vms: { names: [y] }, ${reads}, schedule: "2 1 * * *", priority: 10${more}`,
      urgent: `vms: { names: [z] }, ${reads}, schedule: "3 1 * * *", priority: 5${more}`,
    });
    const vms = { x: `${NEVER_WRITES}, count: 2`, y: NEVER_WRITES, z: NEVER_WRITES };
    const serial = runsOf({ vms, proxies: director, jobs: jobs(', proxies: [director]'), duration: '1d' });
    // `x` has priority 0, so both of its VMs go first.
    expect([...begun(serial('x')), ...begun(serial('urgent')), ...begun(serial('late'))]).toEqual([0, 1, 2, 3].map((turn) => HOUR + turn * READ));
    const apart = runsOf({ vms, jobs: jobs(''), duration: '1d' });
    expect([...begun(apart('late')), ...begun(apart('urgent'))]).toEqual([HOUR + 2 * MINUTE, HOUR + 3 * MINUTE]);
  });

  it('starts every run that was due meanwhile, one after another, and tries nothing again', () => {
    const at = 'schedule: { at: [2026-03-02T01:00, 2026-03-02T01:10, 2026-03-02T01:20] }';
    const runs = runsOf({ vms: { web: NEVER_WRITES }, jobs: { j: `vms: all, ${reads}, ${at}` }, duration: '1d' })('j');
    expect(begun(runs)).toEqual([0, 1, 2].map((turn) => HOUR + turn * READ));
    const failed = runsOf({ vms: { bad: FAILS }, jobs: { j: `vms: all, ${reads}, schedule: "0 1 * * *"` }, duration: '1d' })('j');
    expect(outcomes(failed)).toEqual(['bad failed chain-limit']);
  });

  it('is killed after six days', () => {
    const lasting = (days: number): RunResult[] =>
      runsOf({
        vms: { web: NEVER_WRITES },
        jobs: { j: `vms: all, preset: bareos, schedule: { at: [2026-03-02T01:00] }, ${rateFor(days * 24 * 60)}` },
        duration: '8d',
      })('j');
    const [killed] = lasting(7);
    expect([killed?.endedMs, killed?.tasks[0]?.reason]).toEqual([HOUR + 6 * DAY, 'timeout']);
    expect(lasting(5).map(({ status }) => status)).toEqual(['success']);
  });
});

describe('vzdump', () => {
  const nodes = { 'node-1': 'slots: 1, slotUnit: vm', 'node-2': 'slots: 1, slotUnit: vm' };
  const reads = 'preset: vzdump, method: copy-before-write, streamRate: 10MiB/s';

  it('backs up all guests of a job one after another, however long that takes', () => {
    const runs = runsOf({ vms: { g: `${NEVER_WRITES}, count: 20` }, jobs: { j: `vms: all, ${reads}, schedule: "0 1 * * *"` }, duration: '1d' })('j');
    // The last begins five hours and a half after the job.
    expect(begun(runs)).toEqual(Array.from({ length: 20 }, (_, turn) => HOUR + turn * READ));
    expect(runs[0]?.status).toBe('success');
  });

  it('works through one job of a node before the next; other nodes do not wait', () => {
    const runs = runsOf({
      vms: { a: `${NEVER_WRITES}, count: 3`, b: `${NEVER_WRITES}, count: 2`, c: NEVER_WRITES },
      proxies: nodes,
      jobs: {
        // In the file's order the later job stands first: it must still wait for the lock.
        second: `vms: { names: [b] }, ${reads}, proxies: [node-1], schedule: "10 1 * * *"`,
        first: `vms: { names: [a] }, ${reads}, proxies: [node-1], schedule: "0 1 * * *"`,
        elsewhere: `vms: { names: [c] }, ${reads}, proxies: [node-2], schedule: "10 1 * * *"`,
      },
      duration: '1d',
    });
    expect([...begun(runs('first')), ...begun(runs('second'))]).toEqual([0, 1, 2, 3, 4].map((turn) => HOUR + turn * READ));
    expect(begun(runs('elsewhere'))).toEqual([HOUR + 10 * MINUTE]);
  });

  it('gives up after 180 minutes without the lock, and backs up all guests when it gets it before', () => {
    const waiting = (before: number): RunResult[] =>
      runsOf({
        vms: { a: `${NEVER_WRITES}, count: ${before}`, b: `${NEVER_WRITES}, count: 20` },
        proxies: nodes,
        jobs: {
          first: `vms: { names: [a] }, ${reads}, proxies: [node-1], schedule: "0 1 * * *"`,
          second: `vms: { names: [b] }, ${reads}, proxies: [node-1], schedule: "0 2 * * *"`,
        },
        duration: '1d',
      })('second');
    // 15 guests take 256 minutes, 14 take 239 minutes less 4 s.
    const [late] = waiting(15);
    expect([late?.status, late?.endedMs, ...new Set(outcomes([late as RunResult]).map((text) => text.slice('b-01 '.length)))]).toEqual([
      'failed',
      5 * HOUR,
      'failed lock-wait',
    ]);
    const [inTime] = waiting(14);
    expect(inTime?.status).toBe('success');
    expect(begun([inTime as RunResult])).toEqual(Array.from({ length: 20 }, (_, turn) => HOUR + (14 + turn) * READ));
  });

  it('holds the lock for a guest, however many disks it has', () => {
    const disks = Array.from({ length: 3 }, () => `{ ${NEVER_WRITES} }`).join(', ');
    const runs = runsOf({
      vms: { big: `disks: [${disks}]`, small: NEVER_WRITES },
      proxies: nodes,
      jobs: {
        first: `vms: { names: [big] }, ${reads}, proxies: [node-1], schedule: "0 1 * * *"`,
        second: `vms: { names: [small] }, ${reads}, proxies: [node-1], schedule: "1 1 * * *"`,
      },
      duration: '1d',
    });
    // The disks are read at once, each at its own 10 MiB/s.
    expect(begun(runs('second'))).toEqual([HOUR + READ]);
  });

  it('starts a job that was due while it ran once, when it has ended', () => {
    const at = 'schedule: { at: [2026-03-02T01:00, 2026-03-02T01:05, 2026-03-02T01:10] }';
    const runs = runsOf({ vms: { g: NEVER_WRITES }, jobs: { j: `vms: all, ${reads}, ${at}` }, duration: '1d' })('j');
    expect(runs.map(({ startedMs, status }) => [startedMs, status])).toEqual([
      [HOUR, 'success'],
      [HOUR + READ, 'success'],
      [null, 'skipped'],
    ]);
  });
});

describe('netbackup', () => {
  const night = 'preset: netbackup, streamRate: 10MiB/s, concurrency: 1, window: { from: "01:00", to: "01:20" }';

  it('lets go on what has begun in the window, and begins nothing after it', () => {
    const runs = runsOf({ vms: { c: `${NEVER_WRITES}, count: 3` }, jobs: { j: `vms: all, ${night}, schedule: "0 1 * * *"` } })('j');
    expect(runs.map(({ dueMs }) => dueMs)).toEqual([HOUR, DAY + HOUR]);
    // The product would take the third first on the second night.
    expect(outcomes(runs)).toEqual([
      ...['c-01 success', 'c-02 success', 'c-03 aborted window-closed'],
      ...['c-01 success', 'c-02 success', 'c-03 aborted window-closed'],
    ]);
    expect(runs[0]?.tasks[1]).toMatchObject({ transferMs: HOUR + READ, transferEndMs: HOUR + 2 * READ });
  });

  it('starts when the window opens what was due before', () => {
    const at = 'schedule: { at: [2026-03-02T00:30, 2026-03-02T12:00, 2026-03-02T13:00] }';
    const runs = runsOf({ vms: { c: NEVER_WRITES }, jobs: { j: `vms: all, ${night}, ${at}` } })('j');
    expect(dues(runs)).toEqual([60, 60 + 24 * 60]);
  });

  it('tries a second time after 10 minutes, in the window only', () => {
    const attempts = (to: string): number[] =>
      tasksOf(
        runsOf({
          vms: { bad: FAILS },
          jobs: { j: `vms: all, preset: netbackup, schedule: "0 1 * * *", window: { from: "01:00", to: "${to}" }` },
          duration: '1d',
        })('j'),
      ).map(({ queuedMs }) => queuedMs / MINUTE);
    expect(attempts('02:00')).toEqual([60, 70]);
    expect(attempts('01:05')).toEqual([60]);
  });

  it('skips what is due while it runs', () => {
    const at = 'schedule: { at: [2026-03-02T01:00, 2026-03-02T01:10] }';
    const runs = runsOf({ vms: { c: NEVER_WRITES }, jobs: { j: `vms: all, ${night}, ${at}` }, duration: '1d' })('j');
    expect(runs.map(({ status }) => status)).toEqual(['success', 'skipped']);
  });
});
