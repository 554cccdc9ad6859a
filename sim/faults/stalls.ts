/**
 * Transfers through which nothing comes: they are resumed for half an hour and then given up (Veeam user guide, resume on disconnect: every 15 s for 30 min).
 * Merges, copies and restores only wait.
 */
import type { TaskDisk } from '../backup/task.ts';
import { EventClass } from '../kernel/kernel.ts';
import { causesOf } from '../kernel/log.ts';
import type { World } from '../world.ts';
import type { CutOff } from './faults.ts';

const PATIENCE_MS = 30 * 60_000;

interface Stall {
  sinceMs: number;
  event: number;
}

export class Stalls {
  /** Outages that hold at present, and transfers that have been cut off. */
  outages = 0;
  readonly cut = new Set<TaskDisk>();
  private readonly world: World;
  private readonly due: number;
  private readonly stalled = new Map<TaskDisk, Stall>();

  constructor(world: World) {
    this.world = world;
    this.due = world.kernel.handle((number) => this.lookAgain(world.parts[number] as TaskDisk | undefined));
  }

  /** After the instant's rates are known: who stands still, and who no longer does. */
  settle(): void {
    if (this.outages + this.cut.size + this.stalled.size === 0) return;
    for (const part of [...this.cut]) if (part.state !== 'transferring') this.cut.delete(part);
    for (const part of [...this.stalled.keys()]) if (!this.standsStill(part)) this.resume(part);
    for (const { active } of this.world.jobs) {
      for (const { tasks } of active) {
        for (const task of tasks) {
          if (task.stage !== 'transferring') continue;
          for (const part of task.disks) if (!this.stalled.has(part) && this.standsStill(part)) this.stall(part);
        }
      }
    }
  }

  private standsStill({ state, flow }: TaskDisk): boolean {
    return state === 'transferring' && this.world.network.rateOf(flow) === 0;
  }

  private stall(part: TaskDisk): void {
    const { kernel, log, network, faults } = this.world;
    const { task, disk } = part;
    const cause = cutThat(part)?.event ?? faults.capacities.closedBy(network.bottleneckOf(part.flow));
    const fields = { run: task.run.id, vm: task.vm.name, datastore: disk.datastore.name };
    const event = log.record(kernel.nowMs, 'transfer-stalled', fields, causesOf(task.lastEvent, cause));
    this.stalled.set(part, { sinceMs: kernel.nowMs, event });
    kernel.schedule(kernel.nowMs + PATIENCE_MS, EventClass.fault, this.due, part.number);
  }

  private resume(part: TaskDisk): void {
    const { kernel, log } = this.world;
    const { task, disk } = part;
    const { event } = this.stalled.get(part) as Stall;
    this.stalled.delete(part);
    if (part.state !== 'transferring') return;
    log.record(kernel.nowMs, 'transfer-resumed', { run: task.run.id, vm: task.vm.name, datastore: disk.datastore.name }, [event]);
  }

  /** It may be over long since. */
  private lookAgain(part: TaskDisk | undefined): void {
    if (part === undefined) return;
    const stall = this.stalled.get(part);
    if (stall === undefined || this.world.kernel.nowMs - stall.sinceMs < PATIENCE_MS || part.state !== 'transferring') return;
    this.world.stages.abort(part.task, 'failed', cutThat(part)?.reason ?? 'network-lost', stall.event);
  }
}

/** By which it stands still; null: it has not come so far. */
function cutThat({ hangs, cutOff }: TaskDisk): CutOff | null {
  return hangs ? cutOff : null;
}
