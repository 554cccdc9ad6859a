/** Jobs of the plan. */
import type { JobPlan, SchedulePlan, SelectionPlan } from '../../sim/plan.ts';
import { JOB, unlimited } from './defaults.ts';
import { type Draft, resolveNoted } from './draft.ts';
import { isDueWithin } from './due.ts';
import { formatLocalTime } from './local-time.ts';
import type { EntryOf } from './schema.ts';
import { keyPlaceAt, type Place, placeAt } from './tree.ts';

export function planJobs(draft: Draft): JobPlan[] {
  const { assumptions } = draft;
  return [...draft.entries.jobs].map(([name, entry]) => {
    const origin = `jobs.${name}`;
    const at = (key: string) => `${origin}.${key}`;
    const method = assumptions.fill(entry.method, at('method'), JOB.method);
    if (method === 'agent') checkAgentSelection(draft, name, entry.vms);
    const opensSnapshot = method === 'snapshot';
    return {
      name,
      selection: planSelection(entry.vms),
      method,
      schedule: planSchedule(draft, name, entry.schedule),
      proxies: assumptions.fill(entry.proxies, at('proxies'), JOB.proxies),
      repository: entry.repository,
      mode: assumptions.fill(entry.mode, at('mode'), JOB.mode),
      initial: assumptions.fill(entry.initial, at('initial'), JOB.initial),
      concurrency: assumptions.fill(entry.concurrency, at('concurrency'), unlimited),
      streamBytesPerSecond: assumptions.fill(entry.streamRate, at('streamRate'), unlimited),
      reduction: assumptions.fill(entry.reduction, at('reduction'), JOB.reduction),
      ifRunning: assumptions.fill(entry.ifRunning, at('ifRunning'), JOB.ifRunning),
      ifVmBusy: assumptions.fill(entry.ifVmBusy, at('ifVmBusy'), JOB.ifVmBusy),
      snapshots: assumptions.fillIf(opensSnapshot, entry.snapshots, at('snapshots'), JOB.snapshots),
      priority: assumptions.fill(entry.priority, at('priority'), JOB.priority),
      zeroDetection: assumptions.fill(entry.zeroDetection, at('zeroDetection'), JOB.zeroDetection),
      cbtOverhead: assumptions.fill(entry.cbtOverhead, at('cbtOverhead'), JOB.cbtOverhead),
      retainLast: assumptions.fill(entry.retention, at('retention'), JOB.retention).last,
      timings: {
        quiesceMs: assumptions.fill(entry.timings?.quiesce, at('timings.quiesce'), JOB.quiesce),
        createMs: assumptions.fillIf(opensSnapshot, entry.timings?.create, at('timings.create'), JOB.create),
        removeMs: assumptions.fillIf(opensSnapshot, entry.timings?.remove, at('timings.remove'), JOB.remove),
      },
      origin,
    };
  });
}

/** A hypervisor's inventory puts no agent into a guest. */
function checkAgentSelection(draft: Draft, job: string, stated: EntryOf<'jobs'>['vms']): void {
  const path = ['jobs', job, 'vms'];
  const refuse = (place: Place, what: string) =>
    draft.problems.add(place, `method \`agent\` cannot select by ${what}`, { expected: '`names`: agents are installed VM by VM' });
  if (stated === 'all') return refuse(placeAt(draft.root, path), 'the word `all`');
  for (const key of ['tags', 'hosts', 'datastores'] as const) {
    if (stated[key] !== undefined) refuse(keyPlaceAt(draft.root, [...path, key]), `\`${key}\``);
  }
}

function planSelection(stated: EntryOf<'jobs'>['vms']): SelectionPlan {
  if (stated === 'all') return { all: true, names: [], tags: [], hosts: [], datastores: [], except: [] };
  const { names = [], tags = [], hosts = [], datastores = [], except = [] } = stated;
  return { all: false, names, tags, hosts, datastores, except };
}

function planSchedule(draft: Draft, job: string, stated: EntryOf<'jobs'>['schedule']): SchedulePlan {
  const origin = `jobs.${job}.schedule`;
  if (!('kind' in stated) && stated.at !== undefined) return planInstants(draft, job, stated.at);
  const schedule = 'kind' in stated ? stated : (stated.cron ?? planPeriod(draft, origin, stated.every as number, stated.offset));
  if (draft.clock !== null && !isDueWithin(schedule, draft.clock)) {
    draft.assumptions.note(origin, 'never due within the run', 'the scenario is shorter than the schedule needs');
  }
  return schedule;
}

function planPeriod(draft: Draft, origin: string, everyMs: number, offset: number | undefined): Extract<SchedulePlan, { kind: 'every' }> {
  return {
    kind: 'every',
    everyMs,
    offsetMs: draft.assumptions.fill(offset, `${origin}.offset`, {
      value: 0,
      text: '0s',
      source: 'default of the scenario format: from local midnight',
    }),
  };
}

/** Instants outside the run are left out and said; all of them outside is an error. */
function planInstants(draft: Draft, job: string, localTimes: number[]): SchedulePlan {
  if (draft.clock === null) return { kind: 'at', atMs: [] };
  const { zone, startEpochMs, durationMs } = draft.clock;
  const within: number[] = [];
  for (const [index, localMs] of localTimes.entries()) {
    const path = `jobs.${job}.schedule.at.${index}`;
    const atMs = resolveNoted(zone, localMs, path, draft.assumptions) - startEpochMs;
    if (atMs >= 0 && atMs < durationMs) within.push(atMs);
    else draft.assumptions.note(path, 'left out', `${formatLocalTime(localMs)} lies outside the run`);
  }
  if (within.length === 0) {
    const end = startEpochMs + durationMs;
    const expected = `a time from ${formatLocalTime(startEpochMs + zone.offsetAt(startEpochMs))} until before ${formatLocalTime(end + zone.offsetAt(end))}`;
    draft.problems.add(placeAt(draft.root, ['jobs', job, 'schedule', 'at']), 'every time of `at` lies outside the run', { expected });
  }
  return { kind: 'at', atMs: [...new Set(within)].sort((a, b) => a - b) };
}
