/** Waivers that are no longer what somebody has accepted: they have ended before the scenario, or end within it. */
import type { Check } from '../check.ts';

export const endingWaiver: Check = {
  id: 'ending-waiver',
  look: ({ plan }) => {
    const startEpochMs = Date.parse(plan.start);
    return plan.policy.waivers.flatMap(({ rule, owner, until, expired }, index) => {
      const about = ['policy', 'waivers', index, 'until'];
      const help = `ask ${owner} for a later \`until\`, or mend what is waived`;
      const day = until.slice(0, 16).replace('T', ' ');
      if (expired) return [{ about, text: `the waiver of \`${rule}\` has ended on ${day}, before the start: it does not count`, help }];
      if (Date.parse(until) > startEpochMs + plan.durationMs) return [];
      return [
        { about, text: `the waiver of \`${rule}\` ends on ${day}, within the simulated time: findings after that are waived all the same`, help },
      ];
    });
  },
};
