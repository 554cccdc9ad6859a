/** A run that opens the snapshots of a whole datastore at once. */
import type { DatastorePlan, JobPlan } from '../../../sim/plan.ts';
import type { Check } from '../check.ts';
import type { Subject } from '../subject.ts';

/** Snapshots open on one datastore at once (Veeam, its default since version 8). */
const USUAL_OPEN_SNAPSHOTS = 4;

export const unlimitedConcurrency: Check = {
  id: 'unlimited-concurrency',
  look: (subject) =>
    subject.copying.flatMap((job) => {
      if (!subject.methodOf(job).opensSnapshot) return [];
      // The snapshots of a whole run open before anybody waits for a slot.
      if (job.snapshots === 'per-task' && Number.isFinite(subject.tasksAtOnce(job))) return [];
      const worst = fullest(subject, job);
      if (worst === null || worst.vms <= USUAL_OPEN_SNAPSHOTS) return [];
      const about = ['jobs', job.name, job.snapshots === 'per-task' ? 'concurrency' : 'snapshots'];
      const text = `job \`${job.name}\` may open snapshots of ${worst.vms} VMs on datastore \`${worst.datastore.name}\` at once`;
      return [{ about, text, help: `\`maxOpenSnapshots\` on the datastore${job.snapshots === 'per-task' ? ', or a `concurrency`' : ''}` }];
    }),
};

/** The datastore without a limit of its own that has most VMs of the job. */
function fullest(subject: Subject, job: JobPlan): { datastore: DatastorePlan; vms: number } | null {
  const counts = new Map<string, number>();
  for (const { disks } of subject.vmsOf(job)) {
    for (const name of new Set(disks.map(({ datastore }) => datastore))) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const open = subject.plan.datastores.filter(({ maxOpenSnapshots }) => maxOpenSnapshots === null);
  const sorted = open.map((datastore) => ({ datastore, vms: counts.get(datastore.name) ?? 0 })).sort((a, b) => b.vms - a.vms);
  return sorted[0] ?? null;
}
