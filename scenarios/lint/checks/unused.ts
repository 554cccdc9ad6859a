/** Proxies and repositories that nobody uses: forgotten, or left out of a job by mistake. */
import type { Check } from '../check.ts';

export const unused: Check = {
  id: 'unused',
  look: ({ plan: { jobs, proxies, repositories } }) => {
    const carrying = new Set(jobs.flatMap((job) => job.proxies));
    const storing = new Set([...jobs.map(({ repository }) => repository), ...repositories.map(({ copyTo }) => copyTo?.repository)]);
    return [
      ...proxies
        .filter(({ name }) => !carrying.has(name))
        .map(({ name }) => ({
          about: ['proxies', name],
          text: `no job uses the proxy \`${name}\``,
          help: 'its name under `proxies` of a job, or no such proxy',
        })),
      ...repositories
        .filter(({ name }) => !storing.has(name))
        .map(({ name }) => ({
          about: ['repositories', name],
          text: `nothing is stored on the repository \`${name}\``,
          help: 'its name under `repository` of a job, or no such repository',
        })),
    ];
  },
};
