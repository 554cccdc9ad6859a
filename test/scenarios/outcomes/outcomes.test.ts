/**
 * One scenario for each policy of overlap, each rule of windows and limits, and each fault: what becomes of the VMs, the snapshots, the space and the
 * restore points, worked out by hand from the small night of `support.ts`; and which rules are raised, so that every other one is silent.
 */
import { describe, expect, it } from 'vitest';
import { faultSchemas } from '../../../scenarios/format/faults/schema.ts';
import { DATASTORE, type Keys, MERGES_S, type Night, type Outcome, outcomeOf, READS_S, resultOf } from './support.ts';

/** What a run costs a VM that is left alone: its snapshot is open so long, and holds at most so many MiB. */
const OPEN_S = READS_S + MERGES_S;
const FULL_DELTA = OPEN_S;
/** A delta that nobody removes holds the whole disk after 10,240 s. */
const WHOLE_DISK = 10_240;

/** How long a snapshot is open that is removed after so many seconds: what it holds by then is merged at 64 MiB/s. */
function openFor(seconds: number): number {
  return Math.round((seconds + seconds / 64) * 10) / 10;
}

const dueAt = (...times: string[]): Keys => ({ schedule: { at: times.map((time) => `2026-03-02T${time}`) } });
const on = (time: string): string => `2026-03-02T${time}`;

type Case = [what: string, night: Night, outcome: Outcome];

const UNTOUCHED: Outcome = {
  rules: [],
  runs: ['success', 'success'],
  tasks: ['success', 'success', 'success', 'success'],
  vms: [],
  snapshotOpenS: [2 * OPEN_S, 2 * OPEN_S],
  leftOpen: 0,
  peakMib: 2 * FULL_DELTA,
  points: [2, 2],
};

const both = (value: number): number[] => [value, value];

describe('a night with nothing wrong', () => {
  it('leaves nothing behind', () => {
    expect(outcomeOf({})).toEqual(UNTOUCHED);
  });
});

const OVERLAPS: Case[] = [
  [
    'skip: the run that comes meanwhile is none',
    { nightly: dueAt('01:00', '01:10') },
    {
      ...UNTOUCHED,
      rules: ['run-overlap', 'run-skipped'],
      runs: ['success', 'skipped'],
      tasks: ['success', 'success'],
      snapshotOpenS: both(OPEN_S),
      points: both(1),
    },
  ],
  [
    'queue: one waits, a further one is skipped',
    { nightly: { ...dueAt('01:00', '01:10', '01:12'), ifRunning: 'queue' } },
    { ...UNTOUCHED, rules: ['run-overlap', 'run-skipped'], runs: ['success', 'success', 'skipped'] },
  ],
  [
    'queue-all: all wait',
    { nightly: { ...dueAt('01:00', '01:10', '01:12'), ifRunning: 'queue-all' } },
    {
      ...UNTOUCHED,
      rules: ['run-overlap'],
      runs: ['success', 'success', 'success'],
      tasks: Array.from({ length: 6 }, () => 'success'),
      snapshotOpenS: both(3 * OPEN_S),
      points: both(3),
    },
  ],
  [
    // The first snapshot stops growing when the second is taken, at 600 s, so that there is never more than before.
    'start: two snapshots on top of each other',
    { nightly: { ...dueAt('01:00', '01:10'), ifRunning: 'start' } },
    { ...UNTOUCHED, rules: ['run-overlap'], snapshotOpenS: both(600 + OPEN_S) },
  ],
  [
    'cancel-previous: the second begins when the first has gone',
    { nightly: { ...dueAt('01:00', '01:10'), ifRunning: 'cancel-previous' } },
    {
      ...UNTOUCHED,
      rules: ['run-overlap', 'task-failed'],
      runs: ['aborted', 'success'],
      tasks: ['aborted: cancelled', 'aborted: cancelled', 'success', 'success'],
      snapshotOpenS: both(openFor(600) + OPEN_S),
      points: both(1),
    },
  ],
];

/** Closes 600 s after the first run has begun; the second is due when it is closed. */
const WINDOW = { from: '00:30', to: '01:10' };

