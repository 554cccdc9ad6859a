import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { overrun, scratch } from './program.ts';

const folder = scratch();

const SCENARIO = `overrun: 1
name: Plan
start: 2026-03-28T12:00
timezone: Europe/Berlin
duration: 5d
datastores: { ds1: { capacity: 100TiB } }
repositories: { r1: { capacity: 500TiB, read: 500MiB/s, write: 500MiB/s } }
vms: { web: { datastore: ds1, size: 20GiB } }
jobs:
  cron: { vms: all, schedule: "30 2 * * *", repository: r1 }
  events: { vms: all, schedule: { calendar: "mon..sun 2,3:30", dialect: systemd }, repository: r1 }
  grid: { vms: all, schedule: { every: 12h, offset: 1h }, repository: r1, mode: forward, full: { active: "0 4 * * mon" } }
  once: { vms: all, schedule: { at: [2026-03-30T10:15] }, repository: r1 }
  never: { vms: all, schedule: "0 0 1 5 *", repository: r1 }
  copy: { vms: all, schedule: { after: cron, on: success }, repository: r1 }
`;

function scenario(): string {
  const path = folder.path('plan.yaml');
  writeFileSync(path, SCENARIO);
  return path;
}

test('run --plan lists what is due, with what the clocks do to it, and simulates nothing', async () => {
  const { code, stdout, stderr } = await overrun(['run', scenario(), '--plan', '--limit', '3']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toBe(`Plan: what is due from 2026-03-28T12:00:00+01:00 until before
2026-04-02T13:00:00+02:00, local time of Europe/Berlin. Nothing is simulated.

cron: cron \`30 2 * * *\`
  Sun 2026-03-29T03:00:00+02:00  moved: stands for 02:30:00, the clocks change
  Mon 2026-03-30T02:30:00+02:00
  Tue 2026-03-31T02:30:00+02:00
  and more: these are the first 3

events: calendar \`mon..sun 2,3:30\` (systemd), that is \`*-*-* 02,03:30:00\`
  Sun 2026-03-29T02:30:00        dropped: the clocks skip this time
  Sun 2026-03-29T03:30:00+02:00
  Mon 2026-03-30T02:30:00+02:00
  Mon 2026-03-30T03:30:00+02:00
  and more: these are the first 3

grid: every 12 h, from 1 h after each local midnight
  Sat 2026-03-28T13:00:00+01:00
  Sun 2026-03-29T01:00:00+01:00
  Sun 2026-03-29T14:00:00+02:00  moved: stands for 13:00:00, the clocks change
  and more: these are the first 3

grid, full backups: cron \`0 4 * * mon\`
  Mon 2026-03-30T04:00:00+02:00

once: at single times
  Mon 2026-03-30T10:15:00+02:00

never: cron \`0 0 1 5 *\`
  never due in the simulated time

copy: after each run of cron that has not failed
`);
});

test('run --plan --format json is the same for programs', async () => {
  const { code, stdout, stderr } = await overrun(['run', scenario(), '--plan', '--format', 'json']);
  expect([code, stderr]).toEqual([0, '']);
  const listing = JSON.parse(stdout) as { schedules: { job: string; purpose: string }[] };
  expect(listing).toMatchObject({
    schema: 'overrun/firings@1',
    scenario: { name: 'Plan', start: '2026-03-28T12:00:00+01:00', durationMs: 432_000_000, timezone: 'Europe/Berlin' },
    limit: 10,
  });
  expect(listing.schedules.map(({ job, purpose }) => `${job} ${purpose}`)).toEqual([
    'cron run',
    'events run',
    'grid run',
    'grid full',
    'once run',
    'never run',
    'copy run',
  ]);
  expect(listing.schedules[0]).toEqual({
    job: 'cron',
    purpose: 'run',
    kind: 'cron',
    after: null,
    text: 'cron `30 2 * * *`',
    firings: [
      { atMs: 50_400_000, local: '2026-03-29T03:00:00+02:00', change: 'moved', insteadOf: ['2026-03-29T02:30:00'] },
      ...['30', '31'].map((day) => ({
        atMs: Date.parse(`2026-03-${day}T00:30:00Z`) - Date.parse('2026-03-28T11:00:00Z'),
        local: `2026-03-${day}T02:30:00+02:00`,
        change: null,
        insteadOf: [],
      })),
      { atMs: 307_800_000, local: '2026-04-01T02:30:00+02:00', change: null, insteadOf: [] },
      { atMs: 394_200_000, local: '2026-04-02T02:30:00+02:00', change: null, insteadOf: [] },
    ],
    hasMore: false,
  });
  expect(listing.schedules[1]).toMatchObject({
    firings: [{ atMs: null, local: '2026-03-29T02:30:00', change: 'dropped', insteadOf: [] }, {}, {}, {}, {}, {}, {}, {}, {}, {}],
  });
  expect(listing.schedules[6]).toMatchObject({ kind: 'after', after: 'cron', firings: [], hasMore: false });
});

test.each<[string, string[], string]>([
  ['no limit of zero', ['--plan', '--limit', '0'], '--limit: error: 0 is not a whole number from 1 to 100000'],
  ['no limit that is no number', ['--plan', '--limit', 'all'], '--limit: error: all is not a whole number from 1 to 100000'],
  ['no limit without --plan', ['--limit', '5'], '--limit: error: it belongs to --plan'],
  ['no files', ['--plan', '--out', 'results'], '--out: error: --plan simulates nothing, so there are no result files'],
])('run --plan takes %s', async (_what, flags, message) => {
  const { code, stdout, stderr } = await overrun(['run', scenario(), ...flags]);
  expect([code, stdout, stderr]).toEqual([2, '', `${message}\n`]);
});

test('run --plan refuses a schedule that is wrong by file, line and column', async () => {
  const path = folder.path('wrong.yaml');
  writeFileSync(path, SCENARIO.replace('mon..sun 2,3:30', 'mon..sun 2,3:60'));
  const { code, stdout, stderr } = await overrun(['run', path, '--plan', '--format', 'json']);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(`${path}:11:45: error: the minute \`60\` is out of range 0 to 59\n`);
});
