/**
 * A point counts from the moment whose state it holds, and the next one is there only when its backup has ended: an RPO that is no longer than the distance
 * of two backups is missed by each of them.
 */
import { selects } from '../../../sim/backup/selection.ts';
import type { JobPlan, VmPlan } from '../../../sim/plan.ts';
import type { Check } from '../check.ts';
import { gapsOf, type Subject } from '../subject.ts';
import { byGroup, roughDuration } from '../words.ts';

export const rpoTooShort: Check = {
  id: 'rpo-too-short',
  look: (subject) => {
    const known = new Map<string, number>();
    const gaps = new Map(subject.plan.vms.flatMap((vm) => (vm.rpoMs === null ? [] : [[vm, knownGap(known, subject, vm)] as const])));
    const missed = [...gaps.keys()].filter((vm) => (gaps.get(vm) ?? 0) >= (vm.rpoMs as number));
    return byGroup(missed).map((vms) => {
      const { group, rpoMs } = vms[0] as VmPlan;
      const gapMs = Math.max(...vms.map((vm) => gaps.get(vm) as number));
      return {
        about: ['vms', group, 'rpo'],
        text: `the RPO of \`${group}\` is ${roughDuration(rpoMs as number)}, but its backups are due up to ${roughDuration(gapMs)} apart`,
        help: 'a job that is due more often: the RPO has to hold a period and the length of a run',
      };
    });
  },
};

/** VMs that the same jobs take have the same distances. */
function knownGap(known: Map<string, number>, subject: Subject, vm: VmPlan): number {
  const jobs = subject.copying.filter((job) => selects(job.selection, vm));
  const key = JSON.stringify([vm.bornMs, vm.deletedMs, ...jobs.map(({ name }) => name)]);
  const gap = known.get(key) ?? longestGap(subject, jobs, vm);
  known.set(key, gap);
  return gap;
}

/** Between two backups of the VM, in milliseconds; 0 where there are not two, or where a continuous job takes it. */
function longestGap(subject: Subject, jobs: readonly JobPlan[], vm: VmPlan): number {
  if (jobs.some((job) => subject.methodOf(job).continuous)) return 0;
  const untilMs = vm.deletedMs ?? Number.POSITIVE_INFINITY;
  // Beyond the shortest list of ticks that was cut, some job's are missing.
  const knownMs = Math.min(...jobs.map((job) => knownUntil(subject, job)));
  const ticks = jobs.flatMap((job) => subject.ticksOf(job).atMs.filter((atMs) => atMs >= (vm.bornMs ?? 0) && atMs < untilMs && atMs <= knownMs));
  return Math.max(0, ...gapsOf(ticks.sort((a, b) => a - b)));
}

function knownUntil(subject: Subject, job: JobPlan): number {
  const { atMs, complete } = subject.ticksOf(job);
  return complete ? Number.POSITIVE_INFINITY : (atMs.at(-1) as number);
}
