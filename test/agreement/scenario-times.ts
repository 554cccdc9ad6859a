/** When jobs of a scenario document may run, how long, and what follows what. */
import fc from 'fast-check';
import type { Night } from './scenario-jobs.ts';
import { odd, seldom, sometimes, stated, whole } from './scenario-vms.ts';

const MINUTE_MS = 60_000;

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

const clock = whole(0, 24 * 60 - 1).map((minute) => [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':'));

const minutes = (low: number, high: number): fc.Arbitrary<string> => odd(low, high).map((value) => `${Math.round(value * 60)}s`);

const calendar = fc.constantFrom(
  { calendar: '*-*-* 02:30', dialect: 'systemd' },
  { calendar: 'mon..fri 22:00', dialect: 'systemd' },
  { calendar: '0/5:17', dialect: 'systemd' },
  { calendar: 'hourly', dialect: 'systemd' },
  { calendar: 'Sat,Sun *-*-1..7 00..4:30', dialect: 'systemd' },
  { calendar: '*:0/40', dialect: 'systemd' },
  { calendar: 'fri..mon 23:05', dialect: 'proxmox' },
  { calendar: '7', dialect: 'proxmox' },
  { calendar: '1..22/3:*/50', dialect: 'proxmox' },
);

export const drawnTimes = fc.record({
  calendar: seldom(calendar),
  follows: seldom(fc.record({ on: sometimes(fc.constantFrom('any', 'success')), back: whole(1, 2) })),
  window: seldom(
    fc.record({
      from: clock,
      to: clock,
      days: seldom(fc.subarray(WEEKDAYS, { minLength: 3 })),
      atEnd: sometimes(fc.constantFrom('finish', 'stop-new-tasks', 'terminate', 'terminate')),
    }),
  ),
  // Longer than an hour that the clocks may skip.
  blackout: seldom(fc.record({ after: whole(10, 2000), minutes: whole(61, 600) })),
  catchUp: sometimes(fc.boolean()),
  startDeadline: seldom(minutes(1, 200)),
  lockWait: seldom(minutes(1, 100)),
  timeout: seldom(minutes(5, 400)),
  retries: seldom(fc.record({ times: whole(1, 3), wait: sometimes(minutes(1, 90)) })),
});

export type DrawnTimes = typeof drawnTimes extends fc.Arbitrary<infer T> ? T : never;

/** The keys of the job with this number; it can follow only jobs before it. */
export function timesOf(given: DrawnTimes, index: number, night: Night): Record<string, unknown> {
  const { follows, window, blackout, startDeadline, lockWait, timeout, retries } = given;
  const keys = stated({ startDeadline, lockWait, timeout });
  if (given.calendar !== undefined) keys.schedule = given.calendar;
  if (follows !== undefined && index > 0) keys.schedule = stated({ after: `job${Math.max(0, index - follows.back)}`, on: follows.on });
  if (window !== undefined) keys.window = stated(window);
  if (blackout !== undefined) keys.blackouts = [blackoutOf(blackout, night)];
  if (given.catchUp !== undefined && (window !== undefined || blackout !== undefined)) keys.catchUp = given.catchUp;
  if (retries !== undefined) keys.retries = stated(retries);
  return keys;
}

/** A blackout that begins so many minutes of local time after the start. */
function blackoutOf({ after, minutes: lasting }: { after: number; minutes: number }, { date, time }: Night): object {
  const fromMs = Date.parse(`${date}T${time}Z`) + after * MINUTE_MS;
  const [from, to] = [fromMs, fromMs + lasting * MINUTE_MS].map((ms) => new Date(ms).toISOString().slice(0, 16));
  return { from, to };
}
