import type { Vm, World } from './world.ts';

/** The moments to which a VM can be taken back, each once for every job. */
export function goodMoments(world: World, vm: Vm): number[] {
  return world.jobs.flatMap((job) => {
    const chains = world.chains.filter((chain) => chain.job === job && chain.vm === vm);
    const stored = chains.flatMap(({ points }) => points.filter(({ isGood }) => isGood).map(({ momentMs }) => momentMs));
    const kept = (job.kept.get(vm) ?? []).flatMap(({ snapshotMs }) => (snapshotMs === null ? [] : [snapshotMs]));
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
