/** A plan simulated under observation: what the invariants look at. */
import { type Plan, type Result, type SimulateOptions, simulate } from '../../sim/index.ts';

/** A line of the event log. */
export interface LogEvent {
  id: string;
  atMs: number;
  kind: string;
  causes: string[];
  [field: string]: unknown;
}

/** Levels of a datastore at one instant of a grid. */
export interface Level {
  atMs: number;
  datastore: string;
  usedBytes: number;
  freeBytes: number;
}

export interface Played {
  plan: Plan;
  result: Result;
  events: LogEvent[];
  levels: Level[];
}

/** Says what is wrong, one line each; empty where all is well. */
export type Invariant = (played: Played) => string[];

/** Levels are noted this often, at the start and at the end. */
const SAMPLES = 97;

export function play(plan: Plan, limits?: SimulateOptions['limits']): Played {
  const events: LogEvent[] = [];
  const levels: Level[] = [];
  const result = simulate(plan, {
    onEvent: (line) => events.push(JSON.parse(line) as LogEvent),
    sample: {
      everyMs: Math.ceil(plan.durationMs / SAMPLES),
      onSample: (atMs, datastore, usedBytes, freeBytes) => levels.push({ atMs, datastore, usedBytes, freeBytes }),
    },
    ...(limits === undefined ? {} : { limits }),
  });
  return { plan, result, events, levels };
}

/** What all invariants say of it, each line under the name of its invariant. */
export function complaints(played: Played, invariants: Record<string, Invariant>): string[] {
  return Object.entries(invariants).flatMap(([name, invariant]) => invariant(played).map((text) => `${name}: ${text}`));
}
