/** What the result knows of a run that is a link of a chain: how long it took, what it read, and what held it back. */
import type { Result, RunResult } from '../../sim/result.ts';
import { heldBackBy } from '../bottlenecks.ts';
import { printable } from '../units.ts';
import { jobOfRun } from './steps.ts';

export interface RunFigures {
  id: string;
  /** To its end, or to the end of the scenario when `open`. */
  lastsMs: number;
  open: boolean;
  readBytes: number;
  /** The job's first run, where that read clearly less: at most 95 % of this one. */
  earlier: RunFigures | null;
}

/** Null for a run that never started. */
export function runFigures(id: string, result: Result): RunFigures | null {
  const runs = result.jobs[jobOfRun(id)]?.runs ?? [];
  const run = runs.find((each) => each.id === id);
  const figures = run === undefined ? null : figuresOf(run, result);
  if (figures === null) return null;
  const first = runs.flatMap((each) => figuresOf(each, result) ?? [])[0] ?? null;
  return { ...figures, earlier: first !== null && first.readBytes < figures.readBytes * 0.95 ? first : null };
}

function figuresOf(run: RunResult, result: Result): RunFigures | null {
  if (run.startedMs === null) return null;
  const readBytes = run.tasks.reduce((sum, task) => sum + task.readBytes, 0);
  const lastsMs = (run.endedMs ?? result.scenario.durationMs) - run.startedMs;
  return { id: run.id, lastsMs, open: run.endedMs === null, readBytes, earlier: null };
}

export interface Holder {
  /** As the result has it, without `waiting:`: `repository:r1`. */
  label: string;
  /** It lacked a slot, rather than speed. */
  waiting: boolean;
  /** Of the time of its tasks up to the end of their transfers, 0 to 1. */
  fraction: number;
  /** `repository r1`, as the subject of a sentence. */
  words: string;
}

const NAMELESS: Record<string, string> = { preparing: 'making the snapshots', 'security-software': 'security software' };

/** What held the tasks of a run back for the largest part of their time; null where nothing is known. */
export function heldBack(id: string, result: Result): Holder | null {
  const run = (result.jobs[jobOfRun(id)]?.runs ?? []).find((each) => each.id === id);
  const { labels, totalMs } = heldBackBy(run === undefined ? [] : [run], result);
  const [most] = [...labels].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  if (most === undefined || totalMs <= 0) return null;
  const waiting = most[0].startsWith('waiting:');
  const label = waiting ? most[0].slice('waiting:'.length) : most[0];
  const [kind = '', ...rest] = label.split(':');
  const name = printable(rest.join(':'));
  const place = kind === 'stream-limit' ? `the stream rate of job ${name}` : name === '' ? (NAMELESS[kind] ?? kind) : `${kind} ${name}`;
  return { label, waiting, fraction: most[1] / totalMs, words: waiting ? `a lack of free slots of ${place}` : place };
}
