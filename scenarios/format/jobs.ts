/** Jobs of the plan. */
import type { JobPlan, SelectionPlan } from '../../sim/plan.ts';
import { JOB, unlimited } from './defaults.ts';
import type { Draft } from './draft.ts';
import { planLimits } from './limits.ts';
import { opensSnapshot, planMethod } from './methods.ts';
import { withPreset } from './presets.ts';
import { planQuiesce } from './quiesce.ts';
import { planChain } from './repository/plan.ts';
import { planSchedule } from './schedule/plan.ts';
import type { EntryOf } from './schema.ts';
import { keyPlaceAt, type Place, placeAt } from './tree.ts';

export function planJobs(draft: Draft): JobPlan[] {
  const { assumptions } = draft;
  return [...draft.entries.jobs].map(([name, stated]) => {
    const entry = withPreset(assumptions, name, stated);
    const origin = `jobs.${name}`;
    const at = (key: string) => `${origin}.${key}`;
    const how = planMethod(draft, name, entry);
    if (how.method === 'agent') checkAgentSelection(draft, name, entry.vms);
    const frozen = opensSnapshot(how.method);
    const copies = how.method !== 'snapshot-only';
    return {
      name,
      selection: planSelection(entry.vms),
      ...how,
      schedule: planSchedule(draft, ['jobs', name, 'schedule'], entry.schedule),
      proxies: assumptions.fillIf(copies, entry.proxies, at('proxies'), JOB.proxies),
      ...planChain(draft, name, entry, copies),
      initial: assumptions.fillIf(copies, entry.initial, at('initial'), JOB.initial),
      concurrency: assumptions.fill(entry.concurrency, at('concurrency'), unlimited),
      streamBytesPerSecond: assumptions.fill(entry.streamRate, at('streamRate'), unlimited),
      ifRunning: assumptions.fill(entry.ifRunning, at('ifRunning'), JOB.ifRunning),
      ifVmBusy: assumptions.fill(entry.ifVmBusy, at('ifVmBusy'), JOB.ifVmBusy),
      snapshots: assumptions.fillIf(frozen, entry.snapshots, at('snapshots'), JOB.snapshots),
      ...planLimits(draft, name, entry),
      ...planQuiesce(draft, name, entry, how.method, frozen),
      priority: assumptions.fill(entry.priority, at('priority'), JOB.priority),
      zeroDetection: assumptions.fill(entry.zeroDetection, at('zeroDetection'), JOB.zeroDetection),
      cbtOverhead: assumptions.fill(entry.cbtOverhead, at('cbtOverhead'), JOB.cbtOverhead),
      timings: {
        // Beneath the hypervisor nobody asks the guest for anything.
        quiesceMs: how.method === 'direct-disk' ? 0 : assumptions.fill(entry.timings?.quiesce, at('timings.quiesce'), JOB.quiesce),
        createMs: assumptions.fillIf(frozen, entry.timings?.create, at('timings.create'), JOB.create),
        removeMs: assumptions.fillIf(frozen, entry.timings?.remove, at('timings.remove'), JOB.remove),
        attachMs: how.method === 'hot-add' ? assumptions.fill(entry.timings?.attach, at('timings.attach'), JOB.attach) : 0,
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

/** As the simulator evaluates it. */
export function planSelection(stated: EntryOf<'jobs'>['vms']): SelectionPlan {
  if (stated === 'all') return { all: true, names: [], tags: [], hosts: [], datastores: [], except: [] };
  const { names = [], tags = [], hosts = [], datastores = [], except = [] } = stated;
  return { all: false, names, tags, hosts, datastores, except };
}
