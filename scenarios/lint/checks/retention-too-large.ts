/** Retention that the repository cannot hold once every job has run long enough. */
import { repositoryBytesAtStart } from '../../../sim/build.ts';
import { formatSize, roughSize } from '../../format/units.ts';
import type { Check } from '../check.ts';
import { nameSome } from '../words.ts';

export const retentionTooLarge: Check = {
  id: 'retention-too-large',
  look: (subject) => {
    const { plan } = subject;
    // A job at single times has no steady state, and one that copies nothing no points.
    const steady = subject.copying.filter((job) => subject.headOf(job).schedule.kind !== 'at');
    const held = repositoryBytesAtStart({ ...plan, jobs: plan.jobs.map((job) => (steady.includes(job) ? { ...job, initial: 'established' } : job)) });
    return plan.repositories.flatMap(({ name, capacityBytes }) => {
      const bytes = held[name] ?? 0;
      if (bytes <= capacityBytes) return [];
      const jobs = steady.filter(({ repository }) => repository === name).map((job) => job.name);
      const who = jobs.length === 0 ? 'the copies there' : nameSome(jobs);
      const text = `repository \`${name}\` holds ${formatSize(capacityBytes)}, but by the retention ${who} will keep ${roughSize(bytes)} there`;
      return [{ about: ['repositories', name, 'capacity'], text, help: 'more capacity, or a shorter `retention`' }];
    });
  },
};
