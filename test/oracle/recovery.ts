import type { Chain, Job, Point, Vm, World } from './world.ts';

/** What is gone with something that is lost. */
export interface Loss {
  takesPoint: (chain: Chain, point: Point) => boolean;
  takesKept: (job: Job) => boolean;
}

const NOTHING: Loss = { takesPoint: () => false, takesKept: () => false };

/** The moments to which a VM can be taken back, each once for every job; without what a loss takes. */
export function goodMoments(world: World, vm: Vm, loss = NOTHING): number[] {
  return world.jobs.flatMap((job) => {
    const chains = world.chains.filter((chain) => chain.job === job && chain.vm === vm);
    const good = chains.flatMap((chain) => chain.points.filter((point) => point.isGood && !loss.takesPoint(chain, point)));
    const stored = good.map(({ momentMs }) => momentMs);
    const kept = (loss.takesKept(job) ? [] : (job.kept.get(vm) ?? [])).flatMap(({ snapshotMs }) => (snapshotMs === null ? [] : [snapshotMs]));
    return [...new Set([...stored, ...kept])];
  });
}

/**
 * Takes note of how old the newest good point of a VM is; without any its age counts from the start, or from when the VM was created. Must be called before its points change: in
 * between, it only grows, but for that of a replica that follows what the guest writes.
 */
export function noteAge(world: World, vm: Vm, atMs = world.nowMs): void {
  if (world.nowMs < 0 || !vm.isThere) return;
  const moments = goodMoments(world, vm);
  const newestMs = moments.length > 0 ? Math.max(...moments) : vm.fromMs;
  vm.worstRpoMs = Math.max(vm.worstRpoMs, Math.ceil(atMs - newestMs));
}
