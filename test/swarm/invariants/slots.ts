/** Slots recounted from the log: no more tasks at once than the run's concurrency, the repository's and the proxies' slots allow. */
import type { Plan } from '../../../sim/index.ts';
import type { LogEvent, Played } from '../play.ts';
import { allTasks, type FoundTask, holdsSlotsAsOne, keyOf, TAKES_SNAPSHOTS } from './tasks.ts';

interface Pool {
  what: string;
  slots: number;
  /** Tasks that can only have their slots from here. */
  takes: (found: FoundTask, proxy: string | null) => boolean;
}

export function slotsSuffice({ plan, result, events }: Played): string[] {
  const pools = poolsOf(plan);
  const tasks = new Map(allTasks(plan, result).map((found) => [found.key, found]));
  const proxies = new Map<string, string | null>();
  const inPool = pools.map(() => new Set<string>());
  const inRun = new Map<string, Set<string>>();
  const wrong: string[] = [];
  for (const event of events) {
    const key = keyOf(event.run, event.vm);
    const found = tasks.get(key);
    if (found === undefined) continue;
    const running = inRun.get(found.run.id) ?? new Set();
    inRun.set(found.run.id, running);
    if (event.kind === 'task-started') proxies.set(key, event.proxy as string | null);
    if (takesSlots(event, found)) {
      running.add(key);
      if (running.size > (found.job.concurrency ?? Number.POSITIVE_INFINITY))
        wrong.push(`${found.run.id} at ${event.atMs}: ${running.size} tasks at once`);
      pools.forEach(({ what, slots, takes }, index) => {
        const held = inPool[index] as Set<string>;
        if (takes(found, proxies.get(key) ?? null)) held.add(key);
        if (held.size > slots) wrong.push(`${what} at ${event.atMs}: ${held.size} tasks on ${slots} slots`);
      });
    }
    // With several disks the slots change hands one by one, which the log does not tell.
    const first = event.kind === 'transfer-started' && !holdsSlotsAsOne(plan, found);
    // One that is stopped while its disks are attached gives its slots up at once, which the log does not tell either.
    const stranded =
      (event.kind === 'transport-unreachable' && event.fallback === 'fail') || (event.kind === 'disks-attaching' && found.task.transferMs === null);
    const kept = event.kind === 'snapshot-created' && found.job.method === 'snapshot-only';
    const over = stranded || kept || ['transfer-ended', 'transfer-aborted', 'task-ended'].includes(event.kind);
    if (over) running.delete(key);
    if (over || first) for (const held of inPool) held.delete(key);
  }
  return wrong;
}

/** With snapshots of the whole run the slots come when the snapshot is open. */
function takesSlots({ kind }: LogEvent, { job }: FoundTask): boolean {
  const first = job.snapshots === 'whole-run' && TAKES_SNAPSHOTS.includes(job.method) ? 'transfer-started' : 'task-started';
  return kind === first;
}

function poolsOf(plan: Plan): Pool[] {
  const unlimited = Number.POSITIVE_INFINITY;
  const slotsOf = (names: readonly string[]): number =>
    plan.proxies.reduce((sum, { name, slots }) => sum + (names.includes(name) ? (slots ?? unlimited) : 0), 0);
  const repositories = plan.repositories.map(
    ({ name, slots }): Pool => ({ what: `repository ${name}`, slots: slots ?? unlimited, takes: ({ job }) => job.repository === name }),
  );
  const proxies = plan.proxies.map(({ name }): Pool => ({ what: `proxy ${name}`, slots: slotsOf([name]), takes: (_, proxy) => proxy === name }));
  // A task's proxy is not always told; those of all its job lists suffice for everybody who has no others.
  const groups = plan.jobs
    .filter(({ proxies: listed }) => listed.length > 0)
    .map(({ proxies: listed }): Pool => {
      const takes = ({ job }: FoundTask) => job.proxies.length > 0 && job.proxies.every((name) => listed.includes(name));
      return { what: `proxies ${listed.join('+')}`, slots: slotsOf(listed), takes };
    });
  return [...repositories, ...proxies, ...groups];
}
