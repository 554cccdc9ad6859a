/** Thresholds that nothing can reach within the simulated time: the rule is silent whatever happens. */
import type { Plan, Thresholds } from '../../../sim/plan.ts';
import type { RuleId } from '../../../sim/result.ts';
import { formatDuration } from '../../format/units.ts';
import type { Check } from '../check.ts';

/** Thresholds that are lengths of time, with their keys. A snapshot may be older than the scenario, and is looked at apart. */
const LENGTHS: readonly [RuleId, keyof Thresholds, string][] = [
  ['io-saturated', 'saturatedMs', 'over'],
  ['latency', 'slowMs', 'over'],
  ['stun', 'stunMs', 'over'],
  ['slot-starved', 'slotWaitMs', 'over'],
  ['proxy-starved', 'proxySpanMs', 'over'],
];

export const unreachableThreshold: Check = {
  id: 'unreachable-threshold',
  look: ({ plan }) =>
    plan.policy.settings.flatMap(({ rule, thresholds, subjects }) => {
      const found = beyondReach(rule, thresholds, plan);
      if (found === null) return [];
      const about = subjects === null ? ['policy', rule, found.key] : ['policy', 'for'];
      return [{ about, text: `\`${rule}\` is silent whatever happens: ${found.why}`, help: `a smaller \`${found.key}\`, or \`off\`, which says so` }];
    }),
};

function beyondReach(rule: RuleId, thresholds: Partial<Thresholds>, plan: Plan): { key: string; why: string } | null {
  const { durationMs, vms } = plan;
  for (const [about, threshold, key] of LENGTHS) {
    const ms = thresholds[threshold];
    if (about === rule && ms !== undefined && ms >= durationMs) return { key, why: longerThanAll(ms, durationMs) };
  }
  const { chainDepth, snapshotAgeMs } = thresholds;
  const deepest = Math.max(0, ...vms.map(({ maxChain }) => maxChain));
  if (chainDepth !== undefined && chainDepth >= deepest) return { key: 'depth', why: `no chain gets deeper than \`maxChain\` (${deepest})` };
  const oldestMs = Math.max(0, ...vms.flatMap(({ disks }) => disks.flatMap(({ snapshots }) => snapshots.map(({ takenMs }) => -takenMs))));
  if (snapshotAgeMs !== undefined && snapshotAgeMs >= durationMs + oldestMs) return { key: 'age', why: longerThanAll(snapshotAgeMs, durationMs) };
  return null;
}

function longerThanAll(ms: number, durationMs: number): string {
  return `${formatDuration(ms)} does not fit into the ${formatDuration(durationMs)} that are simulated`;
}
