/**
 * Faults (MODEL 8): when they strike, and whom. Every random number comes from a stream that belongs to one fault and one task, run or occurrence, so that
 * changing one fault changes no other draw.
 */
import type { Run } from '../backup/run.ts';
import type { Reason, Task, TaskDisk } from '../backup/task.ts';
import { EventClass } from '../kernel/kernel.ts';
import { causesOf } from '../kernel/log.ts';
import { log as logarithm } from '../kernel/math.ts';
import { openStream } from '../kernel/streams.ts';
import type { World } from '../world.ts';
import { Capacities } from './capacities.ts';
import { FAULTS } from './index.ts';
import { Fault, type Step } from './kind.ts';
import type { FaultPlan } from './plan.ts';
import { Stalls } from './stalls.ts';

const MS_PER_DAY = 86_400_000;

/** A task has been struck; `event` is the log event that says so. */
export interface Struck {
  reason: Reason;
  event: number;
}

/** A transfer comes no further than `bytes`. */
export interface CutOff extends Struck {
  bytes: number;
  hangs: boolean;
}

export class Faults {
  readonly capacities: Capacities;
  readonly stalls: Stalls;
  private readonly world: World;
  private readonly began: number;
  private readonly ended: number;
  private readonly occurred: number;
  private readonly list: Fault[] = [];
  private seed = '';
  /** By fault: the instants of those that occur at random. */
  private readonly gaps: (() => number)[] = [];

  constructor(world: World) {
    this.world = world;
    this.capacities = new Capacities(world);
    this.stalls = new Stalls(world);
    this.began = world.kernel.handle((index) => this.strike(this.list[index] as Fault));
    this.ended = world.kernel.handle((index) => this.end(this.list[index] as Fault));
    this.occurred = world.kernel.handle((index) => this.occur(this.list[index] as Fault));
  }

  /** Schedules them. `seed` is the scenario's. */
  begin(plans: readonly FaultPlan[], seed: string): void {
    this.seed = seed;
    plans.forEach((plan, index) => this.list.push(new Fault(index, plan, FAULTS[plan.kind])));
    for (const fault of this.list) {
      const { times } = fault.plan;
      if (times.kind === 'always') this.strike(fault);
      else if (times.kind === 'at') this.schedule(times.atMs, this.began, fault);
      else if (times.kind === 'rate') {
        this.gaps[fault.index] = openStream(this.keyOf(fault, 'occurrences'));
        this.scheduleOccurrence(fault, times.perDay);
      }
    }
  }

  /** Faults that strike with runs do. */
  runStarted(run: Run): void {
    const { nowMs } = this.world.kernel;
    for (const fault of this.list) {
      const { times } = fault.plan;
      if (times.kind !== 'run' || times.job !== run.job.name) continue;
      if (this.draw(fault, run.id) < times.probability) this.schedule(nowMs + times.afterMs, this.began, fault);
    }
  }

  /** Why a task fails before it has done anything; null: nothing keeps it. */
  strikesAtStart(task: Task): Struck | null {
    const { state, lossEvent, downEvent, host } = task.vm;
    if (state === 'lost') return { reason: 'datastore-lost', event: lossEvent };
    // Also where the VM stood still before.
    if (host !== null && host.losses > 0) return { reason: 'host-lost', event: state === 'down' ? downEvent : host.lossEvent };
    return this.strikes(task, 'start');
  }

  /** The first fault of the file that strikes a task at a step; null: none does. */
  strikes(task: Task, step: Exclude<Step, 'transfer'>): Struck | null {
    for (const fault of this.list) {
      const { tasks } = fault.kind;
      if (tasks?.step === step && this.hits(fault, task)) return { reason: tasks.reason, event: this.recordHit(fault, task) };
    }
    return null;
  }

