import { heldByCopies } from './copies.ts';
import { heldByRestores } from './restores.ts';
import type { Chain, Point, World } from './world.ts';

/** How many of each are kept (docs/repositories.md). */
export interface Retention {
  definition: 'proxmox' | 'veeam';
  last: number;
  hourly: number;
  daily: number;
  weekly: number;
  monthly: number;
  yearly: number;
}

const PERIODS = ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;
const FLAGS = ['weekly', 'monthly', 'yearly'] as const;

type Period = (typeof PERIODS)[number];
export type Flag = (typeof FLAGS)[number];

const DAY_MS = 86_400_000;

/** The points that the policy itself keeps now, without what those stand on. */
export function wanted(world: World, chain: Chain): Set<Point> {
  const kept = chain.retention.definition === 'veeam' ? byFlags(world, chain) : byPeriods(world, chain);
  const { immutableMs } = chain.repository;
  for (const point of chain.points) if (world.nowMs < point.completeMs + immutableMs) kept.add(point);
  for (const point of heldByRestores(world, chain)) kept.add(point);
  for (const point of heldByCopies(world, chain)) kept.add(point);
  return kept;
}

/** Sets what a point that becomes a full is the first full of. */
export function flag(world: World, chain: Chain, point: Point): void {
  const others = chain.points.filter((other) => other !== point && other.kind === 'full');
  const isFirst = (period: Flag): boolean => others.every((other) => periodOf(world, other, period) !== periodOf(world, point, period));
  point.firstOf = FLAGS.filter(isFirst);
}

function byFlags(world: World, { points, retention }: Chain): Set<Point> {
  const kept = new Set(retention.last > 0 ? points.slice(-retention.last) : []);
  for (const point of points) {
    if (point.kind === 'full' && point.firstOf.some((period) => world.nowMs < laterMs(world, point, period, retention[period]))) kept.add(point);
  }
  return kept;
}

function byPeriods(world: World, { points, retention }: Chain): Set<Point> {
  const newestFirst = [...points].reverse();
  const kept = new Set(newestFirst.slice(0, retention.last));
  const passedOver = new Set<Point>();
  for (const period of PERIODS) {
    const done = new Set([...kept].map((point) => periodOf(world, point, period)));
    const found = new Set<string>();
    for (const point of newestFirst) {
      const key = periodOf(world, point, period);
      if (kept.has(point) || passedOver.has(point) || done.has(key)) continue;
      if (found.has(key)) passedOver.add(point);
      else if (found.size < retention[period]) {
        found.add(key);
        kept.add(point);
      } else break;
    }
  }
  return kept;
}

/** The local hour, day, ISO week, month or year in which a point's moment lies. */
function periodOf(world: World, { momentMs }: Point, period: Period): string {
  const local = world.zone.local(world.startUtcMs + momentMs);
  const text = local.toISOString();
  if (period === 'hourly') return text.slice(0, 13);
  if (period === 'daily') return text.slice(0, 10);
  if (period === 'monthly') return text.slice(0, 7);
  if (period === 'yearly') return text.slice(0, 4);
  const sinceMonday = (local.getUTCDay() + 6) % 7;
  return new Date(local.getTime() - sinceMonday * DAY_MS).toISOString().slice(0, 10);
}

/** The moment of a point so many weeks, months or years later by the local calendar, in a month that is too short on its last day. */
function laterMs(world: World, { momentMs }: Point, period: Flag, count: number): number {
  const local = world.zone.local(world.startUtcMs + momentMs);
  const later = new Date(local);
  if (period === 'weekly') later.setUTCDate(local.getUTCDate() + 7 * count);
  else {
    later.setUTCDate(1);
    later.setUTCMonth(local.getUTCMonth() + (period === 'monthly' ? count : 12 * count));
    const daysThere = new Date(Date.UTC(later.getUTCFullYear(), later.getUTCMonth() + 1, 0)).getUTCDate();
    later.setUTCDate(Math.min(local.getUTCDate(), daysThere));
  }
  return world.zone.instant(later.getTime()) - world.startUtcMs;
}
