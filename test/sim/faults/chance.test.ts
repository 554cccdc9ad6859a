import { describe, expect, it } from 'vitest';
import { type FaultPlan, type Plan, simulate } from '../../../sim/index.ts';
import { DAY, HOUR, plan, proxy, vm, vms } from '../plans.ts';
import { observe } from '../repository/observed.ts';
import { fault, slowJob, tasksOf } from './support.ts';

const SEEDS = 2000;

/** Two-sided 99.9 % quantile of the normal distribution: with thousands of draws the binomial is as good as normal. */
const Z = 3.2905;

function expectShare(hits: number, draws: number, probability: number): void {
  const slack = Z * Math.sqrt((probability * (1 - probability)) / draws);
  expect(Math.abs(hits / draws - probability)).toBeLessThan(slack);
}

/** Over so many seeds, what `of` makes of each run's log. */
function overSeeds(given: Plan, of: (lines: string[]) => number): number {
  let sum = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    const lines: string[] = [];
    simulate({ ...given, seed: `s${seed}` }, { onEvent: (line) => lines.push(line) });
    sum += of(lines);
  }
  return sum;
}

const count = (part: string) => (lines: string[]) => lines.filter((line) => line.includes(part)).length;

describe('a fault with a probability', () => {
  const buggy = (probability: number) => fault('buggy-application', { vm: 'vm-01', probability });

  it('strikes as many tasks as it says, over 2,000 seeds', { timeout: 60_000 }, () => {
    const given = plan({ vms: vms(2), jobs: [slowJob({ schedule: { kind: 'every', everyMs: 6 * HOUR, offsetMs: 0 } })], faults: [buggy(0.05)] });
    // Four runs a day.
    expectShare(overSeeds(given, count('"status":"failed","reason":"application-failure"')), 4 * SEEDS, 0.05);
  });

  it('strikes as many runs as it says, where it goes with runs', { timeout: 60_000 }, () => {
    const times = { kind: 'run', job: 'nightly', afterMs: 0, probability: 0.3, forMs: HOUR } as const;
    const given = plan({
      proxies: [proxy('p1')],
      jobs: [slowJob({ proxies: ['p1'], schedule: { kind: 'every', everyMs: 12 * HOUR, offsetMs: 0 } })],
      faults: [fault('proxy-crash', { proxy: 'p1', times })],
    });
    expectShare(overSeeds(given, count('"kind":"fault-began"')), 2 * SEEDS, 0.3);
  });

  it('of 0 never strikes, of 1 always', () => {
    const failed = (probability: number) =>
      tasksOf(observe(plan({ vms: vms(1), jobs: [slowJob()], faults: [buggy(probability)] })).result)[0]?.status === 'failed';
    expect([failed(0), failed(1)]).toEqual([false, true]);
  });

  it('strikes attempts anew', { timeout: 60_000 }, () => {
    const given = plan({ vms: vms(1), jobs: [slowJob({ retries: { times: 1, waitMs: HOUR } })], faults: [buggy(0.5)] });
    expectShare(overSeeds(given, count('"reason":"application-failure","causes"')), SEEDS, 0.25);
  });
});

describe('a fault with a rate', () => {
  it('strikes as often as it says: a Poisson number of times, over 2,000 seeds', { timeout: 60_000 }, () => {
    const given = plan({
      durationMs: 2 * DAY,
      jobs: [],
      faults: [fault('catalog-corrupt', { job: 'none', times: { kind: 'rate', perDay: 1.5, forMs: null } })],
    });
    given.jobs = [slowJob({ name: 'none', schedule: { kind: 'at', atMs: [] } })];
    const perSeed: number[] = [];
    overSeeds(given, (lines) => perSeed.push(count('"kind":"fault-began"')(lines)));
    const mean = perSeed.reduce((sum, each) => sum + each, 0) / SEEDS;
    // Mean and variance are both 3; none at all has probability exp(-3).
    expect(Math.abs(mean - 3)).toBeLessThan(Z * Math.sqrt(3 / SEEDS));
    const variance = perSeed.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (SEEDS - 1);
    expect(Math.abs(variance - 3)).toBeLessThan(Z * Math.sqrt((3 + 2 * 9) / SEEDS));
    expectShare(perSeed.filter((each) => each === 0).length, SEEDS, Math.exp(-3));
  });
});

describe('draws', () => {
  const given = (faults: FaultPlan[], more: Partial<Plan> = {}): Plan =>
    plan({
      durationMs: 10 * DAY,
      vms: [...vms(5), vm('other')],
      jobs: [slowJob({ schedule: { kind: 'every', everyMs: 4 * HOUR, offsetMs: 0 }, concurrency: 2 })],
      faults,
      ...more,
    });
  const struck = (faults: FaultPlan[], number: number, more: Partial<Plan> = {}): string[] =>
    observe(given(faults, more))
      .of('fault-hit')
      .filter((event) => event.number === number)
      .map(({ run, vm: name }) => `${run} ${name}`);
  const buggy = (probability: number) => fault('buggy-application', { probability });
  const unsafe = (probability: number) => fault('credential-expired', { job: 'nightly', probability });
  const crashes = (perDay: number) => fault('host-loss', { host: 'esx', times: { kind: 'rate', perDay, forMs: HOUR } });

  it('of one fault do not depend on the probability of another', () => {
    const alone = struck([buggy(0), unsafe(0.2)], 1);
    expect(alone.length).toBeGreaterThan(20);
    for (const probability of [0.1, 0.5, 1]) expect(struck([buggy(probability), unsafe(0.2)], 1)).toEqual(alone);
  });

  it('of one fault: who is struck with a small probability is with a larger one', () => {
    const [few, many] = [struck([unsafe(0.1)], 0), struck([unsafe(0.4)], 0)];
    expect(few.length).toBeGreaterThan(5);
    expect(many.length).toBeGreaterThan(few.length);
    expect(many).toEqual(expect.arrayContaining(few));
  });

  it('do not depend on other VMs, other jobs or the order of things', () => {
    const of = (more: Partial<Plan>) =>
      struck([unsafe(0.3)], 0, more)
        .filter((name) => name.startsWith('nightly') && name.endsWith('vm-03'))
        .sort();
    const alone = of({});
    expect(alone.length).toBeGreaterThan(5);
    expect(of({ vms: [vm('new'), ...vms(9).reverse()] })).toEqual(alone);
    const jobs = given([]).jobs.map((one) => ({ ...one, concurrency: null }));
    expect(of({ jobs: [slowJob({ name: 'first', ifVmBusy: 'stack', schedule: { kind: 'every', everyMs: HOUR, offsetMs: 0 } }), ...jobs] })).toEqual(
      alone,
    );
  });

  it('of instants keep their order and come closer with a higher rate', () => {
    const hosts = { hosts: [{ name: 'esx', nbdBytesPerSecond: null, networkBytesPerSecond: null, datastores: null, origin: '' }] };
    const atRate = (perDay: number) =>
      observe(given([crashes(perDay), unsafe(0.2)], hosts))
        .of('fault-began')
        .filter((event) => event.number === 0)
        .map(({ atMs }) => atMs);
    const [slow, fast] = [atRate(1), atRate(4)];
    expect(slow.length).toBeGreaterThan(3);
    slow.forEach((atMs, index) => expect(Math.abs(atMs - 4 * (fast[index] as number))).toBeLessThanOrEqual(4 * (index + 1)));
  });
});
