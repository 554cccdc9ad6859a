/** What devices have carried is what tasks have read: busy time times rate is bytes, on the repository stored ones, before it source ones. */
import type { MethodName, Utilisation } from '../../../sim/index.ts';
import type { Played } from '../play.ts';
import { allTasks } from './tasks.ts';

/** Tasks that read through the host's management network, and those that read inside the guest. */
const THROUGH_NBD: readonly MethodName[] = ['snapshot', 'copy-before-write', 'direct-disk'];

/** Utilisations are reported with four decimals. */
const ROUNDING = 0.00005 + 1e-9;

export function devicesCarryWhatTasksRead({ plan, result }: Played): string[] {
  const tasks = allTasks(plan, result);
  const wrong: string[] = [];
  const seconds = plan.durationMs / 1000;
  const compare = (what: string, { mean }: Utilisation, bytesPerSecond: number, bytes: number): void => {
    const carried = mean * bytesPerSecond * seconds;
    // A flow that ends between two milliseconds is moved to the later one; its rate stands until then.
    const slack = ROUNDING * bytesPerSecond * seconds + (tasks.length * 3 * bytesPerSecond) / 1000 + bytes * 1e-9;
    if (Math.abs(carried - bytes) > slack) wrong.push(`${what} was busy for ${carried} bytes, tasks brought ${bytes}`);
  };
  for (const spec of plan.repositories) {
    // A continuous backup goes on writing after its task has read.
    if (plan.jobs.some((job) => job.method === 'cdp' && job.repository === spec.name)) continue;
    const stored = tasks.reduce((sum, { task, job }) => sum + (job.repository === spec.name ? task.readBytes / job.reduction : 0), 0);
    const utilisation = result.repositories[spec.name]?.utilisation;
    if (utilisation !== undefined) compare(`repository ${spec.name}`, utilisation, spec.writeBytesPerSecond, stored);
  }
  for (const spec of plan.hosts) {
    // Different methods cross different networks of a host, of which the busier one is reported.
    const here = tasks.filter(({ vm }) => vm.host === spec.name);
    const known = here.every(({ job }) => job.method === 'snapshot-only' || job.method === 'agent' || THROUGH_NBD.includes(job.method));
    // Others may fall back to it, go on without end, or leave through it from a proxy.
    if (!known || plan.proxies.some(({ host }) => host === spec.name)) continue;
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
