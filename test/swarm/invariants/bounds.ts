/** No schedule ends before its lower bounds: the longest task, the work over the rate that all of it crosses, the work over the slots. */
import type { Plan } from '../../../sim/index.ts';
import type { Played } from '../play.ts';
import { allTasks, type FoundTask } from './tasks.ts';

/** Completions move to the next whole millisecond, so nothing is shorter than its exact time; rates are sums and products of doubles. */
const ROUNDING = 1e-9;

export function runsKeepTheirLowerBounds({ plan, result }: Played): string[] {
  const wrong: string[] = [];
  const tasks = allTasks(plan, result);
  for (const job of plan.jobs) {
    const repository = plan.repositories.find(({ name }) => name === job.repository);
    for (const run of result.jobs[job.name]?.runs ?? []) {
      if (run.startedMs === null || run.endedMs === null || repository === undefined) continue;
      const lengthMs = run.endedMs - run.startedMs;
      const lengths = run.tasks
        .filter((task) => task.transferEndMs !== null)
        .map((task) => (task.transferEndMs as number) - (task.transferMs as number));
      const bounds = {
        'its longest task': Math.max(0, ...lengths),
        'its work over the rate': (run.tasks.reduce((sum, task) => sum + task.readBytes / job.reduction, 0) / repository.writeBytesPerSecond) * 1000,
        'its work over the slots': job.concurrency === null ? 0 : lengths.reduce((sum, ms) => sum + ms, 0) / job.concurrency,
      };
      for (const [name, ms] of Object.entries(bounds)) {
        // Bytes of a result are rounded up.
        if (lengthMs < ms * (1 - ROUNDING) - run.tasks.length / 1000) wrong.push(`${run.id} took ${lengthMs} ms, less than ${name}, ${ms} ms`);
      }
    }
  }
  for (const found of tasks) {
    const { task, key } = found;
    if (task.transferMs === null) continue;
    const ms = (task.transferEndMs ?? task.endedMs ?? plan.durationMs) - task.transferMs;
    const least = ((task.readBytes - 1) / fastest(plan, found)) * 1000;
    if (ms < least * (1 - ROUNDING)) wrong.push(`${key} read ${task.readBytes} bytes in ${ms} ms, its path allows ${least} ms`);
  }
  return wrong;
}

/** Source bytes per second that a task can read at most: what its disks may take each, and what they share. */
function fastest(plan: Plan, { task, job, vm }: FoundTask): number {
  const shared: (number | null | undefined)[] = [];
  const repository = plan.repositories.find(({ name }) => name === job.repository);
  if (repository !== undefined) shared.push(repository.writeBytesPerSecond * job.reduction);
  for (const link of plan.links) if (repository?.links.includes(link.name)) shared.push(link.bandwidthBytesPerSecond * job.reduction);
  const host = plan.hosts.find(({ name }) => name === vm.host);
  if (job.method === 'agent') shared.push(host?.networkBytesPerSecond);
  else if (job.method !== 'hot-add' && job.method !== 'direct-san') shared.push(host?.nbdBytesPerSecond);
  if (job.method === 'agent') shared.push(vm.networkBytesPerSecond);
  let perDisk = job.streamBytesPerSecond ?? Number.POSITIVE_INFINITY;
  const proxies = plan.proxies.filter(({ name }) => job.proxies.includes(name));
  const perCore = proxies
    .map(({ perCoreFullBytesPerSecond: full, perCoreIncrementalBytesPerSecond: incremental }) => {
      if (task.kind === 'incremental' || task.kind === 'differential') return incremental;
      // A task with several disks may read one in full and one by its changes.
      return vm.disks.length > 1 ? Math.max(full, incremental) : full;
    })
    .map((bytesPerSecond) => bytesPerSecond / job.processing.factor);
  if (perCore.length > 0) perDisk = Math.min(perDisk, Math.max(...perCore));
  const reads = vm.disks.map((disk) => plan.datastores.find(({ name }) => name === disk.datastore)?.readBytesPerSecond ?? Number.POSITIVE_INFINITY);
  const disks = reads.reduce((sum, read) => sum + Math.min(read, perDisk), 0);
  return Math.min(disks, ...shared.map((limit) => limit ?? Number.POSITIVE_INFINITY));
}
