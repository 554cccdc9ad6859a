/** When a job may run: windows of local time, less blackouts (docs/model.md, "Windows, deadlines, retries"). */
import { choice, list, type Section, section } from './document.ts';
import { DAY_MS } from './units.ts';
import type { World } from './world.ts';
import { localMsOf } from './zone.ts';

/** From the first instant until before the last, in ms since the scenario's start. */
interface Span {
  fromMs: number;
  toMs: number;
}

export interface Hours {
  /** Null for a job without a window. */
  windows: Span[] | null;
  blackouts: Span[];
  atEnd: 'finish' | 'stop-new-tasks' | 'terminate';
}

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

export function readHours(window: unknown, blackouts: unknown, path: string, world: World): Hours {
  const keys = section(window, `${path}.window`, ['from', 'to', 'days', 'atEnd']);
  return {
    windows: window === undefined ? null : windowsOf(keys, world),
    blackouts: list(blackouts).map((blackout) => {
      const { from, to } = section(blackout, `${path}.blackouts`, ['from', 'to']);
      return spanOf(localMsOf(from), localMsOf(to), world);
    }),
    atEnd: choice(keys.atEnd, `${path}.window.atEnd`, ['finish', 'stop-new-tasks', 'terminate']),
  };
}

/** One window for each local day on which it opens, from well before the start to well after the end. */
function windowsOf({ from, to, days }: Section, world: World): Span[] {
  const opensMs = clockMs(from);
  const closesMs = clockMs(to) > opensMs ? clockMs(to) : clockMs(to) + DAY_MS;
  const first = Math.floor(world.startUtcMs / DAY_MS) - 3;
  const last = Math.ceil((world.startUtcMs + world.durationMs) / DAY_MS) + 3;
  const found: Span[] = [];
  for (let day = first; day <= last; day++) {
    const weekday = WEEKDAYS[new Date(day * DAY_MS).getUTCDay()];
    if (days === undefined || list(days).includes(weekday)) found.push(spanOf(day * DAY_MS + opensMs, day * DAY_MS + closesMs, world));
  }
  return found;
}

/** `22:00` in ms since midnight. */
function clockMs(text: unknown): number {
  const [hours = 0, minutes = 0] = String(text).split(':').map(Number);
  return (hours * 60 + minutes) * 60_000;
}

function spanOf(fromLocalMs: number, toLocalMs: number, { zone, startUtcMs }: World): Span {
  return { fromMs: zone.instant(fromLocalMs) - startUtcMs, toMs: zone.instant(toLocalMs) - startUtcMs };
}

export function isOpen({ windows, blackouts }: Hours, atMs: number): boolean {
  const covers = ({ fromMs, toMs }: Span): boolean => fromMs <= atMs && atMs < toMs;
  return (windows === null || windows.some(covers)) && !blackouts.some(covers);
}

/** Whether the job may run no longer from this instant on. */
export function closes(hours: Hours, atMs: number): boolean {
  return !isOpen(hours, atMs) && isOpen(hours, atMs - 1);
}

/** The next instant after `atMs` at which a window or a blackout begins or ends. */
export function nextBoundaryMs({ windows, blackouts }: Hours, atMs: number): number {
  const instants = [...(windows ?? []), ...blackouts].flatMap(({ fromMs, toMs }) => [fromMs, toMs]);
  return Math.min(Number.POSITIVE_INFINITY, ...instants.filter((ms) => ms > atMs));
}