const WINDOWS: Case[] = [
  [
    'finish: what has begun goes on',
    { nightly: { window: { ...WINDOW, atEnd: 'finish' } } },
    { ...UNTOUCHED, rules: ['window-overrun'], runs: ['success'], tasks: ['success', 'success'], snapshotOpenS: both(OPEN_S), points: both(1) },
  ],
  [
    'stop-new-tasks: who has not begun does not',
    { nightly: { window: { ...WINDOW, atEnd: 'stop-new-tasks' }, concurrency: 1 } },
    {
      ...UNTOUCHED,
      rules: ['task-failed', 'window-overrun'],
      runs: ['aborted'],
      tasks: ['success', 'aborted: window-closed'],
      snapshotOpenS: [OPEN_S, 0],
      peakMib: FULL_DELTA,
      points: [1, 0],
    },
  ],
  [
    'terminate: everybody stops, and the snapshots go',
    { nightly: { window: { ...WINDOW, atEnd: 'terminate' } } },
    {
      ...UNTOUCHED,
      rules: ['task-failed', 'window-overrun'],
      runs: ['aborted'],
      tasks: ['aborted: window-closed', 'aborted: window-closed'],
      snapshotOpenS: both(openFor(600)),
      peakMib: Math.round(2 * (600 + 600 / 64)),
      points: both(0),
    },
  ],
  [
    'a due instant outside is no run',
    { nightly: { window: { from: '00:30', to: '02:30' } } },
    { ...UNTOUCHED, runs: ['success'], tasks: ['success', 'success'], snapshotOpenS: both(OPEN_S), points: both(1) },
  ],
  [
    'catchUp: two due instants outside make one run when it opens',
    { nightly: { ...dueAt('01:00', '01:30'), window: { from: '02:00', to: '02:30' }, catchUp: true } },
    { ...UNTOUCHED, runs: ['success'], tasks: ['success', 'success'], snapshotOpenS: both(OPEN_S), points: both(1) },
  ],
  [
    'a blackout ends it like its end',
    { nightly: { window: { from: '00:00', to: '24:00', atEnd: 'terminate' }, blackouts: [{ from: on('01:10'), to: on('02:00') }] } },
    {
      ...UNTOUCHED,
      rules: ['task-failed', 'window-overrun'],
      runs: ['aborted', 'success'],
      tasks: ['aborted: window-closed', 'aborted: window-closed', 'success', 'success'],
      snapshotOpenS: both(openFor(600) + OPEN_S),
      points: both(1),
    },
  ],
  [
    'timeout: who is not through has failed',
    { nightly: { timeout: '10m' } },
    {
      ...UNTOUCHED,
      rules: ['task-failed'],
      runs: ['failed', 'failed'],
      tasks: Array.from({ length: 4 }, () => 'failed: timeout'),
      snapshotOpenS: both(2 * (600 + 600 / 64)).map((seconds) => Math.round(seconds * 10) / 10),
      peakMib: Math.round(2 * (600 + 600 / 64)),
      points: both(0),
    },
  ],
  [
    'startDeadline: who has waited for too long does not begin',
    { nightly: { startDeadline: '10m', concurrency: 1 } },
    {
      ...UNTOUCHED,
      rules: ['task-failed'],
      runs: ['failed', 'failed'],
      tasks: ['success', 'failed: start-deadline', 'success', 'failed: start-deadline'],
      snapshotOpenS: [2 * OPEN_S, 0],
      peakMib: FULL_DELTA,
      points: [2, 0],
    },
  ],
  [
    // Half of the disk, 512 s, and 8 s to merge, twice in each run. At 520 s both VMs together hold no more than one later.
    'retries: each attempt opens a snapshot again',
    { nightly: { retries: { times: 1, wait: '10m' } }, faults: [{ kind: 'corrupt-disk', vm: 'web-01', offset: '50%' }] },
    {
      ...UNTOUCHED,
      rules: ['task-failed'],
      runs: ['failed', 'failed'],
      tasks: ['failed: read-error', 'success', 'failed: read-error', 'failed: read-error', 'success', 'failed: read-error'],
      snapshotOpenS: [4 * 520, 2 * OPEN_S],
      peakMib: FULL_DELTA,
      points: [0, 2],
    },
  ],
];

/** 300 s after the first run has begun. */
const AT = on('01:05');
/** Between the runs, until after the second. */
const SECOND_RUN = { at: on('02:00'), for: '90m' };

