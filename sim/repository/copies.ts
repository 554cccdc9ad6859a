/** Copying of new points to another repository: at once, or at the instants of a schedule; chain by chain, one point after another. */
import { Schedule } from '../schedule/schedule.ts';
import type { World } from '../world.ts';
import type { Chain } from './chain.ts';
import { Copy } from './copy.ts';
import type { RestorePoint } from './point.ts';
import type { Repository } from './repository.ts';

export class Copies {
  private readonly world: World;
  private readonly schedules = new Map<Repository, Schedule>();
  private readonly tick: number;

  constructor(world: World) {
    this.world = world;
    this.tick = world.kernel.handle((index) => this.due(world.repositories[index - world.jobs.length] as Repository));
  }

  /** Schedules the first tick of each repository that copies at set times. */
  begin(): void {
    const { repositories, zone } = this.world;
    for (const repository of repositories) {
      const schedule = repository.plan.copyTo?.schedule ?? null;
      if (schedule === null) continue;
      this.schedules.set(repository, new Schedule(schedule, zone));
      this.scheduleTick(repository, 0);
    }
  }

  /** A point is there that is to be copied, where its repository copies; until it has been it stays. */
  pointAdded(chain: Chain, point: RestorePoint): void {
    const { copyTo } = chain.repository.plan;
    if (copyTo === null || chain.repository.copyTarget === null) return;
    point.pins++;
    chain.uncopied.push(point);
    if (copyTo.schedule === null) this.next(chain);
  }

  /** Begins the copy of the oldest point of a chain that waits for one. */
  next(chain: Chain): void {
    const [point] = chain.uncopied;
    const target = chain.repository.copyTarget;
    if (point === undefined || target === null || chain.copying) return;
    chain.copying = true;
    this.world.works.ask(new Copy(this.world, chain, point, target));
  }

  private scheduleTick(repository: Repository, fromMs: number): void {
    const { kernel, endMs, jobs } = this.world;
    const next = this.schedules.get(repository)?.nextFrom(fromMs, endMs) ?? null;
    // After the jobs that are due at the same instant.
    if (next !== null) kernel.scheduleTick(next, this.tick, jobs.length + repository.index);
  }

  private due(repository: Repository): void {
    this.scheduleTick(repository, this.world.kernel.nowMs + 1);
    for (const chain of repository.chains.values()) this.next(chain);
  }
}
