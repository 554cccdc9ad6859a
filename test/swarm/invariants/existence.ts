/**
 * VMs that come and go: before its creation and after its deletion nothing of a VM is in the log, in a ledger or in a run. What a repository does with the
 * restore points that outlive a VM is another matter.
 */
import type { Played } from '../play.ts';
import { allTasks } from './tasks.ts';

export function nothingHappensToVmsThatDoNotExist({ plan, result, events }: Played): string[] {
  const wrong: string[] = [];
  const spans = new Map(plan.vms.map(({ name, bornMs, deletedMs }) => [name, { fromMs: bornMs ?? 0, untilMs: deletedMs ?? plan.durationMs }]));
  const refused = new Set(events.filter(({ kind }) => kind === 'vm-not-created').map(({ vm }) => vm));
  const existsAt = (vm: unknown, atMs: number): boolean => {
    const span = spans.get(String(vm));
    return span !== undefined && atMs >= span.fromMs && atMs <= span.untilMs && !refused.has(vm);
  };
  for (const { id, kind, atMs, vm, repository } of events) {
    if (vm !== undefined && repository === undefined && kind !== 'vm-not-created' && !existsAt(vm, atMs))
      wrong.push(`${id} ${kind} of ${vm} at ${atMs}`);
  }
  for (const { task, key } of allTasks(plan, result)) {
    const goneAtStart = spans.get(task.vm)?.untilMs === task.queuedMs && task.queuedMs < plan.durationMs;
    if (goneAtStart || !existsAt(task.vm, task.queuedMs)) wrong.push(`${key} is selected at ${task.queuedMs}`);
  }
  for (const [name, { peakAtMs, peakLedger }] of Object.entries(result.datastores)) {
    for (const { owner, kind } of peakLedger) {
      if (kind !== 'other' && !existsAt(owner, peakAtMs)) wrong.push(`${name}: ${kind} of ${owner} at the peak, at ${peakAtMs}`);
    }
  }
  return wrong;
}