const FAILED_THEN_WELL = (reason: string): Pick<Outcome, 'runs' | 'tasks' | 'points'> => ({
  runs: ['failed', 'success'],
  tasks: [`failed: ${reason}`, `failed: ${reason}`, 'success', 'success'],
  points: both(1),
});

/** The snapshots of the first run stay, under those of the second, and hold the whole disks long before the end. */
const LEFT_BEHIND: Pick<Outcome, 'rules' | 'snapshotOpenS' | 'leftOpen' | 'peakMib'> = {
  rules: ['snapshot-orphaned', 'task-failed'],
  snapshotOpenS: both(5 * 3600),
  leftOpen: 2,
  peakMib: 2 * WHOLE_DISK,
};

const SECOND_FAILS = (...reasons: string[]): Pick<Outcome, 'rules' | 'runs' | 'tasks'> => ({
  rules: ['task-failed'],
  runs: ['success', 'failed'],
  tasks: ['success', 'success', ...reasons],
});

const APPLICATION = { quiesce: { mode: 'application' } };

const FAULTS: Case[] = [
  [
    'network-outage: transfers stand still, and the snapshots wait with them',
    { faults: [{ kind: 'network-outage', link: 'wan', at: AT, for: '10m' }] },
    { ...UNTOUCHED, snapshotOpenS: both(Math.round((openFor(READS_S + 600) + OPEN_S) * 10) / 10), peakMib: Math.round(2 * (1624 + 1624 / 64)) },
  ],
  [
    'network-outage of more than half an hour: they fail, and the snapshots go',
    { faults: [{ kind: 'network-outage', link: 'wan', at: AT, for: '1h' }] },
    {
      ...UNTOUCHED,
      ...FAILED_THEN_WELL('network-lost'),
      rules: ['task-failed'],
      snapshotOpenS: both(openFor(300 + 1800) + OPEN_S),
      peakMib: Math.round(2 * (2100 + 2100 / 64)),
    },
  ],
  [
    'network-outage of the host: nobody can ask for the removal of the snapshots',
    { faults: [{ kind: 'network-outage', host: 'esx1', at: AT, for: '40m' }] },
    { ...UNTOUCHED, ...FAILED_THEN_WELL('network-lost'), ...LEFT_BEHIND },
  ],
  [
    // 8 MiB/s for two, for 300 s: 4200 MiB by 600 s, the rest takes 604 s.
    'network-slowdown: the snapshots are open for longer',
    {
      links: { wan: { bandwidth: '80MiB/s' } },
      nightly: { reduction: 1 },
      faults: [{ kind: 'network-slowdown', link: 'wan', factor: 0.1, at: AT, for: '5m' }],
    },
    { ...UNTOUCHED, snapshotOpenS: both(openFor(1204) + OPEN_S), peakMib: Math.round(2 * (1204 + 1204 / 64)) },
  ],
  [
    'proxy-crash: the snapshots of its tasks stay',
    { faults: [{ kind: 'proxy-crash', proxy: 'p1', at: AT, for: '5m' }] },
    { ...UNTOUCHED, ...FAILED_THEN_WELL('proxy-crash'), ...LEFT_BEHIND },
  ],
  [
    // 7200 MiB each by the second run, which has them merged in 112.5 s, while its own snapshots grow on top.
    'proxy-crash with a clean-up at the next run: they go then',
    { datastores: { ds1: { ...DATASTORE, orphanCleanup: 'next-run' } }, faults: [{ kind: 'proxy-crash', proxy: 'p1', at: AT, for: '5m' }] },
    {
      ...UNTOUCHED,
      ...FAILED_THEN_WELL('proxy-crash'),
      rules: ['snapshot-orphaned', 'task-failed'],
      snapshotOpenS: both(7200 + OPEN_S),
      peakMib: 2 * (7200 + 112.5),
    },
  ],
  [
    'host-loss: its VMs stop for as long, and the snapshots stay',
    { faults: [{ kind: 'host-loss', host: 'esx1', at: AT, for: '5m' }] },
    {
      ...UNTOUCHED,
      ...LEFT_BEHIND,
      runs: ['aborted', 'success'],
      tasks: ['aborted: host-lost', 'aborted: host-lost', 'success', 'success'],
      vms: ['down for 300', 'down for 300'],
      points: both(1),
    },
  ],
  [
    // A device of 10.24 MiB/s, of which the guests' 128 requests a second take 12.8 %: 4.4646 MiB/s for each read, for 300 s; 590.06 s for the rest.
    'datastore-degraded: guests feel it, and the snapshots are open for longer',
    { faults: [{ kind: 'datastore-degraded', datastore: 'ds1', factor: 0.001, at: AT, for: '5m' }] },
    { ...UNTOUCHED, rules: ['latency'], snapshotOpenS: both(openFor(1190.06) + OPEN_S), peakMib: Math.round(2 * (1190.06 + 1190.06 / 64)) },
  ],
  [
    'datastore-lost: the VMs are lost, and in a later run there is nothing to back up',
    { faults: [{ kind: 'datastore-lost', datastore: 'ds1', at: AT }] },
    {
      ...UNTOUCHED,
      rules: ['task-failed', 'vm-crashed'],
      runs: ['failed', 'failed'],
      tasks: Array.from({ length: 4 }, () => 'failed: datastore-lost'),
      vms: ['lost at 3900', 'lost at 3900'],
      snapshotOpenS: both(300),
      leftOpen: 2,
      peakMib: 2 * 300,
      points: both(0),
    },
  ],
  [
    'credential-expired: turned away before there is a snapshot',
    { faults: [{ kind: 'credential-expired', job: 'nightly', ...SECOND_RUN }] },
    {
      ...UNTOUCHED,
      ...SECOND_FAILS('failed: credential-expired', 'failed: credential-expired'),
      snapshotOpenS: both(OPEN_S),
      points: both(1),
    },
  ],
  [
    'writer-failure: no snapshot of the one VM',
    { nightly: APPLICATION, faults: [{ kind: 'writer-failure', vm: 'web-01', ...SECOND_RUN }] },
    { ...UNTOUCHED, ...SECOND_FAILS('failed: writer-failure', 'success'), snapshotOpenS: [OPEN_S, 2 * OPEN_S], points: [1, 2] },
  ],
  [
    'writer-failure, by policy: a crash-consistent point',
    {
      nightly: { quiesce: { mode: 'application', onFailure: 'crash-consistent' } },
      faults: [{ kind: 'writer-failure', vm: 'web-01', ...SECOND_RUN }],
    },
    { ...UNTOUCHED, runs: ['success', 'warning'], tasks: ['success', 'success', 'warning: crash-consistent', 'success'] },
  ],
  [
    // 512 s for the half of the disk, and 8 s to merge; at 520 s both together hold what one holds later.
    'corrupt-disk: fails at the same place each time',
    { faults: [{ kind: 'corrupt-disk', vm: 'web-01', offset: '50%' }] },
    {
      ...UNTOUCHED,
      rules: ['task-failed'],
      runs: ['failed', 'failed'],
      tasks: ['failed: read-error', 'success', 'failed: read-error', 'success'],
      snapshotOpenS: [2 * 520, 2 * OPEN_S],
      peakMib: FULL_DELTA,
      points: [0, 2],
    },
  ],
  [
    'buggy-application: no snapshot of the one VM',
    { faults: [{ kind: 'buggy-application', vm: 'web-01', ...SECOND_RUN }] },
    { ...UNTOUCHED, ...SECOND_FAILS('failed: application-failure', 'success'), snapshotOpenS: [OPEN_S, 2 * OPEN_S], points: [1, 2] },
  ],
  [
    'security-software that slows down: the run never ends, and its snapshot holds the whole disk',
    { faults: [{ kind: 'security-software', vm: 'web-01', factor: 0.001 }] },
    {
      ...UNTOUCHED,
      rules: ['run-overlap', 'run-skipped'],
      runs: ['running', 'skipped'],
      tasks: ['running', 'success'],
      snapshotOpenS: [5 * 3600, OPEN_S],
      leftOpen: 1,
      peakMib: WHOLE_DISK,
      points: [0, 1],
    },
  ],
  [
    'security-software that cuts connections: each hangs for half an hour with its snapshot open',
    { faults: [{ kind: 'security-software', vm: 'web-01', offset: '50%' }] },
    {
      ...UNTOUCHED,
      rules: ['task-failed'],
      runs: ['failed', 'failed'],
      tasks: ['failed: connection-cut', 'success', 'failed: connection-cut', 'success'],
      snapshotOpenS: [Math.round(2 * (2312 + 2312 / 64) * 10) / 10, 2 * OPEN_S],
      peakMib: Math.round(2312 + 2312 / 64),
      points: [0, 2],
    },
  ],
  [
    // Without it the second run would read the 7200 MiB that were written since the first, in 720 s.
    'catalog-corrupt: the next run is a full',
    { nightly: { mode: 'forever-forward' }, faults: [{ kind: 'catalog-corrupt', job: 'nightly', at: on('02:00') }] },
    { ...UNTOUCHED, rules: ['software-outdated'] },
  ],
  [
    // Of two slots one is left: the second begins when the first has been read, 16 s before its snapshot is gone.
    'server-resources: one after the other',
    { proxies: { p1: { slots: 2 } }, faults: [{ kind: 'server-resources', proxy: 'p1', factor: 0.5, at: on('00:30') }] },
    { ...UNTOUCHED, peakMib: FULL_DELTA + MERGES_S },
  ],
  [
    'stolen-account: no point is left',
    { nightly: { account: 'backup' }, faults: [{ kind: 'stolen-account', account: 'backup', at: on('05:00') }] },
    { ...UNTOUCHED, rules: ['excessive-permission'], points: both(0) },
  ],
  [
    'stolen-account with immutable points: all are',
    {
      nightly: { account: 'backup' },
      repositories: { r1: { capacity: '100TiB', read: '10GiB/s', write: '10GiB/s', immutable: '1d' } },
      faults: [{ kind: 'stolen-account', account: 'backup', at: on('05:00') }],
    },
    UNTOUCHED,
  ],
  [
    'a guest that the software does not know: fails before there is a snapshot',
    { web: { guest: 'nt4' }, nightly: { ...APPLICATION, supportedGuests: ['linux'] } },
    {
      ...UNTOUCHED,
      rules: ['task-failed', 'unsupported-guest'],
      runs: ['failed', 'failed'],
      tasks: Array.from({ length: 4 }, () => 'failed: unsupported-guest'),
      snapshotOpenS: both(0),
      peakMib: 0,
      points: both(0),
    },
  ],
  [
    // A fiftieth of the speed makes 50 s of 1 s, more than writers can wait: 20 s of standing still. The second run finds the device well.
    'freezeLimit on a slow datastore: fails without a snapshot',
    {
      nightly: { ...APPLICATION, freezeLimit: '20s', timings: { quiesce: '0s', create: '1s', remove: '0s' } },
      faults: [{ kind: 'datastore-degraded', datastore: 'ds1', factor: 0.02, at: on('00:30'), for: '1h' }],
    },
    { ...UNTOUCHED, ...FAILED_THEN_WELL('freeze-limit'), rules: ['latency', 'stun', 'task-failed'], snapshotOpenS: both(OPEN_S) },
  ],
];

