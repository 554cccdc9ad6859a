/** Limits of time: nobody starts outside a window or after a deadline, nobody reads beyond a timeout, and further attempts are as many and as late as asked for. */
import type { JobPlan, Plan, RunResult, TaskResult } from '../../../sim/index.ts';
import type { Played } from '../play.ts';
import { keyOf } from './tasks.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;
/** Around a change of the clocks the hours of a window are told by `test/sim/model/limits.test.ts`. */
const CLOCK_CHANGE_MS = 3 * 60 * MINUTE_MS;

export function limitsHold(played: Played): string[] {
  const { plan, result } = played;
  const began = beginnings(played);
  return plan.jobs.flatMap((job) => (result.jobs[job.name]?.runs ?? []).flatMap((run) => brokenBy(plan, job, run, began)));
}

function brokenBy(plan: Plan, job: JobPlan, run: RunResult, began: Map<string, number>): string[] {
  const { startedMs, dueMs } = run;
  if (startedMs === null) return [];
  const wrong: string[] = [];
  if (!isPermitted(plan, job, startedMs)) wrong.push(`${run.id} starts at ${startedMs}, outside its window`);
  const deadlineMs = dueMs + (job.startDeadlineMs ?? Number.POSITIVE_INFINITY);
  if (startedMs > deadlineMs) wrong.push(`${run.id} starts at ${startedMs}, after its deadline`);
  const timeoutMs = startedMs + (job.timeoutMs ?? Number.POSITIVE_INFINITY);
  for (const task of run.tasks) {
    const key = keyOf(run.id, task.vm);
    const beganMs = began.get(`${key} ${task.attempt}`);
    // What is created later joins a continuous run later.
    const isFirst = task.attempt === 1 && task.queuedMs === startedMs;
    if (isFirst && beganMs !== undefined && beganMs > deadlineMs) wrong.push(`${key} begins at ${beganMs}, after its deadline`);
    if ((task.transferMs ?? 0) > timeoutMs || (task.transferEndMs ?? 0) > timeoutMs) wrong.push(`${key} reads beyond its timeout`);
    wrong.push(...brokenByAttempt(job, run, task));
  }
  return wrong;
}

/** A further attempt comes so long after the one before, which has failed. */
function brokenByAttempt({ retries }: JobPlan, { id, tasks }: RunResult, { vm, attempt, queuedMs }: TaskResult): string[] {
  if (attempt === 1) return [];
  const before = tasks.find((task) => task.vm === vm && task.attempt === attempt - 1);
  const wrong: string[] = [];
  if (attempt > retries.times + 1) wrong.push(`${keyOf(id, vm)} is tried ${attempt} times`);
  if (before?.status !== 'failed' || before.endedMs === null || queuedMs - before.endedMs !== retries.waitMs)
    wrong.push(`attempt ${attempt} of ${keyOf(id, vm)} at ${queuedMs} is not ${retries.waitMs} ms after a failure`);
  return wrong;
}

/** When each attempt of a task began. */
function beginnings({ events }: Played): Map<string, number> {
  const attempts = new Map<string, number>();
  const began = new Map<string, number>();
  for (const { kind, atMs, run, vm, attempt } of events) {
    if (kind === 'task-retried') attempts.set(keyOf(run, vm), attempt as number);
    if (kind === 'task-started') began.set(`${keyOf(run, vm)} ${attempts.get(keyOf(run, vm)) ?? 1}`, atMs);
  }
  return began;
}

function isPermitted({ zone }: Plan, { window }: JobPlan, atMs: number): boolean {
  if (window === null) return true;
  if (window.blackouts.some(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs)) return false;
  const { hours } = window;
  if (hours === null || zone.offsets.some(({ fromMs }) => Math.abs(fromMs - atMs) < CLOCK_CHANGE_MS)) return true;
  const { offsetMs } = zone.offsets.findLast(({ fromMs }) => fromMs <= atMs) ?? zone.offsets[0]!;
  const local = Math.floor((zone.startEpochMs + atMs + offsetMs) / MINUTE_MS);
  const minute = ((local % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;
  // 1970 began on a Thursday.
  const weekday = (day: number): number => (((Math.floor(local / DAY_MINUTES) + day + 4) % 7) + 7) % 7;
  const { fromMinute, untilMinute, days } = hours;
  const isOpenFrom = (day: number, since: number): boolean => days.includes(weekday(day)) && since >= fromMinute && since < until;
  const until = untilMinute > fromMinute ? untilMinute : untilMinute + DAY_MINUTES;
  return isOpenFrom(0, minute) || isOpenFrom(-1, minute + DAY_MINUTES);
}
