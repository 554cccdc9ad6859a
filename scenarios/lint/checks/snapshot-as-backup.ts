/** Snapshots lie on the datastore of the disk that they are of: who loses the one loses the other. */
import type { Check } from '../check.ts';
import { countVms } from '../words.ts';

export const snapshotAsBackup: Check = {
  id: 'snapshot-as-backup',
  look: (subject) => {
    const copied = new Set(subject.copying.flatMap((job) => subject.vmsOf(job)));
    return subject.plan.jobs.flatMap((job) => {
      if (job.method !== 'snapshot-only') return [];
      const bare = subject.vmsOf(job).filter((vm) => !copied.has(vm));
      if (bare.length === 0) return [];
      const text = `job \`${job.name}\` only keeps snapshots, and no other job copies ${countVms(bare)}: they are lost with their datastore`;
      return [{ about: ['jobs', job.name, 'method'], text, help: 'a job with `method: snapshot` and a repository elsewhere for the same VMs' }];
    });
  },
};
