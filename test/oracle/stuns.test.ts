/** How long guests stand still around snapshots, against sums done by hand. */
import { expect, it } from 'vitest';
import { type Estate, estate } from './estate.ts';
import { integrate } from './integrate.ts';

const MINUTE = 60_000;
const TIMINGS = { quiesce: '7s', create: '2s', remove: '3s' };
const WRITING = { writes: { law: 'append', rate: '1MB/s' } };

function at(...times: string[]): { at: string[] } {
  return { at: times.map((time) => `2026-03-02T${time}`) };
}

function stunMs(changes: Estate, vm = 'a'): number | undefined {
  return integrate(estate(changes), { stepMs: 10 * MINUTE }).vms[vm]?.stunMs;
}

it('while snapshots are created and removed, however long they are open and merged', () => {
  expect(stunMs({ vm: WRITING, datastore: { mergeRate: '10MB/s' }, job: { timings: TIMINGS, schedule: at('00:00', '03:00') } })).toBe(10_000);
  // Three are taken, and two removed.
  const method = { method: 'snapshot-only', keep: 1, repository: undefined, streamRate: undefined, reduction: undefined, mode: undefined };
  expect(stunMs({ job: { ...method, timings: TIMINGS, schedule: at('00:00', '01:00', '02:00') } })).toBe(12_000);
});

it.each(['agent', 'copy-before-write', 'direct-disk', 'cdp'])('not by %s, which takes no snapshot', (method) => {
  const mode = method === 'cdp' ? 'forever-forward' : 'full';
  expect(stunMs({ job: { method, mode, vms: { names: ['a'] }, timings: method === 'direct-disk' ? {} : { quiesce: '7s' } } })).toBe(0);
});

it('also with a snapshot whose task has failed', () => {
  const faults = [{ kind: 'corrupt-disk', vm: 'a', offset: '50%' }];
  expect(stunMs({ job: { timings: TIMINGS, retries: { times: 2, wait: '1m' } }, more: { faults } })).toBe(15_000);
});

it('longer where the datastore is busy and the writers are at rest', () => {
  // Reading at half of what the device can makes 10 ms of the 5 of its latency: 2 s become 4 s.
  const one = { repository: 'repo', mode: 'full', reduction: 1, streamRate: '50MB/s', schedule: at('00:00'), quiesce: { mode: 'application' } };
  const jobs = {
    first: { ...one, vms: { names: ['b'] }, timings: TIMINGS },
    late: { ...one, vms: { names: ['a'] }, timings: TIMINGS, schedule: at('00:05') },
  };
  const vm = { datastore: 'ds', size: '36000MB', writes: { rate: 0, changed: '0MB/day' } };
  const given = { vms: { a: vm, b: vm }, jobs, datastore: { read: '100MB/s', latency: '5ms' } };
  expect([stunMs(given), stunMs(given, 'b')]).toEqual([7000, 5000]);
});

it('while the rest that is left by helpers is merged', () => {
  // 3,600 MB are merged at 10 MB/s while 360 are written, those while 36 are; these 36 in one go.
  const datastore = { mergeRate: '10MB/s', consolidation: 'helper' };
  expect(stunMs({ vm: WRITING, datastore })).toBe(3600);
  // Once only: then 360 MB.
  expect(stunMs({ vm: WRITING, datastore: { ...datastore, passLimit: 1 } })).toBe(36_000);
});

it('at once by two snapshots that are created on top of each other', () => {
  const one = { vms: 'all', repository: 'repo', mode: 'full', streamRate: '10MB/s', schedule: at('00:00'), ifVmBusy: 'stack', timings: TIMINGS };
  expect(stunMs({ jobs: { one, other: one } })).toBe(10_000);
});

it('no longer than the run, the VM, or the task lasts', () => {
  const job = { timings: { quiesce: '0s', create: '30m', remove: '0s' } };
  expect(stunMs({ job, duration: '20m' })).toBe(20 * MINUTE);
  expect(stunMs({ job, vm: { exists: { until: '2026-03-02T00:10' } } })).toBe(10 * MINUTE);
  const faults = [{ kind: 'host-loss', host: 'h', at: '2026-03-02T00:05' }];
  expect(stunMs({ job, vm: { host: 'h' }, more: { hosts: { h: {} }, faults } })).toBe(5 * MINUTE);
});
