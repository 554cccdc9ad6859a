/** One account that may delete every point: whoever steals it, or errs with it, deletes them all. */
import type { JobPlan, Plan, RepositoryPlan } from '../../../sim/plan.ts';
import type { Check } from '../check.ts';

export const sharedAccount: Check = {
  id: 'shared-account',
  look: ({ plan, copying }) => {
    const account = copying[0]?.account ?? null;
    if (account === null || copying.length < 2 || copying.some((job) => job.account !== account)) return [];
    const bare = copying.find((job) => !survivesIts(plan, job));
    if (bare === undefined) return [];
    return [
      {
        about: ['jobs', bare.name, 'account'],
        text: `all ${copying.length} jobs use the account \`${account}\`, and nothing keeps it from deleting every point of \`${bare.name}\``,
        help: '`immutable` on the repository, or copies (`copyTo`) under another `account`',
      },
    ];
  },
};

/** Whether points stay somewhere when the job's account is misused. */
function survivesIts(plan: Plan, job: JobPlan): boolean {
  const named = (name: string | null): RepositoryPlan | undefined => plan.repositories.find((repository) => repository.name === name);
  for (let at = named(job.repository); at !== undefined; at = named(at.copyTo?.repository ?? null)) {
    if (at.immutableMs !== null && at.immutableMs > 0) return true;
    const copies = at.copyTo?.account ?? null;
    if (copies !== null && copies !== job.account) return true;
  }
  return false;
}
