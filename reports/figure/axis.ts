/** The shared time axis in local time, and the sizes of its ticks. */
import type { Selection } from 'd3-node';
import type { ZoneTable } from '../../sim/plan.ts';
import { DAY_MS, formatClock, formatDate, formatMonth, formatShort, HOUR_MS, localTime, nextLocalMidnight } from '../time.ts';
import { COLOURS, drawLine, drawText, type TimeScale } from './style.ts';

interface Tick {
  atMs: number;
  label: string;
}

/** Up to about a dozen instants at round local times. */
export function timeTicks(zone: ZoneTable, durationMs: number): Tick[] {
  const days = durationMs / DAY_MS;
  if (days <= 3) return hourTicks(zone, durationMs, days <= 0.6 ? 1 : days <= 1.2 ? 2 : 6);
  const midnights: number[] = [];
  for (let atMs = nextLocalMidnight(zone, 0); atMs <= durationMs; atMs = nextLocalMidnight(zone, atMs + 1)) midnights.push(atMs);
  if (days <= 12) return midnights.map((atMs) => ({ atMs, label: formatShort(zone, atMs).replace(/ \d\d:.*$/, '') }));
  if (days <= 85) {
    const weeks = days <= 24 ? 0.5 : 1;
    return midnights
      .filter((atMs) => [1, ...(weeks < 1 ? [4] : [])].includes(localTime(zone, atMs).weekday))
      .map((atMs) => ({ atMs, label: formatShort(zone, atMs).replace(/ \d\d:.*$/, '') }));
  }
  if (days <= 190) {
    return midnights.filter((atMs) => [1, 15].includes(localTime(zone, atMs).day)).map((atMs) => ({ atMs, label: formatDate(zone, atMs) }));
  }
  const everyMonths = days <= 400 ? 1 : days <= 1200 ? 3 : 12;
  return midnights
    .filter((atMs) => localTime(zone, atMs).day === 1 && (localTime(zone, atMs).month - 1) % everyMonths === 0)
    .map((atMs) => ({ atMs, label: formatMonth(zone, atMs) }));
}

function hourTicks(zone: ZoneTable, durationMs: number, everyHours: number): Tick[] {
  const ticks: Tick[] = [];
  const { minute, second } = localTime(zone, 0);
  const firstMs = (HOUR_MS - (minute * 60 + second) * 1000) % HOUR_MS;
  for (let atMs = firstMs; atMs <= durationMs; atMs += HOUR_MS) {
    const { hour } = localTime(zone, atMs);
    if (hour % everyHours !== 0) continue;
    ticks.push({ atMs, label: hour === 0 ? formatShort(zone, atMs).replace(/ \d\d:.*$/, '') : formatClock(zone, atMs) });
  }
  return ticks;
}

/** Faint lines through all panels from `topY` to `bottomY`, labels below. */
export function drawTimeAxis(parent: Selection, ticks: readonly Tick[], scale: TimeScale, topY: number, bottomY: number): void {
  const group = parent.append('g');
  let lastLabelX = -Infinity;
  for (const { atMs, label } of ticks) {
    const x = scale.x(atMs);
    drawLine(group, x, topY, x, bottomY, COLOURS.grid);
    const halfWidth = label.length * 3.4;
    if (x - halfWidth < lastLabelX + 10 || x + halfWidth > scale.rightX + 24) continue;
    drawLine(group, x, bottomY, x, bottomY + 5, COLOURS.faint);
    drawText(group, x, bottomY + 19, label, { anchor: 'middle', colour: COLOURS.faint });
    lastLabelX = x + halfWidth;
  }
  drawLine(group, scale.leftX, bottomY, scale.rightX, bottomY, COLOURS.faint);
}

/** Round values from `low` to `high`, some `wanted` of them, in binary units. */
export function byteTicks(low: number, high: number, wanted: number): number[] {
  const unit = 1024 ** Math.max(0, Math.floor(Math.log2(Math.max(high, 1)) / 10));
  const rough = (high - low) / unit / wanted;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10) * magnitude;
  const ticks: number[] = [];
  for (let index = Math.ceil(low / unit / step); index * step * unit <= high; index += 1) ticks.push(index * step * unit);
  return ticks;
}
