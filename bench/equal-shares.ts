/**
 * A floor for the tasks of a large estate: each repository serves its tasks in their order, so many at a time, each with an equal part of its bandwidth, the
 * rates set anew whenever one begins or ends. Nothing but the repository counts; `fluid-loop.ts` shares out what the simulator shares out.
 */
import { CompletionHeap } from './completion-heap.ts';

export interface ShareTask {
  dueMs: number;
  bytes: number;
  repository: number;
}

export interface ShareRepository {
  bytesPerMs: number;
  slots: number;
}

/** Runs all tasks; returns the instant of the last completion. Tasks must come in the order in which they are due. */
export function equalShares(tasks: readonly ShareTask[], repositories: readonly ShareRepository[]): number {
  const heap = new CompletionHeap(tasks.length);
  const left = Float64Array.from(tasks, (task) => task.bytes);
  const rate = new Float64Array(tasks.length);
  const since = new Float64Array(tasks.length);
  const active: number[][] = repositories.map(() => []);
  const waiting = repositories.map((): { tasks: number[]; next: number } => ({ tasks: [], next: 0 }));
  let due = 0;
  let now = 0;

  /** Starts what fits, then gives every active task of the repository its new rate and completion. */
  function share(index: number): void {
    const { bytesPerMs, slots } = repositories[index] as ShareRepository;
    const queue = waiting[index] as { tasks: number[]; next: number };
    const running = active[index] as number[];
    while (running.length < slots && queue.next < queue.tasks.length) {
      const task = queue.tasks[queue.next++] as number;
      since[task] = now;
      running.push(task);
    }
    for (const task of running) {
      left[task] = Math.max(0, (left[task] as number) - (rate[task] as number) * (now - (since[task] as number)));
      since[task] = now;
      rate[task] = bytesPerMs / running.length;
      heap.set(task, now + (left[task] as number) / (rate[task] as number));
    }
  }

  while (due < tasks.length || heap.size > 0) {
    const next = due < tasks.length ? (tasks[due] as ShareTask).dueMs : Number.POSITIVE_INFINITY;
    if (heap.size === 0 || next <= heap.firstTime()) {
      now = next;
      const touched = new Set<number>();
      for (; due < tasks.length && (tasks[due] as ShareTask).dueMs === now; due++) {
        const { repository } = tasks[due] as ShareTask;
        waiting[repository]?.tasks.push(due);
        touched.add(repository);
      }
      for (const repository of touched) share(repository);
    } else {
      now = heap.firstTime();
      const task = heap.pop();
      const { repository } = tasks[task] as ShareTask;
      const running = active[repository] as number[];
      running[running.indexOf(task)] = running.at(-1) as number;
      running.pop();
      share(repository);
    }
  }
  return now;
}
