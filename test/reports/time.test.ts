import { expect, test } from 'vitest';
import { formatDuration, formatInstant, formatIso, localTime, nextLocalMidnight } from '../../reports/time.ts';
import { berlin, DAY, HOUR } from './fixtures.ts';

const START = '2026-03-02T18:00:00+01:00';
const zone = berlin(START);
const startMs = Date.parse(START);
const since = (iso: string) => Date.parse(iso) - startMs;

test('an instant reads as the platform prints it in that zone, summer and winter', () => {
  const platform = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/Berlin',
    weekday: 'short',
    day: 'numeric',
    month: 'numeric',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  for (let atMs = -30 * DAY; atMs < 290 * DAY; atMs += 7 * HOUR + 61_000) {
    const parts = Object.fromEntries(platform.formatToParts(startMs + atMs).map((part) => [part.type, part.value]));
    const at = localTime(zone, atMs);
    expect([at.year, at.month, at.day, at.hour, at.minute, at.second]).toEqual(
      [parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second].map(Number),
    );
    expect(formatInstant(zone, atMs).slice(0, 3)).toBe(parts.weekday);
    expect(Date.parse(formatIso(zone, atMs))).toBe(startMs + atMs);
  }
});

test('dates before 1970 and leap days are right', () => {
  const early = { name: 'UTC', startEpochMs: Date.UTC(1968, 1, 29), dataVersion: '', offsets: [] };
  expect(formatInstant(early, 0)).toBe('Thu 29 Feb 1968 00:00');
  expect(formatInstant({ ...early, startEpochMs: Date.UTC(2000, 1, 29) }, DAY)).toBe('Wed 1 Mar 2000 00:00');
});

test('the hour that occurs twice in autumn is told apart by its offset', () => {
  expect(formatInstant(zone, since('2026-10-25T00:30:00Z'))).toBe('Sun 25 Oct 2026 02:30 +02:00');
  expect(formatInstant(zone, since('2026-10-25T01:30:00Z'))).toBe('Sun 25 Oct 2026 02:30 +01:00');
  expect(formatInstant(zone, since('2026-10-24T23:59:00Z'))).toBe('Sun 25 Oct 2026 01:59');
  expect(formatInstant(zone, since('2026-10-25T02:00:00Z'))).toBe('Sun 25 Oct 2026 03:00');
});

test('every local midnight of the year is found, on days of 23 and 25 hours too', () => {
  let atMs = nextLocalMidnight(zone, 0);
  for (let day = 0; day < 280; day += 1) {
    expect(localTime(zone, atMs)).toMatchObject({ hour: 0, minute: 0, second: 0 });
    const next = nextLocalMidnight(zone, atMs + 1);
    expect([23, 24, 25]).toContain((next - atMs) / HOUR);
    atMs = next;
  }
});

test('durations carry two units at most', () => {
  expect([400, 40_000, 300_000, 3 * HOUR, 3 * HOUR + 720_000, 47 * HOUR, 48 * HOUR, 102 * HOUR].map(formatDuration)).toEqual([
    '400 ms',
    '40 s',
    '5 min',
    '3 h',
    '3 h 12 min',
    '47 h',
    '2 d',
    '4 d 6 h',
  ]);
});
