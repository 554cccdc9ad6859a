/** Restores: at a chosen moment a VM is read from a repository and written over its disks. What the VM is afterwards is not simulated, only what it takes. */
import type { Vm } from '../estate/vm.ts';
import type { RestoreResult } from '../result.ts';
import type { World } from '../world.ts';
import type { Chain } from './chain.ts';
import type { RestorePlan } from './plan.ts';
import type { RestorePoint } from './point.ts';
import type { Repository } from './repository.ts';
import { NO_FLOWS, type Work, type WorkFlow } from './works.ts';

export class Restores {
  private readonly world: World;
  private plans: readonly RestorePlan[] = [];
  private results: RestoreResult[] = [];
  private readonly running = new Set<Restore>();
  private readonly tick: number;

  constructor(world: World) {
    this.world = world;
    this.tick = world.kernel.handle((index) => this.due(index - this.firstSubject()));
  }

  /** Schedules them. */
  begin(plans: readonly RestorePlan[]): void {
    this.plans = plans;
    this.results = plans.map(({ vm, atMs }) => ({ vm, atMs, repository: null, pointAtMs: null, startedMs: null, endedMs: null, readBytes: 0 }));
    plans.forEach(({ atMs }, index) => this.world.kernel.scheduleTick(atMs, this.tick, this.firstSubject() + index));
  }

  /** As they stand, in the order of the plan. */
  figures(): readonly RestoreResult[] {
    for (const restore of this.running) restore.noteRead();
    return this.results;
  }

  began(restore: Restore): void {
    this.running.add(restore);
  }

  ended(restore: Restore): void {
    this.running.delete(restore);
  }

  /** Behind everything else that is due at the same instant: a repository has two chores at most. */
  private firstSubject(): number {
    return this.world.jobs.length + 3 * this.world.repositories.length;
  }

  private due(index: number): void {
    const { kernel, log, works, vms, startEvent } = this.world;
    const plan = this.plans[index] as RestorePlan;
    const result = this.results[index] as RestoreResult;
    const vm = vms.find(({ name }) => name === plan.vm) as Vm;
    const source = vm.exists ? this.sourceOf(vm, plan) : null;
    if (source === null) {
      const reason = vm.exists ? 'no-restore-point' : 'vm-does-not-exist';
      log.record(kernel.nowMs, 'restore-failed', { vm: vm.name, repository: plan.repository, reason }, [startEvent]);
      return;
    }
    result.repository = source.chain.repository.name;
    result.pointAtMs = source.momentMs;
    works.ask(new Restore(this.world, vm, source, result));
  }

  /** The newest good point that the restore may take; of equals that of the first repository. */
  private sourceOf(vm: Vm, plan: RestorePlan): Source | null {
    const { recovery, kernel } = this.world;
    let best: Source | null = null;
    for (const chain of recovery.chainsOf(vm)) {
      if (plan.repository !== null && plan.repository !== chain.repository.name) continue;
      const point = chain.points.findLast((one) => one.good && recovery.momentOf(chain, one, kernel.nowMs) <= plan.pointAtMs);
      if (point === undefined) continue;
      const source = { chain, point, momentMs: recovery.momentOf(chain, point, kernel.nowMs) };
      if (best === null || comesFirst(source, best)) best = source;
    }
    return best;
  }
}

interface Source {
  chain: Chain;
  point: RestorePoint;
  /** To which it takes the VM back. */
  momentMs: number;
}

function comesFirst(one: Source, other: Source): boolean {
  if (one.momentMs !== other.momentMs) return one.momentMs > other.momentMs;
  return one.chain.repository.index < other.chain.repository.index;
}

/** One flow for each disk: a block is read once, from whichever point has it newest. */
class Restore implements Work {
  readonly repositories: readonly [Repository];
  flows = NO_FLOWS;
  private readonly world: World;
  private readonly vm: Vm;
  private readonly source: Source;
  private readonly result: RestoreResult;
  /** The point and all that it stands on: what is to be read stays as it is until it has been. */
  private readonly held: readonly RestorePoint[];
  private event = 0;

  constructor(world: World, vm: Vm, source: Source, result: RestoreResult) {
    this.world = world;
    this.vm = vm;
    this.source = source;
    this.result = result;
    this.repositories = [source.chain.repository];
    this.held = source.chain.neededBy(source.point);
    for (const point of this.held) point.pins++;
  }

  begin(): readonly WorkFlow[] {
    const { kernel, log } = this.world;
    const { chain, point } = this.source;
    const { reduction } = chain.job.plan;
    const bytes = point.fullBytes * reduction;
    const used = this.vm.disks.map((disk) => disk.usedAt(kernel.nowMs));
    const sum = used.reduce((all, one) => all + one, 0);
    this.result.startedMs = kernel.nowMs;
    this.world.restores.began(this);
    const fields = {
      vm: this.vm.name,
      repository: chain.repository.name,
      moment: this.source.momentMs,
      bytes: Math.ceil(bytes),
      storedBytes: Math.ceil(point.fullBytes),
    };
    this.event = log.record(kernel.nowMs, 'restore-started', fields, [point.event]);
    return this.vm.disks.map((disk, index) => {
      // What the point holds is not kept disk by disk: it is shared out as the disks are used now.
      const share = sum > 0 ? (used[index] as number) / sum : 1 / used.length;
      const uses = [{ resource: chain.repository.device, perByte: chain.repository.readCost / reduction }];
      for (const link of chain.repository.links) uses.push({ resource: link, perByte: 1 / reduction });
      if (this.vm.host !== null && this.vm.host.nbd >= 0) uses.push({ resource: this.vm.host.nbd, perByte: 1 });
      const { datastore } = disk;
      for (const device of datastore.devices) uses.push({ resource: device.resource, perByte: device.writeCost });
      if (datastore.throttle >= 0) uses.push({ resource: datastore.throttle, perByte: datastore.writeCost });
      return { bytes: bytes * share, cap: Number.POSITIVE_INFINITY, uses };
    });
  }

  /** Stored bytes that it has read up to now. */
  noteRead(): void {
    const { chain, point } = this.source;
    let left = 0;
    for (const flow of this.flows.values()) left += this.world.network.remainingOf(flow);
    this.result.readBytes = Math.ceil(point.fullBytes - left / chain.job.plan.reduction);
  }

  end(): void {
    const { kernel, log, chains } = this.world;
    const { chain } = this.source;
    this.result.endedMs = kernel.nowMs;
    this.noteRead();
    this.world.restores.ended(this);
    this.event = log.record(kernel.nowMs, 'restore-ended', { vm: this.vm.name, repository: chain.repository.name }, [this.event]);
    for (const held of this.held) held.pins--;
    chains.prune(chain, this.event);
  }
}
