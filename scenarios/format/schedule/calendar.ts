/** Calendar events in the grammars of systemd and of Proxmox: one form of result, two readers. */
import type { CalendarDialect, CalendarSchedule } from '../../../sim/plan.ts';
import { UnitError } from '../units.ts';
import { parseProxmoxCalendar } from './proxmox.ts';
import { parseSystemdCalendar } from './systemd.ts';
import { hasSuchDate } from './values.ts';

/** What an expression says, before its zone is looked up. */
export interface CalendarExpression extends Omit<CalendarSchedule, 'zone'> {
  /** null: the scenario's. */
  zoneName: string | null;
  /** How it was read, where that may surprise; null: as one would expect. */
  reading: string | null;
}

/** What a reader of one grammar makes of a text. */
export type CalendarReading = Omit<CalendarExpression, 'kind' | 'text' | 'dialect'>;

const READERS: Record<CalendarDialect, (text: string, expected: string) => CalendarReading> = {
  systemd: parseSystemdCalendar,
  proxmox: parseProxmoxCalendar,
};

export const EXPECTED_CALENDAR: Record<CalendarDialect, string> = {
  systemd: '[weekdays] [[year-]month-day] [hour:minute[:second]] [zone], such as `mon..fri 22:00` or `*-*~1 02:00`, or `daily`',
  proxmox: '[weekdays] [[year-]month-day] [hour:minute[:second]], such as `mon..fri 22:00` or `8..17/2:30`, or `daily`',
};

/** @throws UnitError naming the field that is wrong. */
export function parseCalendar(text: string, dialect: CalendarDialect): CalendarExpression {
  const expected = EXPECTED_CALENDAR[dialect];
  const trimmed = text.trim();
  if (trimmed === '') throw new UnitError('the calendar event is empty', expected);
  if (isCron(trimmed)) throw new UnitError(`\`${text}\` is a cron expression, not a calendar event`, `\`{cron: "${trimmed}"}\`; or ${expected}`);
  const reading = READERS[dialect](trimmed, expected);
  if (!reading.fromMonthEnd && !hasSuchDate(reading.months, reading.daysOfMonth, reading.years))
    throw new UnitError(`\`${text}\` can never be due: none of its months has a day ${reading.daysOfMonth[0]}`, expected);
  return { kind: 'calendar', text: trimmed, dialect, ...reading };
}

/** Guides and scripts do put cron into places that want calendar events. */
function isCron(text: string): boolean {
  const words = text.split(/\s+/);
  return words.length === 5 && words.every((word) => /^[0-9*,/-]+$|^[a-z]{3}(?:-[a-z]{3})?$/i.test(word));
}
