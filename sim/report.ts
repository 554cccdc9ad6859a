/** From the world at the end to the result. */
import { isSettled, taskResult } from './backup/task-result.ts';
import type { Datastore } from './estate/datastore.ts';
import type { Device, SlotPool } from './estate/host.ts';
import { rounded } from './estate/statistics.ts';
import type { Vm } from './estate/vm.ts';
import { verdictOf } from './findings/book.ts';
import { LOG_VERSION } from './kernel/log.ts';
import type { Plan } from './plan.ts';
import type { DatastoreResult, DeviceResult, JobResult, Percentiles, RepositoryResult, Result, RunResult, VmResult } from './result.ts';
import { ENGINE_VERSION } from './version.ts';
import type { World } from './world.ts';

/** Closes the books of a finished run; call once. */
export function makeResult(world: World, plan: Plan, startUsed: number[]): Result {
  const findings = world.findings.findings();
  return {
    schema: 'overrun/result@1',
    scenario: { name: plan.name, digest: plan.digest, start: plan.start, durationMs: plan.durationMs, timezone: plan.zone.name },
    seed: plan.seed,
    fingerprint: world.log.fingerprint(),
    logVersion: LOG_VERSION,
    verdict: verdictOf(findings),
    policy: { preset: plan.policy.preset, settings: plan.policy.settings.length, waivers: plan.policy.waivers },
    findings,
    datastores: byName(world.datastores, (datastore) => datastoreResult(world, datastore, startUsed[datastore.index] as number)),
    hosts: byName(world.hosts, (host) => deviceResult(world, `host:${host.name}`)),
    links: byName(plan.links, (link) => deviceResult(world, `link:${link.name}`)),
    proxies: byName(world.proxies, (proxy) => deviceResult(world, `proxy:${proxy.name}`, proxy.slots)),
    arrays: byName(plan.arrays, (array) => deviceResult(world, `array:${array.name}`)),
    repositories: byName(
      world.repositories,
      (repository): RepositoryResult => ({
        capacityBytes: repository.capacityBytes,
        startUsedBytes: Math.ceil(repository.startUsedBytes),
        peakUsedBytes: Math.ceil(repository.peakUsed),
        peakAtMs: repository.peakAtMs,
        endUsedBytes: Math.ceil(world.storage.usedNow(repository)),
        workingSpaceBytes: Math.ceil(repository.workingSpaceBytes()),
        fullAtMs: repository.fullAtMs,
        ...deviceResult(world, `repository:${repository.name}`, repository.slots),
      }),
    ),
    vms: byName(world.vms, (vm) => vmResult(world, vm)),
    jobs: byName(
      world.jobs,
      (job): JobResult => ({
        firstOverlapAtMs: job.firstOverlapAtMs,
        runs: job.runs.map(
          (run): RunResult => ({
            id: run.id,
            dueMs: run.dueMs,
            startedMs: run.startedMs,
            endedMs: run.endedMs,
            status: run.status,
            overlapsPrevious: run.overlapsPrevious,
            lowerBoundMs: run.startedMs === null ? null : run.lowerBound.leastMs(job),
            tasks: run.results ?? run.tasks.map(taskResult),
          }),
        ),
      }),
    ),
    restores: [...world.restores.figures()],
    assumptions: plan.assumptions,
    engine: { version: ENGINE_VERSION, timeZoneData: plan.zone.dataVersion, events: world.kernel.eventCount, solves: world.network.solveCount },
  };
}

/** Settles every account that runs to the end of the scenario. */
export function closeBooks(world: World): void {
  const now = world.kernel.nowMs;
  world.admission.settleWaits();
  for (const task of world.tasks) if (task !== undefined && !isSettled(task)) world.stages.settle(task);
  for (const vm of world.vms) world.consolidation.settle(vm);
  for (const datastore of world.datastores) {
    datastore.notePeak(now);
    for (const meter of [datastore.busy, datastore.latency, datastore.served]) meter.settle(now);
  }
  world.cdp.settleAll();
  for (const repository of world.repositories) world.storage.notePeak(repository);
  for (const devices of world.devices.values()) for (const device of devices) device.settle(now);
  world.conditions.finish();
}

function datastoreResult(world: World, datastore: Datastore, startUsedBytes: number): DatastoreResult {
  const peakLedger = datastore.peakLedger();
  let peakUsedBytes = 0;
  for (const entry of peakLedger) peakUsedBytes += entry.bytes;
  return {
    capacityBytes: datastore.capacityBytes,
    startUsedBytes,
    peakUsedBytes,
    peakAtMs: datastore.peakAtMs,
    minFreeBytes: datastore.capacityBytes - peakUsedBytes,
    fullAtMs: datastore.fullAtMs,
    utilisation: datastore.busy.utilisation(world.endMs),
    saturatedMs: datastore.saturated.totalAt(world.endMs),
    guestServedFraction: rounded(datastore.served.mean(world.endMs)),
    latencyMs: datastore.latency.distribution.percentiles(),
    peakLedger,
  };
}

/** A device may stand on several resources (a proxy's cores and network): the busiest speaks for it. */
function deviceResult(world: World, label: string, slots?: SlotPool): DeviceResult {
  let busiest: Device | undefined;
  for (const device of world.devices.get(label) ?? []) {
    if (busiest === undefined || device.meter.mean(world.endMs) > busiest.meter.mean(world.endMs)) busiest = device;
  }
  return {
    utilisation: busiest?.meter.utilisation(world.endMs) ?? { mean: 0, p95: 0, max: 0 },
    saturatedMs: busiest?.saturatedMs ?? 0,
    slotWaitMs: slots?.waitMs ?? 0,
  };
}

function vmResult(world: World, vm: Vm): VmResult {
  const now = world.endMs;
  const open = vm.jobSnapshots > 0 ? now - vm.snapshotOpenSinceMs : 0;
  return {
    createdAtMs: vm.createdAtMs,
    deletedAtMs: vm.deletedAtMs,
    pausedAtMs: vm.firstPausedAtMs,
    pausedMs: vm.pausedMs + (vm.state === 'paused' ? now - vm.pausedSinceMs : 0),
    crashedAtMs: vm.crashedAtMs,
    downMs: vm.downMs + (vm.state === 'down' ? now - vm.downSinceMs : 0),
    lostAtMs: vm.lostAtMs,
    stunMs: vm.stunMs,
    maxChainDepth: vm.maxChainDepth,
    snapshotOpenMs: vm.snapshotOpenMs + open,
    writeHeldMs: Math.round(vm.disks.reduce((sum, disk) => sum + disk.writeHeldUntil(now), 0)),
    worstLagMs: vm.worstLagMs === null ? null : Math.ceil(vm.worstLagMs),
    restorePoints: world.recovery.momentsOf(vm, now),
    worstRpoMs: world.recovery.worstAgeUntil(vm, now),
    survives: world.recovery.survivalOf(vm, now),
    latencyMs: latencyOf(vm),
  };
}

/** Of several disks the slowest speaks for the VM. */
function latencyOf(vm: Vm): Percentiles {
  let slowest: Percentiles = { p50: 0, p95: 0, p99: 0, max: 0 };
  for (const disk of vm.disks) {
    const own = disk.latency.percentiles(disk.datastore.latency.distribution);
    if (own.p95 >= slowest.p95) slowest = own;
  }
  return slowest;
}

function byName<T extends { name: string }, R>(list: readonly T[], make: (entry: T) => R): Record<string, R> {
  return Object.fromEntries(list.map((entry) => [entry.name, make(entry)]));
}
