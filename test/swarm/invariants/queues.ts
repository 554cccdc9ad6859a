/**
 * Little's law on the queue of each run: the number that waits, averaged over time, is the rate of arrivals times the mean wait. Numbers are counted from the
 * event log, waits are what the tasks and the slots have on their accounts, which the simulator keeps elsewhere.
 */
import type { Played } from '../play.ts';
import { accountedMs, allTasks, type FoundTask, keyOf } from './tasks.ts';

const ENDS_OF_WAITING: ReadonlySet<string> = new Set(['task-started', 'disks-attaching', 'transfer-started', 'task-ended']);

export function queuesObeyLittle(played: Played): string[] {
  const { plan, result } = played;
  const tasks = allTasks(plan, result);
  const numbers = waitedByLog(played);
  const wrong: string[] = [];
  for (const [run, ofRun] of byRun(tasks)) {
    // The account of a task with several disks adds them up, and that of an aborted one has no known length.
    const known = ofRun.filter((found) => found.vm.disks.length === 1 && accountedMs(plan, found) !== null);
    if (known.length < ofRun.length) continue;
    const waits = known.reduce((sum, found) => sum + waitOf(played, found), 0);
    const keys = new Set(known.map(({ key }) => key));
    const area = [...keys].reduce((sum, key) => sum + (numbers.get(key) ?? 0), 0);
    if (Math.abs(waits - area) > 1e-6 * area + 0.01)
      wrong.push(`${run}: on average ${area / plan.durationMs} wait, by their waits ${waits / plan.durationMs}`);
  }
  return wrong;
}

/** What a pool of slots says that was waited for it is the sum over the tasks that waited. */
export function slotsKnowWhoWaited({ plan, result }: Played): string[] {
  const tasks = allTasks(plan, result);
  if (tasks.some((found) => found.vm.disks.length > 1 || accountedMs(plan, found) === null)) return [];
  const wrong: string[] = [];
  const compare = (what: string, label: (found: FoundTask) => string | null, slotWaitMs: number | undefined): void => {
    const sum = tasks.reduce((total, found) => total + (found.task.bottleneck[label(found) ?? ''] ?? 0) * (accountedMs(plan, found) ?? 0), 0);
    if (Math.abs(sum - (slotWaitMs ?? 0)) > 1e-6 * sum + 0.01) wrong.push(`${what}: ${slotWaitMs} ms of waiting, its tasks say ${sum}`);
  };
  for (const { name } of plan.repositories) {
    compare(
      `repository ${name}`,
      ({ job }) => (job.repository === name ? `waiting:repository:${name}` : null),
      result.repositories[name]?.slotWaitMs,
    );
  }
  for (const { name } of plan.proxies) {
    compare(
      `proxy ${name}`,
      ({ job }) => (job.proxies.includes(name) ? `waiting:proxy:${job.proxies.join('+')}` : null),
      result.proxies[name]?.slotWaitMs,
    );
  }
  return wrong;
}

function waitOf({ plan }: Played, found: FoundTask): number {
  const waiting = Object.entries(found.task.bottleneck).filter(([label]) => label.startsWith('waiting:'));
  return waiting.reduce((sum, [, share]) => sum + share, 0) * (accountedMs(plan, found) ?? 0);
}

/** For each task the time it counted as waiting, in all its attempts: before it began, and with its snapshot open for its slots. */
function waitedByLog({ plan, result, events }: Played): Map<string, number> {
  const since = new Map<string, number>();
  const waited = new Map<string, number>();
  const open = (key: string, atMs: number): void => {
    since.set(key, atMs);
  };
  const close = (key: string, atMs: number): void => {
    waited.set(key, (waited.get(key) ?? 0) + atMs - (since.get(key) ?? atMs));
    since.delete(key);
  };
  const ofRun = byRun(allTasks(plan, result));
  for (const { kind, atMs, run, vm } of events) {
    // A continuous run takes new VMs later.
    if (kind === 'run-started') for (const { key, task } of ofRun.get(String(run)) ?? []) if (task.attempt === 1) open(key, task.queuedMs);
    if (kind === 'task-retried') open(keyOf(run, vm), atMs);
    if (kind === 'snapshot-created') open(keyOf(run, vm), atMs);
    if (ENDS_OF_WAITING.has(String(kind))) close(keyOf(run, vm), atMs);
  }
  for (const key of [...since.keys()]) close(key, plan.durationMs);
  return waited;
}

function byRun(tasks: readonly FoundTask[]): Map<string, FoundTask[]> {
  const runs = new Map<string, FoundTask[]>();
  for (const found of tasks) runs.set(found.run.id, [...(runs.get(found.run.id) ?? []), found]);
  return runs;
}
