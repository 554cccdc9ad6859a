/** 4. Calendar: the dates of a weekly cycle, and what schedules do when the clock changes. */
import { loadScenario } from '../../../scenarios/index.ts';
import { simulate } from '../../../sim/index.ts';
import { compared, type Section } from '../section.ts';

const MINUTE_MS = 60_000;

/** Minutes since local midnight, as time passes, at which a job is due from one day on in Berlin. */
function dueMinutes(date: string, schedule: unknown, days = 1, keys: object = {}): number[] {
  const document = {
    overrun: 1,
    start: `${date}T00:00`,
    timezone: 'Europe/Berlin',
    duration: `${days}d`,
    datastores: { ds: { capacity: '1TiB' } },
    repositories: { repo: { capacity: '1TiB', read: '1GiB/s', write: '1GiB/s' } },
    vms: { web: { datastore: 'ds', size: '1GiB' } },
    jobs: { job: { vms: 'all', repository: 'repo', schedule, ...keys } },
  };
  const { plan } = loadScenario({ path: 'calendar.json', text: JSON.stringify(document), readFile: () => '' });
  return (simulate(plan).jobs.job?.runs ?? []).map(({ dueMs }) => dueMs / MINUTE_MS);
}

const DAY_MINUTES = 1440;
const DIALECTS = ['systemd', 'proxmox'] as const;
const WORDS = { systemd: 'systemd', proxmox: 'Proxmox' };

/** The day of June 2013 for each instant of a fortnight that begins with the fourth. */
function daysOfJune(calendar: string): number[] {
  return dueMinutes('2013-06-04', { calendar, dialect: 'systemd' }, 14).map((minutes) => 4 + Math.floor(minutes / DAY_MINUTES));
}

export function calendar(): Section {
  const [spring, autumn, usual] = ['2026-03-29', '2026-10-25', '2026-03-04'];
  const daily = '30 2 * * *';
  const [skipped, repeated, hourly] = [dueMinutes(spring, daily), dueMinutes(autumn, daily), dueMinutes(autumn, '30 * * * *')];
  const period = dueMinutes(usual, { every: '4h', offset: '15m' });
  const permitted = (catchUp: boolean): number[] =>
    dueMinutes(usual, { every: '4h', offset: '15m' }, 2, { window: { from: '19:00', to: '08:00' }, catchUp }).filter(
      (minutes) => minutes <= DAY_MINUTES + 15,
    );
  const windows = [
    { words: 'without `catchUp`', ours: permitted(false), expected: [15, 255, 1215, 1455] },
    { words: 'with `catchUp`', ours: permitted(true), expected: [15, 255, 1140, 1215, 1455] },
  ].flatMap(({ words, ours, expected }) =>
    expected.map((minutes, index) => ({
      what: `every 4 h from 00:15, permitted from 19:00 to 08:00, ${words}: time ${index + 1} of ${ours.length}`,
      expected: minutes,
      ours: ours[index] ?? -1,
      unit: 'min',
    })),
  );
  const events = DIALECTS.flatMap((dialect) => {
    const event = { calendar: '02:30', dialect };
    const [springTimes, autumnTimes] = [dueMinutes(spring, event, 2), dueMinutes(autumn, event)];
    const name = `calendar event of ${WORDS[dialect]}`;
    return [
      // The day of the change has 23 hours.
      { what: `${name}, daily 02:30, from 2026-03-29: next due on the day after`, expected: 23 * 60 + 150, ours: springTimes[0] ?? -1, unit: 'min' },
      { what: `the same on 2026-10-25: times due`, expected: 1, ours: autumnTimes.length },
      { what: `the same on 2026-10-25: due at the first 02:30`, expected: 150, ours: autumnTimes[0] ?? -1, unit: 'min' },
    ];
  });
  const differentials = daysOfJune('Sat *-*-8..31 21:00');
  const about = 'Europe/Berlin; 2026-03-29 has no 02:30, 2026-10-25 has it twice. Minutes of passed time since local midnight.';
  return compared('Calendar', about, [
    {
      what: 'weekly cycle from 4 to 17 June 2013, 21:00: first differential (2nd to 5th Saturday), day of June',
      expected: 8,
      ours: differentials[0] ?? -1,
    },
    { what: 'the same: second differential, day of June', expected: 15, ours: differentials[1] ?? -1 },
    { what: 'the same: fulls (1st Saturday)', expected: 0, ours: daysOfJune('Sat *-*-1..7 21:00').length },
    { what: 'the same: increments (Monday to Friday)', expected: 10, ours: daysOfJune('Mon..Fri 21:00').length },
    { what: 'cron, daily 02:30, on 2026-03-29: due at 03:00, the first instant after the gap', expected: 120, ours: skipped[0] ?? -1, unit: 'min' },
    { what: 'the same on 2026-10-25: times due', expected: 1, ours: repeated.length },
    { what: 'the same on 2026-10-25: due at the first 02:30', expected: 150, ours: repeated[0] ?? -1, unit: 'min' },
    {
      what: 'cron with a wildcard hour, minute 30, on 2026-10-25: due in both hours from 02:00 to 03:00',
      expected: 2,
      ours: hourly.filter((minutes) => minutes > 120 && minutes < 240).length,
    },
    ...events,
    { what: 'every 4 h from 00:15: second time due', expected: 255, ours: period[1] ?? -1, unit: 'min' },
    ...windows,
  ]);
}
