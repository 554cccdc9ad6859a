/** What devices have carried is what tasks have read: busy time times rate is bytes, on the repository stored ones, before it source ones. */
import type { MethodName, RepositoryPlan, Utilisation } from '../../../sim/index.ts';
import type { LogEvent, Played } from '../play.ts';
import { allTasks, type FoundTask } from './tasks.ts';

/** Tasks that read through the host's management network, and those that read inside the guest. */
const THROUGH_NBD: readonly MethodName[] = ['snapshot', 'copy-before-write', 'direct-disk'];

/** Utilisations are reported with four decimals. */
const ROUNDING = 0.00005 + 1e-9;

export function devicesCarryWhatTasksRead(played: Played): string[] {
  const { plan, result } = played;
  const tasks = allTasks(plan, result);
  const wrong: string[] = [];
  const seconds = plan.durationMs / 1000;
  const flows = tasks.length + played.events.filter(({ kind }) => kind === 'repository-work-started' || kind === 'restore-started').length;
  const compare = (what: string, { mean }: Utilisation, bytesPerSecond: number, bytes: number): void => {
    const carried = mean * bytesPerSecond * seconds;
    // A flow that ends between two milliseconds is moved to the later one; its rate stands until then.
    const slack = ROUNDING * bytesPerSecond * seconds + (flows * 3 * bytesPerSecond) / 1000 + bytes * 1e-9;
    if (Math.abs(carried - bytes) > slack) wrong.push(`${what} was busy for ${carried} bytes, tasks brought ${bytes}`);
  };
  for (const spec of plan.repositories) {
    const busy = busySeconds(spec, played, tasks);
    const utilisation = result.repositories[spec.name]?.utilisation;
    // As bytes written: what the slack is made of.
    if (utilisation !== undefined && busy !== null)
      compare(`repository ${spec.name}`, utilisation, spec.writeBytesPerSecond, busy * spec.writeBytesPerSecond);
  }
  for (const spec of plan.hosts) {
    // Different methods cross different networks of a host, of which the busier one is reported.
    const here = tasks.filter(({ vm }) => vm.host === spec.name);
    const known = here.every(({ job }) => job.method === 'snapshot-only' || job.method === 'agent' || THROUGH_NBD.includes(job.method));
    // Others may fall back to it, go on without end, or leave through it from a proxy.
    const restored = played.events.some(({ kind, vm }) => kind === 'restore-started' && plan.vms.find(({ name }) => name === vm)?.host === spec.name);
    // How busy it was then counts against what was left of it.
    const struck = plan.faults.some(({ kind, host }) => host === spec.name && (kind === 'network-outage' || kind === 'network-slowdown'));
    if (!known || restored || struck || plan.proxies.some(({ host }) => host === spec.name)) continue;
    const read = (methods: readonly MethodName[]): number =>
      here.reduce((sum, { task, job }) => sum + (methods.includes(job.method) ? task.readBytes : 0), 0);
    const nbd = read(THROUGH_NBD);
    const network = read(['agent']);
    const utilisation = result.hosts[spec.name]?.utilisation;
    if (utilisation === undefined) continue;
    if (network === 0 && spec.nbdBytesPerSecond !== null) compare(`host ${spec.name}`, utilisation, spec.nbdBytesPerSecond, nbd);
    if (nbd === 0 && spec.networkBytesPerSecond !== null) compare(`network of host ${spec.name}`, utilisation, spec.networkBytesPerSecond, network);
  }
  return wrong;
}

/** Device time of a repository by the costs of all that was done there; null where something was not finished. */
function busySeconds(spec: RepositoryPlan, { plan, events }: Played, tasks: readonly FoundTask[]): number | null {
  // A continuous backup goes on writing after its task has read.
  if (plan.jobs.some((job) => job.method === 'cdp' && job.repository === spec.name)) return null;
  const [read, write] = [1 / spec.readBytesPerSecond, 1 / spec.writeBytesPerSecond];
  const here = events.filter(({ repository, to }) => repository === spec.name || to === spec.name);
  const begun = here.filter(({ kind }) => kind === 'repository-work-started' || kind === 'restore-started');
  const done = here.filter(
    ({ kind, work }) => kind === 'restore-ended' || (kind === 'repository-work-ended' && begun.some((event) => event.work === work)),
  );
  if (begun.length !== done.length) return null;
  const costs: Record<string, (event: LogEvent) => number> = {
    merge: ({ bytes }) => (bytes as number) * (read + write),
    'synthetic-full': ({ bytes, readBytes }) => (bytes as number) * write + (readBytes as number) * read,
    verification: ({ bytes }) => (bytes as number) * read,
    'garbage-collection': ({ bytes }) => (bytes as number) * read * (spec.garbageCollection?.readShare ?? 0),
    copy: ({ bytes, to }) => (bytes as number) * (to === spec.name ? write : read),
    restore: ({ storedBytes }) => (storedBytes as number) * read,
  };
  const works = begun.reduce((sum, event) => sum + (costs[String(event.work ?? 'restore')]?.(event) ?? 0), 0);
  return tasks.reduce((sum, { task, job }) => {
    if (job.repository !== spec.name) return sum;
    const each = job.mode === 'reverse' && task.kind !== 'full' ? read + 2 * write : write;
    return sum + (task.readBytes / job.reduction) * each;
  }, works);
}
