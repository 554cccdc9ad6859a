/** Faults have effects while they hold: a proxy that has crashed begins no task, and nobody takes a snapshot of a VM that is down or lost. */
import type { Played } from '../play.ts';

export function faultsHold({ events }: Played): string[] {
  /** By proxy, the numbers of the faults that keep it down: one that strikes again while it holds ends once. */
  const crashed = new Map<unknown, Set<unknown>>();
  const down = new Set<unknown>();
  const wrong: string[] = [];
  for (const { id, kind, vm, proxy, fault, number, on } of events) {
    if (fault === 'proxy-crash' && kind === 'fault-began') crashed.set(on, new Set([...(crashed.get(on) ?? []), number]));
    if (fault === 'proxy-crash' && kind === 'fault-ended') crashed.get(on)?.delete(number);
    if (kind === 'vm-stopped' || kind === 'vm-lost') down.add(vm);
    if (kind === 'vm-started') down.delete(vm);
    if (kind === 'task-started' && (crashed.get(proxy)?.size ?? 0) > 0) wrong.push(`${id}: ${vm} begins on ${proxy}, which has crashed`);
    if (kind === 'snapshot-created' && down.has(vm)) wrong.push(`${id}: a snapshot of ${vm}, which is down`);
  }
  return wrong;
}
