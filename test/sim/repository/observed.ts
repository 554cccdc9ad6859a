/** A plan simulated with its log, and one VM for tests of repositories. */
import { type Plan, type PointKind, type RepositoryPlan, type Result, simulate } from '../../../sim/index.ts';
import { DAY, MiB, NO_WRITES, plan, repository, vm } from '../plans.ts';

export interface Logged {
  id: string;
  atMs: number;
  kind: string;
  causes: string[];
  [field: string]: unknown;
}

export interface Held {
  usedMib: number;
  points: Readonly<Record<PointKind, number>>;
}

export interface Observed {
  result: Result;
  events: Logged[];
  /** Of a kind, in order. */
  of(kind: string): Logged[];
}

export function observe(given: Plan): Observed {
  const events: Logged[] = [];
  const result = simulate(given, { onEvent: (line) => events.push(JSON.parse(line) as Logged) });
  return { result, events, of: (kind) => events.filter((event) => event.kind === kind) };
}

/** What repository `name` holds at an instant, in MiB, and its points by kind. */
export function heldAt(given: Plan, atMs: number, name = 'repo'): Held {
  let held: Held | null = null;
  simulate(
    { ...given, durationMs: atMs },
    {
      sample: {
        everyMs: atMs,
        onRepositorySample: (sampledMs, sampled, usedBytes, points) => {
          if (sampledMs === atMs && sampled === name) held = { usedMib: Math.round((usedBytes / MiB) * 1000) / 1000, points };
        },
      },
    },
  );
  if (held === null) throw new Error(`no repository ${name}`);
  return held;
}

/** Reads 100 MiB/s, writes 50 MiB/s. */
export function device(given: Partial<RepositoryPlan> = {}): RepositoryPlan {
  return repository({ readBytesPerSecond: 100 * MiB, writeBytesPerSecond: 50 * MiB, ...given });
}

/** 10,240 MiB used, 1,024 MiB of it new each day. */
export function server(name = 'web'): ReturnType<typeof vm> {
  return vm(name, { disk: { usedBytes: 10_240 * MiB, writes: { ...NO_WRITES, changedBytesPerDay: 1024 * MiB } } });
}

/** Runs at midnight from the start. */
export function nights(count: number): Plan['jobs'][number]['schedule'] {
  return { kind: 'at', atMs: Array.from({ length: count }, (_, night) => night * DAY) };
}

export const days = (count: number, given: Partial<Plan> = {}): Plan => plan({ durationMs: count * DAY, vms: [server()], ...given });
