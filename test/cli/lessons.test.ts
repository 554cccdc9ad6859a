import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../sim/index.ts';
import { overrun } from './program.ts';

const FOLDER = join(import.meta.dirname, '../../scenarios/lessons');
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

async function run(name: string, ...sets: string[]): Promise<Result> {
  const { code, stdout, stderr } = await overrun(['run', join(FOLDER, name), '--format', 'json', ...sets.flatMap((set) => ['--set', set])]);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Result;
}

const runsOf = (result: Result, job: string) => result.jobs[job]?.runs ?? [];
const endHours = (result: Result): number =>
  Math.max(...Object.values(result.jobs).flatMap(({ runs }) => runs.map(({ endedMs }) => endedMs ?? Number.NaN))) / HOUR_MS;

describe("Graham's anomaly", () => {
  it('ends after 12 hours on three slots, and after 15 on four', async () => {
    expect(endHours(await run('grahams-anomaly.yaml'))).toBe(12);
    expect(endHours(await run('grahams-anomaly.yaml', 'proxies.p1.slots=4'))).toBe(15);
  });

  it('ends after 13 hours when every backup takes one less, and after 16 when two of them wait for nobody', async () => {
    const shorter = [3, 2, 2, 2, 4, 4, 4, 4, 9].map((hours, index) => `vms.v${index + 1}.used=${(hours - 1) * 60}GiB`);
    expect(endHours(await run('grahams-anomaly.yaml', ...shorter))).toBe(13);
    const freed = ['j5', 'j6'].map((job) => `jobs.${job}.schedule={at: [2026-03-02T18:00]}`);
    expect(endHours(await run('grahams-anomaly.yaml', ...freed))).toBe(16);
  });
});

describe('the night on which clocks change', () => {
  const dueHours = (result: Result, job: string): number[] => runsOf(result, job).map(({ dueMs }) => dueMs / HOUR_MS);

  it('has no half past two in spring: cron catches up at three, calendar events skip the night', async () => {
    const spring = await run('night-of-the-clocks.yaml');
    // Noon to 03:00 is fourteen hours; half past two comes again the night after.
    expect(dueHours(spring, 'cron')).toEqual([14, 37.5]);
    expect(dueHours(spring, 'systemd')).toEqual([37.5]);
    expect(dueHours(spring, 'proxmox')).toEqual([37.5]);
    expect(runsOf(spring, 'hourly').length).toBe(48);
    expect(dueHours(spring, 'three')).toEqual([14, 38]);
    expect(spring.findings.map(({ rule }) => rule)).toContain('job-overlap');
  });

  it('has it twice in autumn: everything daily runs at the first, a wildcard hour in both', async () => {
    const autumn = await run('night-of-the-clocks.yaml', 'start=2026-10-24T12:00');
    for (const job of ['cron', 'systemd', 'proxmox']) expect(dueHours(autumn, job)).toEqual([14.5, 39.5]);
    expect(dueHours(autumn, 'hourly')).toEqual(Array.from({ length: 48 }, (_, index) => index + 0.5));
  });
});

describe('every 15 minutes, 20 minutes long', () => {
  it('skips every second run', async () => {
    const result = await run('quarter-hour.yaml');
    expect(runsOf(result, 'often').map(({ status }) => status)).toEqual(
      Array.from({ length: 96 }, (_, index) => (index % 2 === 0 ? 'success' : 'skipped')),
    );
    for (const { startedMs, endedMs } of runsOf(result, 'often')) if (endedMs !== null) expect(endedMs - (startedMs ?? 0)).toBe(20 * MINUTE_MS);
    expect(result.findings.map(({ rule }) => rule)).toEqual(['run-overlap', 'run-skipped']);
  });

  it('falls behind by a quarter of its runs when they queue', async () => {
    const result = await run('quarter-hour.yaml', 'jobs.often.ifRunning=queue-all');
    expect(runsOf(result, 'often').filter(({ endedMs }) => endedMs === null).length).toBe(96 - 72);
  });
});

describe('forty clients at midnight', () => {
  it('are served four at a time for ten hours', async () => {
    const result = await run('forty-at-midnight.yaml');
    const starts = Object.values(result.jobs).flatMap(({ runs }) =>
      runs.flatMap(({ tasks }) => tasks.map(({ transferMs }) => (transferMs ?? 0) / HOUR_MS - 4)),
    );
    expect(starts.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, index) => Math.floor(index / 4)));
    expect(result.findings[0]).toMatchObject({ rule: 'slot-starved', subject: { kind: 'repository', name: 'r1' } });
  });

  it('are done in half the time with twice the slots', async () => {
    expect(endHours(await run('forty-at-midnight.yaml', 'repositories.r1.slots=8'))).toBe(4 + 5);
  });
});

it('every lesson can be listed without simulating', async () => {
  for (const name of readdirSync(FOLDER)) {
    const { code, stdout, stderr } = await overrun(['run', join(FOLDER, name), '--plan', '--format', 'json']);
    expect([name, code, stderr]).toEqual([name, 0, '']);
    expect(JSON.parse(stdout).schema).toBe('overrun/firings@1');
  }
});
