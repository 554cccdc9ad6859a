/** Due instants of a schedule in a real time zone, for comparison with other programs. */

import { parseCalendar } from '../../../scenarios/format/schedule/calendar.ts';
import { openZone, zoneTable } from '../../../scenarios/format/zone.ts';
import { Zone } from '../../../sim/estate/zone.ts';
import type { CalendarDialect, SchedulePlan, ZoneTable } from '../../../sim/index.ts';
import { Schedule } from '../../../sim/schedule/schedule.ts';
import { DAY } from '../plans.ts';

/** Years of a table that is made once for a zone: schedules may be years apart. */
const SPAN_DAYS = 10 * 366;

/** A time zone with a table around one instant, in which schedules can be asked. */
export class Station {
  readonly startEpochMs: number;
  /** Nothing is asked from here on. */
  readonly endEpochMs: number;
  readonly name: string;
  private readonly zone: Zone;
  private readonly tables = new Map<string, ZoneTable>();

  constructor(name: string, start: string) {
    this.name = name;
    this.startEpochMs = Date.parse(start);
    this.endEpochMs = this.startEpochMs + SPAN_DAYS * DAY;
    this.zone = new Zone(this.tableOf(name));
  }

  /** Resolves the zone that a calendar event names. */
  calendar(text: string, dialect: CalendarDialect): SchedulePlan {
    const { zoneName, reading: _reading, ...fields } = parseCalendar(text, dialect);
    return { ...fields, zone: zoneName === null ? null : this.tableOf(zoneName) };
  }

  schedule(plan: SchedulePlan): Schedule {
    return new Schedule(plan, this.zone);
  }

  /** Up to `count` instants after the start, exclusive, as `2026-03-29T01:00:00Z`. */
  next(plan: SchedulePlan, count: number): string[] {
    const schedule = this.schedule(plan);
    const found: string[] = [];
    for (let at = schedule.nextFrom(1, SPAN_DAYS * DAY); at !== null && found.length < count; at = schedule.nextFrom(at + 1, SPAN_DAYS * DAY)) {
      found.push(this.iso(at));
    }
    return found;
  }

  iso(atMs: number): string {
    return new Date(this.startEpochMs + atMs).toISOString().replace('.000Z', 'Z');
  }

  private tableOf(name: string): ZoneTable {
    const known = this.tables.get(name);
    if (known !== undefined) return known;
    const zone = openZone(name);
    if (zone === null) throw new Error(`the platform does not know the zone ${name}`);
    const table = zoneTable(zone, this.startEpochMs, SPAN_DAYS * DAY, 'test');
    this.tables.set(name, table);
    return table;
  }
}

/** Both nights of five zones on which clocks change, by the same rules or by others: half an hour in Lord Howe, the other half of the year in the south. */
export const NIGHTS: readonly (readonly [zone: string, start: string])[] = [
  ['Europe/Berlin', '2026-03-28T12:00:00Z'],
  ['Europe/Berlin', '2026-10-24T12:00:00Z'],
  ['America/New_York', '2026-03-07T12:00:00Z'],
  ['America/New_York', '2026-10-31T12:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T00:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T00:00:00Z'],
  ['America/Santiago', '2026-09-05T12:00:00Z'],
  ['America/Santiago', '2026-04-04T12:00:00Z'],
  ['America/Nuuk', '2026-03-28T12:00:00Z'],
  ['America/Nuuk', '2026-10-24T12:00:00Z'],
];
