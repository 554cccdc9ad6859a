/** Faults that strike nobody: what they are on is not used, or they concern a step that no backup takes. */
import type { FaultPlan, JobPlan, Plan } from '../../../sim/plan.ts';
import type { Check } from '../check.ts';
import type { Subject } from '../subject.ts';

export const idleFault: Check = {
  id: 'idle-fault',
  look: (subject) =>
    subject.plan.faults.flatMap((fault, index) => {
      const why = idleBecause(fault, subject);
      if (why === null) return [];
      return [
        {
          about: ['faults', index, 'kind'],
          text: `the fault \`${fault.kind}\` strikes nobody: ${why}`,
          help: 'what the backups use, or no such fault',
        },
      ];
    }),
};

/** Null: somebody may suffer from it. */
function idleBecause(fault: FaultPlan, subject: Subject): string | null {
  const { plan } = subject;
  const { link, host, proxy, datastore } = fault;
  if (link !== null) return usedLinks(plan).has(link) ? null : `no data goes over the link \`${link}\``;
  if (proxy !== null) return plan.jobs.some(({ proxies }) => proxies.includes(proxy)) ? null : `no job uses the proxy \`${proxy}\``;
  if (host !== null) return isInhabited(host, plan) ? null : `no VM and no proxy is on the host \`${host}\``;
  if (datastore !== null) {
    const isUsed = plan.vms.some(({ disks }) => disks.some((disk) => disk.datastore === datastore));
    return isUsed || plan.jobs.some(({ fleecing }) => fleecing === datastore) ? null : `no disk lies on the datastore \`${datastore}\``;
  }
  return TASK_FAULTS.has(fault.kind) ? sparedBecause(fault, subject) : null;
}

function usedLinks({ jobs, proxies, repositories }: Plan): Set<string> {
  const named = new Set(jobs.flatMap((job) => job.proxies));
  return new Set([
    ...proxies.filter(({ name }) => named.has(name)).flatMap(({ links }) => links),
    ...repositories.flatMap(({ links, copyTo }) => [...links, ...(copyTo?.links ?? [])]),
  ]);
}

function isInhabited(host: string, { vms, proxies }: Plan): boolean {
  return vms.some((vm) => vm.host === host) || proxies.some((proxy) => proxy.host === host);
}

const TASK_FAULTS: ReadonlySet<FaultPlan['kind']> = new Set([
  'credential-expired',
  'writer-failure',
  'corrupt-disk',
  'buggy-application',
  'security-software',
]);

/** Kinds that strike at a step that not all jobs take. */
const STEPS: Partial<Record<FaultPlan['kind'], { takes: (job: JobPlan, subject: Subject) => boolean; words: string }>> = {
  'writer-failure': {
    takes: (job, subject) => job.quiesce.mode === 'application' && !subject.methodOf(job).readsLiveDisk,
    words: 'no job brings its guests to rest (`quiesce: {mode: application}`)',
  },
  'corrupt-disk': { takes: (job, subject) => subject.methodOf(job).copies, words: 'no job reads its disks' },
  'security-software': { takes: (job, subject) => subject.methodOf(job).copies, words: 'no job reads its disks' },
};

function sparedBecause({ kind, job, vm, account }: FaultPlan, subject: Subject): string | null {
  const ofJob = subject.plan.jobs.filter((each) => (job === null || each.name === job) && (account === null || each.account === account));
  const taking = ofJob.filter((each) => subject.vmsOf(each).some(({ name, group }) => vm === null || vm === name || vm === group));
  if (taking.length === 0) return vm === null ? 'no job takes any VM' : `no job that it is about takes \`${vm}\``;
  const step = STEPS[kind];
  return step === undefined || taking.some((each) => step.takes(each, subject)) ? null : step.words;
}
