/** What a report says of the policy by which the findings were judged. */
import type { WaiverPlan } from '../sim/plan.ts';
import type { ReportContext } from './context.ts';
import type { FindingGroup } from './findings.ts';
import { hanging, type Paint } from './layout.ts';
import { formatCount, listNames, printable } from './units.ts';

const SEVERITY_WORDS = { error: 'an error', warning: 'a warning', info: 'a note' };

/** Whether anything is judged otherwise than documented. */
export function statesPolicy({ result: { policy } }: ReportContext): boolean {
  return policy.preset !== 'recommended' || policy.settings > 0 || policy.waivers.some((waiver) => !waiver.expired);
}

/** Who accepted the findings of a group, until when and why; null: nobody has. */
export function waiverWords(group: FindingGroup): string | null {
  const waiver = group.findings[0]?.waiver;
  if (waiver === undefined) return null;
  return `${printable(waiver.owner)}, until ${day(waiver.until)}: ${printable(waiver.reason)} (it would be ${SEVERITY_WORDS[waiver.severity]})`;
}

/** Nothing without a policy. Expired waivers are told of, whether or not their finding has come. */
export function policyLines(context: ReportContext, paint: Paint): string[] {
  const { policy, findings } = context.result;
  if (!statesPolicy(context) && policy.waivers.length === 0) return [];
  const waived = findings.filter((finding) => finding.waiver !== undefined).length;
  const settings = policy.settings === 0 ? '' : `, ${formatCount(policy.settings, 'rule')} set otherwise`;
  const counted = policy.waivers.length === 0 ? '' : `, ${formatCount(waived, 'finding')} waived`;
  const expired = policy.waivers.filter((waiver) => waiver.expired);
  return [
    paint('title', 'POLICY'),
    ...hanging('  ', `Judged by the preset ${policy.preset}${settings}${counted}.`),
    ...expired.flatMap((waiver) => hanging('  EXPIRED  ', expiredWords(waiver))),
  ];
}

function expiredWords({ rule, subjects, owner, reason, until }: WaiverPlan): string {
  const names = subjects?.flatMap((one) => one.names) ?? [];
  const whom = names.length === 0 ? '' : ` for ${listNames(names.map(printable))}`;
  return `The waiver of ${rule}${whom} by ${printable(owner)} ended ${day(until)} and does not count (${printable(reason)}).`;
}

/** Of an instant in ISO 8601. */
function day(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}
