/** `job-overlap`: runs of two jobs are under way at one time and share a VM, a datastore, a host or a proxy. */
import type { Job, Run } from '../../backup/run.ts';
import type { World } from '../../world.ts';
import type { Rule } from '../rule.ts';

export const jobOverlap: Rule = {
  id: 'job-overlap',
  severity: 'info',
  subject: 'job',
  raisedBy: ['jobs-meet'],
  subjectField: 'job',
  evidence: ['run', 'other', 'shares', 'name'],
};

/** The closest thing that two jobs share. */
interface Shared {
  shares: 'vm' | 'datastore' | 'host' | 'proxy';
  name: string;
}

export class MeetingJobs {
  private readonly world: World;
  /** By the indexes of both jobs, the smaller first. */
  private readonly shared = new Map<number, Shared | null>();

  constructor(world: World) {
    this.world = world;
  }

  /** Every pair of runs is looked at when the first of them ends. */
  runEnded(run: Run): void {
    for (const job of this.world.jobs) {
      if (job === run.job) continue;
      for (const other of job.active) this.meet(run, other, this.world.kernel.nowMs);
    }
  }

  finish(): void {
    const active = this.world.jobs.flatMap((job) => job.active);
    active.forEach((run, index) => {
      for (const other of active.slice(index + 1)) if (other.job !== run.job) this.meet(run, other, null);
    });
  }

  /** The later of the two is the subject. */
  private meet(run: Run, other: Run, untilMs: number | null): void {
    const [first, later] = startsBefore(run, other) ? [run, other] : [other, run];
    const atMs = later.startedMs as number;
    if (atMs === untilMs) return;
    const shared = this.sharedBy(first.job, later.job);
    if (shared === null) return;
    this.world.findings.observe({
      atMs,
      untilMs,
      kind: 'jobs-meet',
      fields: { job: later.job.name, run: later.id, other: first.id, ...shared },
      causes: [later.startedEvent],
    });
  }

  private sharedBy(one: Job, two: Job): Shared | null {
    const [low, high] = one.index < two.index ? [one, two] : [two, one];
    const key = low.index * this.world.jobs.length + high.index;
    let shared = this.shared.get(key);
    if (shared === undefined) {
      shared = findShared(low, high);
      this.shared.set(key, shared);
    }
    return shared;
  }
}

function startsBefore(one: Run, two: Run): boolean {
  return (one.startedMs as number) - (two.startedMs as number) < 0 || (one.startedMs === two.startedMs && one.job.index < two.job.index);
}

function findShared(one: Job, two: Job): Shared | null {
  const kinds: [Shared['shares'], (job: Job) => readonly { name: string }[]][] = [
    ['vm', (job) => job.candidates],
    ['datastore', (job) => job.candidates.flatMap((vm) => vm.disks.map((disk) => disk.datastore))],
    ['host', (job) => job.candidates.flatMap((vm) => vm.host ?? [])],
    ['proxy', (job) => job.proxies],
  ];
  for (const [shares, of] of kinds) {
    const known = new Set(of(two));
    const found = of(one).find((thing) => known.has(thing));
    if (found !== undefined) return { shares, name: found.name };
  }
  return null;
}
