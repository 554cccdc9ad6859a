/**
 * The only place that knows time zones. The rules come from the platform (`Intl`), the plan carries them as a table, and the simulator evaluates
 * schedules against that table without any library.
 */
import type { ZoneTable } from '../../sim/plan.ts';
import { formatLocalTime } from './local-time.ts';
import { MS_PER_DAY, MS_PER_HOUR } from './units.ts';

/** How far before the start local times may matter: a job established before the start may have a yearly schedule. */
const TABLE_BEFORE_MS = 400 * MS_PER_DAY;
const TABLE_AFTER_MS = 2 * MS_PER_DAY;

/** No zone has changed its clocks twice within this time. */
const PROBE_MS = 12 * MS_PER_HOUR;

export interface Zone {
  name: string;
  /** Local minus UTC at an instant, in milliseconds. */
  offsetAt: (epochMs: number) => number;
}

/** Null when the platform knows no such zone. Offsets such as `+02:00` are not zones: they have no rules. */
export function openZone(name: string): Zone | null {
  if (!/^[A-Za-z]/.test(name)) return null;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return null;
  }
  return { name, offsetAt: (epochMs) => readOffset(format, epochMs) };
}

export function knownZones(): string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone')];
}

function readOffset(format: Intl.DateTimeFormat, epochMs: number): number {
  const fields = new Map(format.formatToParts(epochMs).map((part) => [part.type, Number(part.value)]));
  const field = (type: Intl.DateTimeFormatPartTypes) => fields.get(type) ?? 0;
  const local = Date.UTC(field('year'), field('month') - 1, field('day'), field('hour'), field('minute'), field('second'));
  const wholeSeconds = Math.floor(epochMs / 1000) * 1000;
  return local - wholeSeconds;
}

/** The first instant in (from, to] with the offset of `to`, given that the offset changes once between them. */
function findChange(zone: Zone, from: number, to: number): number {
  const before = zone.offsetAt(from);
  let low = from;
  let high = to;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (zone.offsetAt(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

/** How a local time was understood: it may not exist (clocks put forward) or exist twice (put back). */
export interface Resolved {
  epochMs: number;
  kind: 'unique' | 'skipped' | 'twice';
}

/** A skipped local time becomes the first instant after the gap, a repeated one the first of the two. */
export function resolveLocal(zone: Zone, localMs: number): Resolved {
  // Offsets lie between -12 h and +14 h, so these two instants enclose every reading of the local time.
  const from = localMs - 15 * MS_PER_HOUR;
  const to = localMs + 15 * MS_PER_HOUR;
  const before = zone.offsetAt(from);
  const after = zone.offsetAt(to);
  if (before === after) return { epochMs: localMs - before, kind: 'unique' };
  const change = findChange(zone, from, to);
  const early = localMs - before < change;
  const late = localMs - after >= change;
  if (early) return { epochMs: localMs - before, kind: late ? 'twice' : 'unique' };
  return late ? { epochMs: localMs - after, kind: 'unique' } : { epochMs: change, kind: 'skipped' };
}

/** Offsets from well before the start until after the end, as the simulator wants them. */
export function zoneTable(zone: Zone, startEpochMs: number, durationMs: number, dataVersion: string): ZoneTable {
  const first = startEpochMs - TABLE_BEFORE_MS;
  const last = startEpochMs + durationMs + TABLE_AFTER_MS;
  let offset = zone.offsetAt(first);
  const offsets = [{ fromMs: first - startEpochMs, offsetMs: offset }];
  for (let at = first; at < last; at += PROBE_MS) {
    const next = zone.offsetAt(at + PROBE_MS);
    if (next === offset) continue;
    offsets.push({ fromMs: findChange(zone, at, at + PROBE_MS) - startEpochMs, offsetMs: next });
    offset = next;
  }
  return { name: zone.name, startEpochMs, dataVersion, offsets };
}

/** ISO 8601 with offset: `2026-03-02T18:00:00+01:00`. */
export function formatInstant(zone: Zone, epochMs: number): string {
  const offset = zone.offsetAt(epochMs);
  const minutes = Math.round(Math.abs(offset) / 60_000);
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${formatLocalTime(epochMs + offset)}${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}
