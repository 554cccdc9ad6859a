/**
 * `guest-agent-storm`: agents in many guests of one datastore work at one time. They load the datastore, the hosts and their networks together, and each runs
 * inside a guest that it is to protect.
 */
import type { Task, TaskDisk } from '../../backup/task.ts';
import type { Datastore } from '../../estate/datastore.ts';
import type { World } from '../../world.ts';
import type { Rule } from '../rule.ts';

export const guestAgentStorm: Rule = {
  id: 'guest-agent-storm',
  severity: 'warning',
  subject: 'datastore',
  raisedBy: ['agents-gathered'],
  subjectField: 'datastore',
  evidence: ['agents', 'mostAgents', 'run', 'vm'],
};

/** From the agent that was too many until there are no longer too many. */
interface Storm {
  atMs: number;
  untilMs: number | null;
  /** The most at one time. */
  agents: number;
  /** Who was too many. */
  task: Task;
  event: number;
}

/** Follows how many agents read from each datastore. */
export class GatheredAgents {
  private readonly world: World;
  private readonly working = new Map<Datastore, Set<Task>>();
  private readonly storms = new Map<Datastore, Storm>();

  constructor(world: World) {
    this.world = world;
  }

  transferBegins({ task, disk: { datastore } }: TaskDisk): void {
    if (!task.run.job.method.runsInGuest) return;
    const working = this.working.get(datastore) ?? new Set();
    this.working.set(datastore, working.add(task));
    const agents = working.size;
    if (agents <= this.mostAgents(datastore)) return;
    const storm = this.stormOf(datastore) ?? this.begin(datastore, task);
    storm.untilMs = null;
    storm.agents = Math.max(storm.agents, agents);
  }

  taskEnds(task: Task): void {
    if (!task.run.job.method.runsInGuest) return;
    for (const { disk } of task.disks) {
      const { datastore } = disk;
      const working = this.working.get(datastore);
      if (working?.delete(task) !== true || working.size > this.mostAgents(datastore)) continue;
      const storm = this.storms.get(datastore);
      if (storm !== undefined) storm.untilMs ??= this.world.kernel.nowMs;
    }
  }

  /** The scenario is over. */
  finish(): void {
    for (const [datastore, storm] of this.storms) this.tell(datastore, storm);
  }

  private mostAgents({ name }: Datastore): number {
    return this.world.policy.thresholds('datastore', name).agents;
  }

  /** The one that lasts. Where one agent takes the place of another at the same instant, it goes on. */
  private stormOf(datastore: Datastore): Storm | null {
    const storm = this.storms.get(datastore);
    if (storm === undefined) return null;
    if (storm.untilMs === null || storm.untilMs === this.world.kernel.nowMs) return storm;
    this.tell(datastore, storm);
    return null;
  }

  private begin(datastore: Datastore, task: Task): Storm {
    const storm = { atMs: this.world.kernel.nowMs, untilMs: null, agents: 0, task, event: task.lastEvent };
    this.storms.set(datastore, storm);
    return storm;
  }

  private tell(datastore: Datastore, { atMs, untilMs, agents, task, event }: Storm): void {
    const fields = { datastore: datastore.name, agents, mostAgents: this.mostAgents(datastore), run: task.run.id, vm: task.vm.name };
    this.world.findings.observe({ atMs, untilMs, kind: 'agents-gathered', fields, causes: [event] });
  }
}
