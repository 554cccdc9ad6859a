import { describe, expect, it } from 'vitest';
import type { FaultPlan } from '../../sim/index.ts';
import { changed, errorsOf, load } from './support.ts';

const HOUR = 3_600_000;

const faultsOf = (...lines: string[]): FaultPlan[] => load(withFaults(...lines)).plan.faults;

function withFaults(...lines: string[]): string {
  return changed('duration: 3d', `duration: 3d\nfaults:\n${lines.map((line) => `  - { ${line} }\n`).join('')}`);
}

describe('faults', () => {
  it('are none unless stated', () => {
    expect(load(changed('duration: 3d', 'duration: 3d')).plan.faults).toEqual([]);
  });

  it('strike at a local time and last', () => {
    const [fault] = faultsOf('kind: proxy-crash, proxy: p1, at: 2026-03-03T01:00, for: 2h');
    // From 18:00 on the day before.
    expect(fault).toMatchObject({ kind: 'proxy-crash', proxy: 'p1', host: null, job: null, probability: 1, origin: 'faults.0' });
    expect(fault?.times).toEqual({ kind: 'at', atMs: 7 * HOUR, forMs: 2 * HOUR });
  });

  it('last to the end unless stated, which is an assumption', () => {
    const { plan } = load(withFaults('kind: host-loss, host: esx1, at: 2026-03-03T01:00'));
    expect(plan.faults[0]?.times).toMatchObject({ forMs: null });
    expect(plan.assumptions).toContainEqual(expect.objectContaining({ path: 'faults.0.for', value: 'to the end of the run' }));
  });

  it('strike at random instants', () => {
    expect(faultsOf('kind: proxy-crash, proxy: p1, rate: 0.5/day, for: 1h')[0]?.times).toEqual({ kind: 'rate', perDay: 0.5, forMs: HOUR });
    expect(faultsOf('kind: proxy-crash, proxy: p1, rate: 14/week, for: 1h')[0]?.times).toMatchObject({ perDay: 2 });
    expect(faultsOf('kind: datastore-lost, datastore: ds1, rate: 0.25/h')[0]?.times).toEqual({ kind: 'rate', perDay: 6, forMs: null });
  });

  it('strike with runs of a job, whose probability is then that of a run', () => {
    const [fault] = faultsOf('kind: proxy-crash, proxy: p1, every: run, job: nightly, after: 10m, for: 1h, probability: 0.25');
    expect(fault?.times).toEqual({ kind: 'run', job: 'nightly', afterMs: 600_000, probability: 0.25, forMs: HOUR });
    expect(fault).toMatchObject({ probability: 1, job: null });
  });

  it('hold all the time for tasks of a VM, a group or a job, each with a probability', () => {
    expect(faultsOf('kind: buggy-application, vm: web-03, probability: 0.05')[0]).toMatchObject({
      times: { kind: 'always' },
      vm: 'web-03',
      probability: 0.05,
    });
    expect(faultsOf('kind: writer-failure, vm: web, job: nightly')[0]).toMatchObject({ vm: 'web', job: 'nightly', probability: 1 });
  });

  it('break transfers at a part of what they read', () => {
    const [corrupt, security] = faultsOf('kind: corrupt-disk, vm: web-01, offset: 37.5%', 'kind: security-software, job: nightly, factor: 0.5');
    expect(corrupt).toMatchObject({ disk: 0, offset: 0.375, factor: null });
    expect(security).toMatchObject({ factor: 0.5, offset: null });
  });

  it('the catalog of a job breaks at an instant, or in each of its runs', () => {
    expect(faultsOf('kind: catalog-corrupt, job: nightly, at: 2026-03-03T12:00')[0]).toMatchObject({
      job: 'nightly',
      times: { kind: 'at', atMs: 18 * HOUR },
    });
    expect(faultsOf('kind: catalog-corrupt, job: nightly, every: run')[0]).toMatchObject({
      job: 'nightly',
      times: { kind: 'run', job: 'nightly', afterMs: 0 },
    });
  });

  it('need something to take away', () => {
    const of = (host: string, fault: string) => errorsOf(withFaults(fault).replace('esx1: { network: 10Gbit/s }', host)).map(({ text }) => text);
    const slow = 'kind: network-slowdown, host: esx1, factor: 0.5, at: 2026-03-03T01:00';
    expect(of('esx1: {}', slow)).toEqual(['host `esx1` has no limit of its network that could be slowed down']);
    expect(of('esx1: { nbd: 1Gbit/s }', slow)).toEqual([]);
    const short = withFaults('kind: server-resources, proxy: p1, factor: 0.5, at: 2026-03-03T01:00').replace('p1: { slots: 8, cores: 8 }', 'p1: {}');
    expect(errorsOf(short).map(({ text }) => text)).toEqual(['proxy `p1` has neither a number of cores nor of slots that could be reduced']);
  });

  it('can be changed by a flag', () => {
    const text = withFaults('kind: buggy-application, vm: web, probability: 0.05');
    expect(load(text, { sets: ['faults.0.probability=0'] }).plan.faults[0]?.probability).toBe(0);
  });
});

describe('keys that faults bear on', () => {
  it('orphanCleanup is never unless stated', () => {
    const of = (text: string) => load(text).plan.datastores[0]?.orphanCleanup;
    expect(of(changed('class: hybrid', 'class: hybrid'))).toEqual({ kind: 'never' });
    expect(of(changed('class: hybrid', 'orphanCleanup: next-run'))).toEqual({ kind: 'next-run' });
    expect(of(changed('class: hybrid', 'orphanCleanup: { every: 4h }'))).toEqual({ kind: 'every', everyMs: 4 * HOUR });
  });

  it('guests come to rest where the job asks for it, for a minute at most', () => {
    const { plan } = load(changed('    proxies: [p1]\n', '    proxies: [p1]\n    quiesce: { mode: application }\n    supportedGuests: [linux]\n'));
    expect(plan.jobs[0]).toMatchObject({ quiesce: { mode: 'application', onFailure: 'fail' }, freezeLimitMs: 60_000, supportedGuests: ['linux'] });
    expect(plan.assumptions.map(({ path }) => path)).toEqual(expect.arrayContaining(['jobs.nightly.quiesce.onFailure', 'jobs.nightly.freezeLimit']));
  });
});
