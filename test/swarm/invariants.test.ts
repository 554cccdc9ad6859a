/** An invariant that cannot fail holds nothing: each is shown a result that breaks it, or one that a stricter plan would not have allowed. */
import { describe, expect, it } from 'vitest';
import type { JobPlan, TaskResult } from '../../sim/index.ts';
import { DAY, datastore, GiB, HOUR, job, keep, MiB, NO_WRITES, plan, proxy, repository, vms } from '../sim/plans.ts';
import { INVARIANTS } from './invariants/index.ts';
import { complaints, type LogEvent, type Played, play } from './play.ts';

/** Two jobs that meet on three VMs, wait for slots, and keep two points each. */
function sound(): Played {
  const every = (hours: number) => ({ kind: 'every' as const, everyMs: hours * HOUR, offsetMs: 0 });
  return play(
    plan({
      durationMs: 2 * DAY,
      datastores: [datastore({ maxOpenSnapshots: 6 })],
      proxies: [proxy('p', { slots: 3 })],
      repositories: [repository({ writeBytesPerSecond: 20 * MiB, slots: 3 })],
      vms: vms(3, { disk: { writes: { ...NO_WRITES, law: 'power', changedBytesPerDay: 3 * GiB } } }),
      jobs: [
        job({ name: 'often', schedule: every(6), ifVmBusy: 'stack', concurrency: 2, proxies: ['p'], retention: keep({ last: 2 }), reduction: 2 }),
        job({ name: 'daily', schedule: every(24), ifVmBusy: 'stack', mode: 'forever-forward', retention: keep({ last: 1 }) }),
      ],
    }),
  );
}

const firstTask = ({ result }: Played): TaskResult => result.jobs.often?.runs[0]?.tasks[0] as TaskResult;
const store = ({ result }: Played) => result.datastores.ds as Played['result']['datastores'][string];
const repo = ({ result }: Played) => result.repositories.repo as Played['result']['repositories'][string];
const eventAt = ({ events }: Played, index: number): LogEvent => events[index] as LogEvent;