  /** What a transfer that is about to begin suffers: what is left of its speed, and where it is cut off. */
  onTransfer(part: TaskDisk): { factor: number; cutOff: CutOff | null } {
    let factor = 1;
    let cutOff: CutOff | null = null;
    for (const fault of this.list) {
      const { plan, kind } = fault;
      if (kind.tasks?.step !== 'transfer' || !isOn(plan, part) || !this.hits(fault, part.task)) continue;
      if (plan.factor !== null) factor *= plan.factor;
      const bytes = part.bytes * (plan.offset ?? 1);
      const cuts = plan.offset !== null && part.bytes > 0 && (cutOff === null || bytes < cutOff.bytes);
      if (plan.factor === null && !cuts) continue;
      const event = this.recordHit(fault, part.task);
      if (cuts) cutOff = { bytes, reason: kind.tasks.reason, event, hangs: kind.hangs };
    }
    return { factor, cutOff };
  }

  private schedule(atMs: number, handler: number, fault: Fault): void {
    const { kernel, endMs } = this.world;
    if (atMs <= endMs) kernel.schedule(atMs, EventClass.fault, handler, fault.index);
  }

  private occur(fault: Fault): void {
    const { times } = fault.plan;
    this.strike(fault);
    if (times.kind === 'rate') this.scheduleOccurrence(fault, times.perDay);
  }

  /** The time to the next occurrence is exponential; its uniform number does not depend on the rate. */
  private scheduleOccurrence(fault: Fault, perDay: number): void {
    const uniform = (this.gaps[fault.index] as () => number)();
    const gapMs = Math.max(1, Math.ceil((-logarithm(1 - uniform) * MS_PER_DAY) / perDay));
    this.schedule(this.world.kernel.nowMs + gapMs, this.occurred, fault);
  }

  private strike(fault: Fault): void {
    const { kernel, log, startEvent } = this.world;
    const { plan, kind } = fault;
    const on = kind.on(plan) ?? plan.vm ?? plan.job;
    const event = log.record(kernel.nowMs, 'fault-began', { fault: plan.kind, number: fault.index, on }, [startEvent]);
    const { times } = plan;
    if (kind.lasts) {
      const forMs = times.kind === 'always' ? null : times.forMs;
      if (forMs !== null) this.schedule(kernel.nowMs + forMs, this.ended, fault);
      // One that strikes again while it holds lasts until the last has ended.
      if (fault.strikes++ > 0) return;
    }
    fault.event = event;
    kind.begin(this.world, fault);
  }

  private end(fault: Fault): void {
    const { kernel, log } = this.world;
    const { plan, kind } = fault;
    if (--fault.strikes > 0) return;
    const on = kind.on(plan) ?? plan.vm ?? plan.job;
    log.record(kernel.nowMs, 'fault-ended', { fault: plan.kind, number: fault.index, on }, [fault.event]);
    kind.end(this.world, fault);
  }

  private recordHit(fault: Fault, task: Task): number {
    const { kernel, log } = this.world;
    const fields = { fault: fault.plan.kind, number: fault.index, run: task.run.id, vm: task.vm.name };
    return log.record(kernel.nowMs, 'fault-hit', fields, causesOf(task.lastEvent, fault.event));
  }

  private hits(fault: Fault, task: Task): boolean {
    if (!fault.holds || !concerns(fault.plan, task)) return false;
    return fault.plan.probability >= 1 || this.draw(fault, `${task.run.id}/${task.vm.name}/${task.attempt}`) < fault.plan.probability;
  }

  private draw(fault: Fault, of: string): number {
    return openStream(this.keyOf(fault, of))();
  }

  private keyOf(fault: Fault, of: string): string {
    return `${this.seed}/fault/${fault.index}/${of}`;
  }
}

/** Whether a task is one of those that a fault strikes. */
function concerns({ job, vm, account }: FaultPlan, { run, vm: own }: Task): boolean {
  if (job !== null && run.job.name !== job) return false;
  if (account !== null && run.job.plan.account !== account) return false;
  return vm === null || vm === own.name || vm === own.group;
}

function isOn({ disk }: FaultPlan, part: TaskDisk): boolean {
  return disk === null || part.task.disks[disk] === part;
}
