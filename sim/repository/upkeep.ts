/** Upkeep of repositories on schedules: garbage is collected, what is stored is verified. A tick that finds the same work not done yet is left out. */

import type { SchedulePlan } from '../schedule/plan.ts';
import { Schedule } from '../schedule/schedule.ts';
import type { World } from '../world.ts';
import type { Repository } from './repository.ts';
import { NO_FLOWS, type Work, type WorkFlow } from './works.ts';

/** What is due when on one repository. */
interface Chore {
  repository: Repository;
  schedule: Schedule;
  name: 'garbage-collection' | 'verification';
  /** Part of the stored bytes that takes as long to read. */
  readShare: number;
  /** Frees what was pruned long enough before it began. */
  collects: boolean;
  pending: boolean;
}

export class Upkeep {
  private readonly world: World;
  private readonly chores: Chore[] = [];
  private readonly tick: number;

  constructor(world: World) {
    this.world = world;
    this.tick = world.kernel.handle((subject) => this.due(subject - this.firstSubject()));
  }

  /** Schedules the first tick of each chore. */
  begin(): void {
    const { repositories, zone } = this.world;
    for (const repository of repositories) {
      const { garbageCollection, verify } = repository.plan;
      const add = (name: Chore['name'], plan: SchedulePlan, readShare: number): void => {
        const collects = name === 'garbage-collection';
        this.chores.push({ repository, schedule: new Schedule(plan, zone), name, readShare, collects, pending: false });
      };
      if (garbageCollection !== null) add('garbage-collection', garbageCollection.schedule, garbageCollection.readShare);
      if (verify !== null) add('verification', verify, 1);
    }
    for (let i = 0; i < this.chores.length; i++) this.scheduleTick(i, 0);
  }

  /** Behind jobs and copies that are due at the same instant. */
  private firstSubject(): number {
    return this.world.jobs.length + this.world.repositories.length;
  }

  private scheduleTick(index: number, fromMs: number): void {
    const { kernel, endMs } = this.world;
    const next = (this.chores[index] as Chore).schedule.nextFrom(fromMs, endMs);
    if (next !== null) kernel.scheduleTick(next, this.tick, this.firstSubject() + index);
  }

  private due(index: number): void {
    const { kernel, log, works, startEvent } = this.world;
    const chore = this.chores[index] as Chore;
    this.scheduleTick(index, kernel.nowMs + 1);
    const fields = { repository: chore.repository.name, work: chore.name };
    if (chore.pending) {
      log.record(kernel.nowMs, 'repository-work-skipped', fields, [startEvent]);
      return;
    }
    chore.pending = true;
    works.ask(new ChoreRun(this.world, chore));
  }
}

class ChoreRun implements Work {
  readonly repositories: readonly [Repository];
  flows = NO_FLOWS;
  private readonly world: World;
  private readonly chore: Chore;
  private beganMs = 0;
  private event = 0;

  constructor(world: World, chore: Chore) {
    this.world = world;
    this.chore = chore;
    this.repositories = [chore.repository];
  }

  begin(): readonly WorkFlow[] {
    const { kernel, log, startEvent } = this.world;
    const { repository, name, readShare } = this.chore;
    this.beganMs = kernel.nowMs;
    const bytes = repository.keptBytes;
    this.event = log.record(kernel.nowMs, 'repository-work-started', { repository: repository.name, work: name, bytes: Math.ceil(bytes) }, [
      startEvent,
    ]);
    return [{ bytes: bytes * readShare, cap: Number.POSITIVE_INFINITY, uses: [{ resource: repository.device, perByte: repository.readCost }] }];
  }

  end(): void {
    const { kernel, log, storage } = this.world;
    const { repository, name, collects } = this.chore;
    this.chore.pending = false;
    this.event = log.record(kernel.nowMs, 'repository-work-ended', { repository: repository.name, work: name }, [this.event]);
    if (collects) storage.reclaim(repository, this.beganMs - repository.plan.gcGraceMs, this.event);
  }
}