/** For every invariant something that it must see. */
const DEFECTS: Record<string, Record<string, (played: Played) => void>> = {
  logIsOrdered: {
    'an id left out': (played) => {
      eventAt(played, 3).id = 'e99';
    },
    'time going back': (played) => {
      eventAt(played, 5).atMs = -1;
    },
  },
  causesComeFirst: {
    'an event that causes itself': (played) => {
      eventAt(played, 3).causes = ['e4'];
    },
    'a later cause': (played) => {
      eventAt(played, 3).causes = ['e9'];
    },
  },
  ledgersAddUp: {
    'a byte without owner': (played) => {
      store(played).peakUsedBytes++;
      store(played).minFreeBytes--;
    },
  },
  freeSpaceStopsAtTheFloor: {
    'a megabyte below the floor': (played) => {
      store(played).minFreeBytes = 99 * MiB;
    },
  },
  levelsStayBelowThePeak: {
    'a level above the peak': (played) => {
      store(played).peakUsedBytes -= GiB;
    },
    'space from nowhere': (played) => {
      (played.levels[0] as Played['levels'][0]).freeBytes++;
    },
  },
  fullnessIsFound: {
    'a full datastore without a finding': (played) => {
      store(played).fullAtMs = HOUR;
    },
  },
  stagesComeInOrder: {
    'a transfer that ends before it begins': (played) => {
      firstTask(played).transferEndMs = -1;
    },
    'bytes in no time': (played) => {
      firstTask(played).transferEndMs = firstTask(played).transferMs;
    },
  },
  bottlenecksSumToOne: {
    'time that nothing accounts for': (played) => {
      firstTask(played).bottleneck = { 'repository:repo': 0.9 };
    },
  },
  runsEndWithTheirTasks: {
    'a run better than its worst task': (played) => {
      firstTask(played).status = 'failed';
    },
  },
  repositoriesHoldTheirPoints: {
    'bytes that no point holds': (played) => {
      repo(played).endUsedBytes += MiB;
    },
    'another reduction': ({ plan: { jobs } }) => {
      for (const each of jobs) each.reduction *= 1.01;
    },
  },
  pointsStandOnTheirBases: {
    'a full removed before its increments': (played) => {
      const merge = played.events.find(({ work }) => work === 'merge');
      if (merge === undefined) throw new Error('no merge');
      Object.assign(merge, { kind: 'points-removed', points: 1, moments: '0' });
    },
  },
  retentionKeepsWhatItMust: {
    'a point too many': ({ plan: { jobs } }) => {
      for (const each of jobs) each.retention.last = (each.retention.last as number) + 1;
    },
    'a point that was immutable': ({ plan: { repositories } }) => {
      for (const each of repositories) each.immutableMs = 90 * DAY;
    },
    'a week of which nothing is left': ({ plan: { jobs } }) => {
      for (const each of jobs) each.retention.hourly = 99;
    },
  },
  devicesCarryWhatTasksRead: {
    'bytes that the device has not carried': (played) => {
      firstTask(played).readBytes *= 2;
    },
  },
  runsKeepTheirLowerBounds: {
    'a faster repository than there is': ({ plan: { repositories } }) => {
      for (const each of repositories) each.writeBytesPerSecond /= 2;
    },
    'a faster stream than its limit': ({ plan: { jobs } }) => {
      for (const each of jobs) each.streamBytesPerSecond = MiB;
    },
  },
  queuesObeyLittle: {
    'a wait that nobody counted': (played) => {
      firstTask(played).bottleneck = { 'waiting:job:often': 0.5, 'repository:repo': 0.5 };
    },
  },
  slotsKnowWhoWaited: {
    'a second too much': (played) => {
      repo(played).slotWaitMs += 1000;
    },
  },
  locksExclude: {
    'two jobs on one VM': ({ plan: { jobs } }) => {
      for (const each of jobs) each.ifVmBusy = 'wait';
    },
  },
  slotsSuffice: {
    'more tasks than the run may have': ({ plan: { jobs } }) => {
      for (const each of jobs) each.concurrency = 1;
    },
    'more tasks than the repository has slots': ({ plan: { repositories } }) => {
      for (const each of repositories) each.slots = 2;
    },
    'more tasks than the proxy has slots': ({ plan: { proxies } }) => {
      for (const each of proxies) each.slots = 1;
    },
  },
  openSnapshotsStayWithinTheLimit: {
    'more snapshots than allowed': ({ plan: { datastores } }) => {
      for (const each of datastores) each.maxOpenSnapshots = 2;
    },
  },
  nothingHappensToVmsThatDoNotExist: {
    'a VM that is deleted in the middle of a run': ({ plan: { vms } }) => {
      for (const each of vms) each.deletedMs = DAY + 1;
    },
    'a VM that is backed up before it is created': ({ plan: { vms } }) => {
      for (const each of vms) each.bornMs = HOUR;
    },
  },
  faultsHold: {
    'tasks on a proxy that has crashed': ({ events }) => {
      events.unshift({ id: 'e0', atMs: 0, kind: 'fault-began', fault: 'proxy-crash', number: 0, on: 'p', causes: [] });
    },
    'a snapshot of a VM that is lost': ({ events }) => {
      events.unshift({ id: 'e0', atMs: 0, kind: 'vm-lost', vm: 'vm-01', causes: [] });
    },
  },
  limitsHold: {
    'a start outside the window': ({ plan: given }) => {
      const hours = { fromMinute: 60, untilMinute: 23 * 60, days: [0, 1, 2, 3, 4, 5, 6] };
      (given.jobs[0] as JobPlan).window = { hours, blackouts: [], atEnd: 'finish', catchUp: false };
    },
    'a start in a blackout': ({ plan: given }) => {
      (given.jobs[0] as JobPlan).window = { hours: null, blackouts: [{ fromMs: 0, untilMs: 1 }], atEnd: 'finish', catchUp: false };
    },
    'tasks that begin after the deadline': ({ plan: given }) => {
      (given.jobs[0] as JobPlan).startDeadlineMs = 1;
    },
    'tasks that read beyond the timeout': ({ plan: given }) => {
      (given.jobs[0] as JobPlan).timeoutMs = 1;
    },
    'an attempt too many': (played) => {
      firstTask(played).attempt = 2;
    },
  },
};

describe('the invariants', () => {
  it('hold over a sound result, in which jobs meet, wait and keep points', () => {
    const played = sound();
    expect(complaints(played, INVARIANTS)).toEqual([]);
    expect(repo(played).slotWaitMs).toBeGreaterThan(0);
    expect(played.result.vms['vm-01']?.maxChainDepth).toBe(2);
  });

  it('have each something here that they must see', () => {
    expect(Object.keys(DEFECTS)).toEqual(Object.keys(INVARIANTS));
  });

  const cases = Object.entries(DEFECTS).flatMap(([name, defects]) => Object.entries(defects).map(([what, break_]) => ({ name, what, break_ })));
  it.each(cases)('see $what ($name)', ({ name, break_ }) => {
    const played = structuredClone(sound());
    break_(played);
    expect(INVARIANTS[name]?.(played)).not.toEqual([]);
  });
});
