/** 4. Calendar: what schedules do when the clock changes. */
import { loadScenario } from '../../../scenarios/index.ts';
import { simulate } from '../../../sim/index.ts';
import { compared, type Section } from '../section.ts';

const MINUTE_MS = 60_000;

/** Minutes since local midnight, as time passes, at which a job is due on one day in Berlin. */
function dueMinutes(date: string, schedule: unknown): number[] {
  const document = {
    overrun: 1,
    start: `${date}T00:00`,
    timezone: 'Europe/Berlin',
    duration: '1d',
    datastores: { ds: { capacity: '1TiB' } },
    repositories: { repo: { capacity: '1TiB', read: '1GiB/s', write: '1GiB/s' } },
    vms: { web: { datastore: 'ds', size: '1GiB' } },
    jobs: { job: { vms: 'all', repository: 'repo', schedule } },
  };
  const { plan } = loadScenario({ path: 'calendar.json', text: JSON.stringify(document), readFile: () => '' });
  return (simulate(plan).jobs.job?.runs ?? []).map(({ dueMs }) => dueMs / MINUTE_MS);
}

export function calendar(): Section {
  const [spring, autumn, usual] = ['2026-03-29', '2026-10-25', '2026-03-04'];
  const daily = '30 2 * * *';
  const [skipped, repeated, hourly] = [dueMinutes(spring, daily), dueMinutes(autumn, daily), dueMinutes(autumn, '30 * * * *')];
  const period = dueMinutes(usual, { every: '4h', offset: '15m' });
  const about = 'Europe/Berlin; 2026-03-29 has no 02:30, 2026-10-25 has it twice. Minutes of passed time since local midnight.';
  return compared('Calendar', about, [
    { what: 'cron, daily 02:30, on 2026-03-29: due at 03:00, the first instant after the gap', expected: 120, ours: skipped[0] ?? -1, unit: 'min' },
    { what: 'the same on 2026-10-25: times due', expected: 1, ours: repeated.length },
    { what: 'the same on 2026-10-25: due at the first 02:30', expected: 150, ours: repeated[0] ?? -1, unit: 'min' },
    {
      what: 'cron with a wildcard hour, minute 30, on 2026-10-25: due in both hours from 02:00 to 03:00',
      expected: 2,
      ours: hourly.filter((minutes) => minutes > 120 && minutes < 240).length,
    },
    { what: 'every 4 h from 00:15: second time due', expected: 255, ours: period[1] ?? -1, unit: 'min' },
  ]);
}
