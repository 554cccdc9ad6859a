/**
 * Conditions of rates and queues, which have no place in the log: they are followed here and become findings when they have lasted long enough. The
 * finding begins when the condition began, and its cause is the event that changed the load then.
 */

import type { Run } from '../backup/run.ts';
import type { Task, TaskDisk } from '../backup/task.ts';
import type { Datastore } from '../estate/datastore.ts';
import type { ConditionMeter } from '../estate/statistics.ts';
import type { World } from '../world.ts';
import { DeepChains } from './rules/chain-depth.ts';
import { StalledMerges } from './rules/consolidation-stalled.ts';
import { GatheredAgents } from './rules/guest-agent-storm.ts';
import { MeetingJobs } from './rules/job-overlap.ts';
import { MissedVms } from './rules/new-vm-missed.ts';
import { StarvedProxies } from './rules/proxy-starved.ts';
import { MissedRpos } from './rules/rpo-missed.ts';
import { OldSnapshots } from './rules/snapshot-age.ts';
import { findOrphans } from './rules/snapshot-orphaned.ts';
import { UnprotectedVms } from './rules/vm-unprotected.ts';

type Followed = 'io-saturated' | 'latency';

interface Episodes {
  kind: Followed;
  datastore: Datastore;
  /** Shorter ones do not count. */
  leastMs: number;
  /** Present episode. */
  sinceMs: number;
  cause: number;
  /** First long one. */
  firstMs: number | null;
  firstCause: number;
  count: number;
  longestMs: number;
  totalMs: number;
}

export class Conditions {
  readonly chains: DeepChains;
  readonly ages: OldSnapshots;
  readonly merges: StalledMerges;
  readonly proxies: StarvedProxies;
  readonly unprotected: UnprotectedVms;
  readonly rpos: MissedRpos;
  private readonly agents: GatheredAgents;
  private readonly missed: MissedVms;
  private readonly meeting: MeetingJobs;
  private readonly world: World;
  private readonly episodes = new Map<string, Episodes>();

  constructor(world: World) {
    this.world = world;
    this.chains = new DeepChains(world);
    this.ages = new OldSnapshots(world);
    this.merges = new StalledMerges(world);
    this.proxies = new StarvedProxies(world);
    this.unprotected = new UnprotectedVms(world);
    this.rpos = new MissedRpos(world);
    this.agents = new GatheredAgents(world);
    this.missed = new MissedVms(world, this.unprotected);
    this.meeting = new MeetingJobs(world);
  }

  /** The world is there: what is wrong with it from the start. */
  begin(): void {
    this.unprotected.begin();
    this.missed.begin();
    findOrphans(this.world);
    for (const disk of this.world.disks) if (disk.chain.length > 0) this.chains.changed(disk);
  }

  transferBegins(part: TaskDisk): void {
    this.proxies.transferBegins(part);
    this.agents.transferBegins(part);
  }

  taskEnds(task: Task): void {
    this.agents.taskEnds(task);
  }

  runStarted(run: Run): void {
    this.missed.runStarted(run);
  }

  runEnded(run: Run): void {
    this.proxies.runEnded(run);
    this.meeting.runEnded(run);
  }

  /** A condition of a datastore holds or does not hold from now on. */
  follow(kind: Followed, datastore: Datastore, meter: ConditionMeter, holds: boolean): void {
    if (holds === (meter.sinceMs !== null)) return;
    const now = this.world.kernel.nowMs;
    meter.set(now, holds);
    const key = `${kind}/${datastore.index}`;
    let entry = this.episodes.get(key);
    if (entry === undefined) {
      const { saturatedMs, slowMs } = this.world.policy.thresholds('datastore', datastore.name);
      const leastMs = kind === 'latency' ? slowMs : saturatedMs;
      entry = { kind, datastore, leastMs, sinceMs: now, cause: 0, firstMs: null, firstCause: 0, count: 0, longestMs: 0, totalMs: 0 };
      this.episodes.set(key, entry);
    }
    if (holds) {
      entry.sinceMs = now;
      entry.cause = datastore.lastEvent || this.world.startEvent;
    } else closeEpisode(entry, now);
  }

  /** A task's wait for slots is over (or the scenario is). Where it lacked one of several proxies, each of them had none. */
  slotsAwaited(task: Task, waited: { job: number; proxy: number; repository: number }): void {
    const waitedMs = waited.job + waited.proxy + waited.repository;
    const { job, id, startedEvent } = task.run;
    const names = { job: [job.name], proxy: job.plan.proxies, repository: [job.repository.name] };
    let scarce: keyof typeof names = 'job';
    for (const kind of ['proxy', 'repository'] as const) if (waited[kind] > waited[scarce]) scarce = kind;
    for (const name of names[scarce]) {
      const { slotWaitMs } = this.world.policy.thresholds(scarce, name);
      if (waitedMs <= slotWaitMs) continue;
      this.world.findings.observe({
        // It has waited without a break up to now: this is when the wait became too long.
        atMs: this.world.kernel.nowMs - waitedMs + slotWaitMs,
        kind: `slot-starved-${scarce}`,
        fields: { name, run: id, vm: task.vm.name, waitedMs },
        causes: [startedEvent],
      });
    }
  }

  /** A guest stands still for a moment; beyond a few seconds clusters and applications notice. */
  stunned(task: Task, ms: number): void {
    if (ms < this.world.policy.thresholds('vm', task.vm.name).stunMs) return;
    this.world.findings.observe({
      atMs: this.world.kernel.nowMs,
      kind: 'vm-stunned',
      fields: { vm: task.vm.name, run: task.run.id, stunMs: ms },
      causes: [task.lastEvent],
    });
  }

  /** The scenario is over: conditions that still hold count up to now. */
  finish(): void {
    const now = this.world.kernel.nowMs;
    this.ages.finish();
    this.agents.finish();
    this.proxies.finish();
    this.rpos.finish();
    this.unprotected.finish();
    this.meeting.finish();
    for (const entry of this.episodes.values()) {
      const meter = entry.kind === 'latency' ? entry.datastore.slow : entry.datastore.saturated;
      if (meter.sinceMs !== null) closeEpisode(entry, now);
      if (entry.firstMs === null) continue;
      const latency = entry.datastore.latency.distribution;
      this.world.findings.observe({
        atMs: entry.firstMs,
        kind: entry.kind,
        fields: {
          datastore: entry.datastore.name,
          longestMs: entry.longestMs,
          totalMs: entry.totalMs,
          worstMs: Math.round(latency.max),
          guestsAloneMs: entry.datastore.guestBound.totalAt(now),
          servedPercent: Math.round(entry.datastore.served.mean(now) * 100),
          episodes: entry.count,
        },
        causes: [entry.firstCause],
      });
    }
  }
}

function closeEpisode(entry: Episodes, nowMs: number): void {
  const ms = nowMs - entry.sinceMs;
  if (ms < entry.leastMs) return;
  entry.count++;
  entry.totalMs += ms;
  if (ms > entry.longestMs) entry.longestMs = ms;
  if (entry.firstMs === null) {
    entry.firstMs = entry.sinceMs;
    entry.firstCause = entry.cause;
  }
}
