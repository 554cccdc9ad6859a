import { describe, expect, it } from 'vitest';
import { BASE, changed, errorsOf, load } from './support.ts';

const withJob = (keys: string) => changed('    proxies: [p1]\n', `    proxies: [p1]\n${keys}`);
const jobOf = (keys: string) => load(withJob(keys)).plan.jobs[0];

describe('limits of a job', () => {
  it('are none unless stated', () => {
    expect(load(BASE).plan.jobs[0]).toMatchObject({ window: null, startDeadlineMs: null, timeoutMs: null, retries: { times: 0, waitMs: 0 } });
    expect(load(BASE).plan.assumptions).toContainEqual(expect.objectContaining({ path: 'jobs.nightly.retries', value: 'none' }));
  });

  it('a window is a time of the local day, on days of the week', () => {
    expect(jobOf('    window: { from: "22:00", to: "06:30", days: [fri, mon], atEnd: terminate }\n')?.window).toEqual({
      hours: { fromMinute: 1320, untilMinute: 390, days: [1, 5] },
      blackouts: [],
      atEnd: 'terminate',
      catchUp: false,
    });
    expect(jobOf('    window: { from: 20:00, to: 24:00 }\n    catchUp: true\n')?.window).toMatchObject({
      hours: { fromMinute: 1200, untilMinute: 1440, days: [0, 1, 2, 3, 4, 5, 6] },
      atEnd: 'finish',
      catchUp: true,
    });
  });

  it('blackouts count from the start of the scenario', () => {
    const window = jobOf('    blackouts: [{ from: 2026-03-02T20:00, to: 2026-03-03T20:00 }]\n')?.window;
    expect(window).toMatchObject({ hours: null, blackouts: [{ fromMs: 7_200_000, untilMs: 93_600_000 }] });
  });

  it('retries wait ten minutes unless stated', () => {
    expect(jobOf('    retries: { times: 3 }\n')?.retries).toEqual({ times: 3, waitMs: 600_000 });
    expect(jobOf('    retries: none\n')?.retries).toEqual({ times: 0, waitMs: 0 });
    expect(jobOf('    timeout: 8h\n    startDeadline: 30m\n')).toMatchObject({ timeoutMs: 28_800_000, startDeadlineMs: 1_800_000 });
  });

  const WRONG: [keys: string, says: string][] = [
    ['    catchUp: true\n', '`catchUp` makes up for ticks outside a window, but there is none'],
    ['    window: { from: "25:00", to: "06:00" }\n', 'there is no such time of day as `25:00`'],
    ['    window: { from: ten, to: "06:00" }\n', '`ten` is no time of day'],
    ['    window: { from: "22:00" }\n', '`jobs.nightly.window` has no `to`'],
    ['    blackouts: [{ from: 2026-03-03T20:00, to: 2026-03-03T19:00 }]\n', '`to` is not after `from`'],
    ['    retries: 3\n', 'these are no retries'],
    ['    preset: veeam\n', 'unknown value `veeam` of `preset`'],
  ];

  it.each(WRONG)('refuses %j', (keys, says) => {
    expect(errorsOf(withJob(keys)).map(({ text }) => text)).toEqual([says]);
  });
});

describe('a preset', () => {
  it('fills in what the job leaves out, and says so', () => {
    const text = withJob('    preset: veeam-periodic\n    ifVmBusy: stack\n    window: { from: "20:00", to: "06:00" }\n');
    const { plan } = load(text);
    expect(plan.jobs[0]).toMatchObject({
      ifRunning: 'skip',
      ifVmBusy: 'stack',
      retries: { times: 3, waitMs: 600_000 },
      window: { atEnd: 'terminate', catchUp: true },
    });
    const noted = plan.assumptions.filter(({ source }) => source.startsWith('preset veeam-periodic'));
    expect(noted.map(({ path, value }) => [path, value])).toEqual([
      ['jobs.nightly.ifRunning', 'skip'],
      ['jobs.nightly.retries', '{times: 3, wait: 10m}'],
      ['jobs.nightly.catchUp', 'true'],
      ['jobs.nightly.window.atEnd', 'terminate'],
    ]);
  });

  it('is a set of values for keys that exist', () => {
    expect(jobOf('    preset: vzdump\n')).toMatchObject({ concurrency: 1, startDeadlineMs: null, ifRunning: 'queue', window: null });
    expect(jobOf('    preset: bareos\n')).toMatchObject({ ifRunning: 'queue-all', concurrency: 1, timeoutMs: 6 * 86_400_000 });
    expect(jobOf('    preset: netbackup\n    window: { from: "20:00", to: "06:00" }\n')?.window).toMatchObject({
      atEnd: 'stop-new-tasks',
      catchUp: true,
    });
    expect(jobOf('    preset: veeam-chained\n')).toMatchObject({ ifRunning: 'queue', retries: { times: 3 } });
  });
});