describe('a run that is due while the one before is active', () => {
  it.each(OVERLAPS)('%s', (_, night, outcome) => {
    expect(outcomeOf(night)).toEqual(outcome);
  });
});

describe('windows and limits', () => {
  it.each(WINDOWS)('%s', (_, night, outcome) => {
    expect(outcomeOf(night)).toEqual(outcome);
  });
});

describe('faults', () => {
  it.each(FAULTS)('%s', (_, night, outcome) => {
    expect(outcomeOf(night)).toEqual(outcome);
  });

  it('are all here', () => {
    const kinds = new Set(FAULTS.flatMap(([, night]) => ((night.faults ?? []) as Keys[]).map(({ kind }) => kind)));
    expect([...kinds].sort()).toEqual([...Object.keys(faultSchemas)].sort());
  });

  it('have a beginning, a target and an end in the log', () => {
    for (const [, night] of FAULTS) {
      const lasting = ((night.faults ?? []) as Keys[]).find(({ at, for: forHow }) => at !== undefined && forHow !== undefined);
      if (lasting === undefined) continue;
      const { events } = resultOf(night);
      const began = events.find(({ kind }) => kind === 'fault-began');
      const ended = events.find(({ kind }) => kind === 'fault-ended');
      expect(began).toMatchObject({ fault: lasting.kind, atMs: Date.parse(`${String(lasting.at)}Z`) - Date.parse('2026-03-02T00:00Z') });
      expect(ended).toMatchObject({ fault: lasting.kind, on: began?.on });
    }
  });
});
