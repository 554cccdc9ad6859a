/** Faults for tests, and a job whose transfers take 1024 s: 10 GiB at 10 MiB/s. */
import type { FaultPlan, FaultTimes, HostPlan, JobPlan, LinkPlan, Plan, Result, TaskResult } from '../../../sim/index.ts';
import { job, MiB, plan, repository } from '../plans.ts';

/** How long one of its transfers takes, ms. */
export const TRANSFER_MS = 1_024_000;

export function fault(kind: FaultPlan['kind'], given: Partial<FaultPlan> = {}): FaultPlan {
  const nothing = {
    link: null,
    host: null,
    proxy: null,
    datastore: null,
    account: null,
    job: null,
    vm: null,
    disk: null,
    factor: null,
    offset: null,
  };
  return { kind, times: { kind: 'always' }, ...nothing, probability: 1, origin: 'faults.0', ...given };
}

export function at(atMs: number, forMs: number | null = null): { times: FaultTimes } {
  return { times: { kind: 'at', atMs, forMs } };
}

export function host(name: string, given: Partial<HostPlan> = {}): HostPlan {
  return { name, nbdBytesPerSecond: null, networkBytesPerSecond: null, datastores: null, origin: `hosts.${name}`, ...given };
}

export function link(name: string, bandwidthBytesPerSecond: number): LinkPlan {
  return { name, bandwidthBytesPerSecond, origin: `links.${name}` };
}

export function slowJob(given: Partial<JobPlan> = {}): JobPlan {
  return job({ streamBytesPerSecond: 10 * MiB, ...given });
}

/** Over a link `wan` to the repository that is as fast as a stream. */
export function overLink(given: Partial<Plan> = {}): Plan {
  return plan({ links: [link('wan', 10 * MiB)], repositories: [repository({ links: ['wan'] })], jobs: [job()], ...given });
}

export const tasksOf = (result: Result, name = 'nightly'): TaskResult[] => (result.jobs[name]?.runs ?? []).flatMap((run) => run.tasks);
export const rules = (result: Result): string[] => result.findings.map((finding) => `${finding.rule} ${finding.subject.name}`);
