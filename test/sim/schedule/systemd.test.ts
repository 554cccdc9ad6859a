/** Calendar events against `systemd-analyze calendar`, on the nights on which clocks change and elsewhere. */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnitError } from '../../../scenarios/format/units.ts';
import { NIGHTS, Station } from './due.ts';
import { nearlyCalendar, systemdCalendar } from './expressions.ts';

const COUNT = 8;
const EXPRESSIONS_PER_NIGHT = 40;
const EXPRESSIONS_NEAR_THE_GRAMMAR = 2000;

/** Fractions of a second are refused here; two blanks before a zone, steps beyond an hour and long lists of days from the end (see the generator) are not. */
const KNOWN_DIFFERENCE = /[0-9]\.[0-9]|  |\/[0-9]{4}|~.*,/;

const installed = spawnSync('systemd-analyze', ['--version']).status === 0;
if (!installed) console.warn('SKIPPED: systemd-analyze is not installed (Debian package systemd); calendar events were not compared with it');

/** The next instants of each expression; null for one that systemd refuses. */
function bySystemd(expressions: readonly string[], { name, startEpochMs }: Station): (string[] | null)[] {
  const base = `--base-time=@${startEpochMs / 1000}`;
  const { stdout } = spawnSync('systemd-analyze', ['calendar', `--iterations=${COUNT}`, base, '--', ...expressions], {
    env: { ...process.env, TZ: name, LC_ALL: 'C' },
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return instantsOf(expressions, stdout);
}

/** One block of output for each expression that was understood; the original form is left out where it is the normalized one. */
function instantsOf(expressions: readonly string[], stdout: string): (string[] | null)[] {
  const written = new Map<string, string[]>();
  for (const block of stdout.split(/\n{2,}/)) {
    const text = /^ *Original form: (.*)$/m.exec(block)?.[1] ?? /^Normalized form: (.*)$/m.exec(block)?.[1];
    if (text === undefined) continue;
    const instants = [...block.matchAll(/\(in UTC\): \w{3} (\S+) (\S+) UTC/g)].map(([, date, time]) => `${date}T${time}Z`);
    written.set(text, instants);
  }
  if (written.size === 0) throw new Error(`systemd-analyze writes another format: ${stdout.slice(0, 200)}`);
  return expressions.map((text) => written.get(text) ?? null);
}

function accepted(text: string, station: Station): boolean {
  try {
    station.calendar(text, 'systemd');
    return true;
  } catch (error) {
    if (error instanceof UnitError) return false;
    throw error;
  }
}

describe.skipIf(!installed)('calendar events in the grammar of systemd', () => {
  it.each(NIGHTS)('are due in %s from %s when systemd says', (zone, start) => {
    const station = new Station(zone, start);
    const expressions = [...new Set(fc.sample(systemdCalendar, { numRuns: EXPRESSIONS_PER_NIGHT, seed: 4 }))];
    const theirs = bySystemd(expressions, station);
    const ours = expressions.map((text) => station.next(station.calendar(text, 'systemd'), COUNT));
    expect(Object.fromEntries(expressions.map((text, i) => [text, ours[i]]))).toEqual(
      Object.fromEntries(expressions.map((text, i) => [text, theirs[i]])),
    );
  });

  it('are refused when systemd refuses them', () => {
    const station = new Station('Europe/Berlin', '2026-05-03T12:00:00Z');
    const expressions = [...new Set(fc.sample(nearlyCalendar, { numRuns: EXPRESSIONS_NEAR_THE_GRAMMAR, seed: 4 }))].filter(
      (text) => text.trim() === text && text !== '',
    );
    const theirs = bySystemd(expressions, station);
    const differ = expressions.filter((text, i) => accepted(text, station) !== (theirs[i] !== null) && !KNOWN_DIFFERENCE.test(text));
    expect(differ).toEqual([]);
    expect(theirs.filter((one) => one === null).length).toBeGreaterThan(100);
    expect(theirs.filter((one) => one !== null).length).toBeGreaterThan(100);
  });
});
