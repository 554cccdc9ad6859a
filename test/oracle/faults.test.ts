import { describe, expect, it } from 'vitest';
import { type Estate, estate } from './estate.ts';
import { integrate } from './integrate.ts';
import type { OracleResult, OracleTask } from './result.ts';

const MINUTE = 60_000;
const GUEST = { datastore: 'ds', host: 'h', size: '36000MB', writes: { law: 'append', rate: '1MB/s' } };

/** A VM that writes 1 MB/s, is due at 00:00, and needs an hour; its delta is merged at 10 MB/s. */
function play(faults: object[], { job, more, datastore, ...changes }: Estate = {}): OracleResult {
  const document = estate({
    ...changes,
    vms: { a: GUEST },
    datastore: { mergeRate: '10MB/s', ...datastore },
    job: { proxies: ['p'], ...job },
    more: { hosts: { h: { network: '1GB/s' } }, proxies: { p: { slots: 4, cores: 4 } }, faults, ...more },
  });
  return integrate(document, { stepMs: 10 * MINUTE });
}

function first(result: OracleResult, run = 0): OracleTask {
  const task = result.jobs.job?.runs[run]?.tasks[0];
  if (task === undefined) throw new Error('no task');
  return task;
}

/** Status, reason, and how it went on, in minutes. */
function story({ status, reason, transferEndMs, endedMs }: OracleTask): unknown[] {
  return [status, reason, ...[transferEndMs, endedMs].map((ms) => (ms === null ? null : ms / MINUTE))];
}

describe('outages of a network', () => {
  it('are survived for less than half an hour, and end the transfer after it', () => {
    const outage = (lasts: string): unknown[] => story(first(play([{ at: '2026-03-02T00:10', kind: 'network-outage', host: 'h', for: lasts }])));
    // 80 minutes of 1 MB/s are merged in 8, those of the merge are mirrored.
    expect(outage('20m')).toEqual(['success', null, 80, 88]);
    // The host cannot be asked to remove the snapshot.
    expect(outage('31m')).toEqual(['failed', 'network-lost', null, 40]);
  });

  it('leave a snapshot behind whose removal is called for, and do not hold up merges', () => {
    const outage = (at: string): unknown[] => {
      const timings = { quiesce: '0s', create: '0s', remove: '2m' };
      return story(first(play([{ at, kind: 'network-outage', host: 'h', for: '5m' }], { job: { timings } })));
    };
    expect(outage('2026-03-02T01:01')).toEqual(['warning', 'snapshot-orphaned', 60, 61]);
    expect(outage('2026-03-02T01:03')).toEqual(['success', null, 60, 68.2]);
  });

  it('of a slower network take what they take', () => {
    const fault = { at: '2026-03-02T00:00', kind: 'network-slowdown', host: 'h', factor: 0.0125, for: '2h' };
    // 5 of the 400 MB/s of its NBD.
    expect(first(play([fault])).transferEndMs).toBe(120 * MINUTE);
  });
});

it('what has nothing to read ends in an outage too', () => {
  const activity = [2.3, 0.4, 1, 1, 0.4, 2.3, 1, 0, 1, 0.4, 1, 2.3, 1, 0, 0, 1, 0.4, 2.3, 1, 0, 1, 2.3, 0.4, 1];
  const vms = { a: { ...GUEST, activity, writes: { law: 'append', rate: '0.27MB/s' } } };
  const faults = [{ at: '2026-03-02T14:00', kind: 'network-outage', link: 'wan', for: '1h' }];
  const job = { vms: 'all', repository: 'repo', mode: 'reverse', initial: 'established', proxies: ['p'], timings: { create: '0s', remove: '0s' } };
  const schedule = { every: '30m', offset: '13m' };
  const more = { hosts: { h: {} }, links: { wan: { bandwidth: '1GB/s' } }, proxies: { p: { links: ['wan'] } }, faults };
  // The guest has not written since the run of 13:43.
  const result = integrate(estate({ start: '2026-03-02T14:00', duration: '1h', vms, jobs: { job: { ...job, schedule } }, more }), { stepMs: MINUTE });
  expect(first(result)).toMatchObject({ kind: 'incremental', readBytes: 0, transferEndMs: 13 * MINUTE });
});

describe('crashes and losses', () => {
  it('of a proxy fail its tasks, leave their snapshots, and keep others waiting until it is back', () => {
    const job = { retries: { times: 1, wait: '1m' } };
    const result = play([{ at: '2026-03-02T00:10', kind: 'proxy-crash', proxy: 'p', for: '5m' }], { job });
    expect(story(first(result))).toEqual(['failed', 'proxy-crash', null, 10]);
    expect(result.jobs.job?.runs[0]?.tasks[1]).toMatchObject({ attempt: 2, queuedMs: 11 * MINUTE, snapshotMs: 15 * MINUTE });
    // The second snapshot is merged into what the first has left.
    expect(result.datastores.ds?.peakLedger.map(({ kind, bytes }) => [kind, bytes])).toEqual([
      ['base', 36e9],
      ['orphan', 360 * 60e6],
    ]);
  });

  it('of a host stop its VMs, abort their tasks and break merges off', () => {
    const loss = (at: string): OracleResult => play([{ at, kind: 'host-loss', host: 'h', for: '20m' }]);
    expect(story(first(loss('2026-03-02T00:10')))).toEqual(['aborted', 'host-lost', null, 10]);
    const merging = loss('2026-03-02T01:03');
    expect(story(first(merging))).toEqual(['warning', 'snapshot-orphaned', 60, 63]);
    expect(merging.vms.a?.downMs).toBe(20 * MINUTE);
    // Six hours without 20 minutes.
    expect(merging.datastores.ds?.peakUsedBytes).toBe(36e9 + 340 * 60e6);
    expect(story(first(play([{ at: '2026-03-01T23:59', kind: 'host-loss', host: 'h' }], { start: '2026-03-01T23:58' })))).toEqual([
      'failed',
      'host-lost',
      null,
      2,
    ]);
  });

  it('of a host leave the snapshot behind that is being merged, not the one that the task has taken to keep', () => {
    const job = { vms: 'all', method: 'snapshot-only', keep: 1, timings: { create: '0s', remove: '0s' } };
    const schedule = { at: ['2026-03-02T00:00', '2026-03-02T01:00'] };
    const more = { hosts: { h: {} }, faults: [{ at: '2026-03-02T01:30', kind: 'host-loss', host: 'h', for: '30m' }] };
    const datastore = { mergeRate: '1MB/s' };
    const result = integrate(estate({ vms: { a: GUEST }, datastore, jobs: { job: { ...job, schedule } }, more, duration: '2h' }), { stepMs: MINUTE });
    expect(story(first(result, 1))).toEqual(['warning', 'snapshot-orphaned', null, 90]);
    expect(result.vms.a?.restorePoints).toBe(1);
    const later = integrate(estate({ vms: { a: GUEST }, datastore, jobs: { job: { ...job, schedule } }, more, duration: '3h' }), { stepMs: MINUTE });
    expect(later.datastores.ds?.peakLedger.slice(1)).toMatchObject([
      { kind: 'orphan', run: 'job#1', bytes: 3600e6 },
      { kind: 'delta', run: 'job#2', bytes: 5400e6 },
    ]);
  });

  it('of a datastore take everything there for good', () => {
    const result = play([{ at: '2026-03-02T00:10', kind: 'datastore-lost', datastore: 'ds' }], { job: { schedule: { every: '2h' } } });
    expect(story(first(result))).toEqual(['failed', 'datastore-lost', null, 10]);
    expect(story(first(result, 1))).toEqual(['failed', 'datastore-lost', null, 120]);
    expect(result.vms.a?.lostAtMs).toBe(10 * MINUTE);
    expect(result.datastores.ds).toMatchObject({ peakUsedBytes: 36e9 + 600e6, peakAtMs: 10 * MINUTE });
  });
});

describe('faults of tasks', () => {
  it.each<[string, object, unknown[]]>([
    ['an expired credential', { kind: 'credential-expired', job: 'job' }, ['failed', 'credential-expired', null, 0]],
    ['an application that fails', { kind: 'buggy-application', vm: 'a' }, ['failed', 'application-failure', null, 3]],
    ['a writer that nobody asks', { kind: 'writer-failure', vm: 'a' }, ['success', null, 63, 69.33]],
    ['a disk that cannot be read', { kind: 'corrupt-disk', vm: 'a', offset: '50%' }, ['failed', 'read-error', null, 36.33]],
    ['a cut connection', { kind: 'security-software', vm: 'a', offset: '50%' }, ['failed', 'connection-cut', null, 69.33]],
    ['a scanner', { kind: 'security-software', vm: 'a', factor: 0.5 }, ['success', null, 123, 135.33]],
    ['one that never strikes', { kind: 'corrupt-disk', vm: 'a', offset: '50%', probability: 0 }, ['success', null, 63, 69.33]],
  ])('%s', (_name, fault, expected) => {
    const job = { timings: { quiesce: '3m', create: '0s', remove: '18s' } };
    // The removal call takes 0.3 minutes; each minute of writes, those of the call included, is merged in a tenth of one.
    expect(story(first(play([fault], { job })))).toEqual(expected.map((value) => (typeof value === 'number' ? expect.closeTo(value, 6) : value)));
  });

  it('a lost catalog makes the next backup a full', () => {
    const job = { mode: 'forever-forward', schedule: { every: '2h' } };
    const result = play([{ at: '2026-03-02T02:30', kind: 'catalog-corrupt', job: 'job' }], { job });
    expect(result.jobs.job?.runs.map(({ tasks }) => tasks[0]?.kind)).toEqual(['full', 'incremental', 'full']);
  });

  it('writers fail, or are done without', () => {
    const play1 = (onFailure: string): OracleTask =>
      first(play([{ kind: 'writer-failure', vm: 'a' }], { job: { quiesce: { mode: 'application', onFailure } } }));
    expect(play1('fail')).toMatchObject({ status: 'failed', reason: 'writer-failure', consistency: null });
    expect(play1('crash-consistent')).toMatchObject({ status: 'warning', reason: 'crash-consistent', consistency: 'crash' });
  });

  it('writers are at rest for as long as the snapshot takes', () => {
    const timings = { quiesce: '0s', create: '10s', remove: '0s' };
    const freeze = (freezeLimit: string): OracleTask => first(play([], { job: { timings, freezeLimit, quiesce: { mode: 'application' } } }));
    expect(freeze('11s')).toMatchObject({ status: 'success', consistency: 'application' });
    expect(freeze('9s')).toMatchObject({ status: 'failed', reason: 'freeze-limit' });
  });
});

describe('chance', () => {
  const HOURLY = { schedule: { every: '1h' }, streamRate: '1TB/s', retries: { times: 1, wait: '10m' } };
  const failed = (fault: object, seed = 'a'): string[] => {
    const result = play([{ kind: 'buggy-application', ...fault }], { duration: '200h', job: HOURLY, more: { seed } });
    const tasks = (result.jobs.job?.runs ?? []).flatMap((run) => run.tasks.map((task) => ({ id: `${run.id} ${task.attempt}`, ...task })));
    return tasks.filter(({ reason }) => reason === 'application-failure').map(({ id }) => id);
  };

  it('strikes as many tasks as it says, each attempt by itself, and at a higher one the same and more', () => {
    const few = failed({ probability: 0.1 });
    const more = failed({ probability: 0.3 });
    // 220 and 260 attempts: four standard deviations.
    expect(Math.abs(few.length - 22)).toBeLessThan(18);
    expect(Math.abs(more.length - 78)).toBeLessThan(30);
    expect(few.filter((id) => !more.includes(id))).toEqual([]);
    expect(more.filter((id) => id.endsWith('2')).length).toBeGreaterThan(5);
    expect(failed({ probability: 0.1 }, 'b')).not.toEqual(few);
  });

  it('strikes some runs, with both attempts', () => {
    const runs = failed({ every: 'run', job: 'job', for: '30m', probability: 0.3 });
    expect(Math.abs(runs.length / 2 - 60)).toBeLessThan(26);
    expect(new Set(runs.map((id) => id.slice(0, -2))).size).toBe(runs.length / 2);
  });

  it('strikes at random instants, so often as it says', () => {
    // Each holds for an hour, so that it meets one run, unless another one did before.
    const met = failed({ rate: '6/day', for: '1h' }).filter((id) => id.endsWith('1'));
    expect(Math.abs(met.length - 200 * (1 - Math.exp(-6 / 24)))).toBeLessThan(26);
  });
});

describe('orphans', () => {
  it('are removed when a run takes their VM', () => {
    const job = { schedule: { at: ['2026-03-02T00:00', '2026-03-02T02:00'] }, timings: { quiesce: '0s', create: '1m', remove: '0s' } };
    const crash = { at: '2026-03-02T00:11', kind: 'proxy-crash', proxy: 'p', for: '1m' };
    const chains = (orphanCleanup: string | object): number[] => {
      const result = play([crash], { job, datastore: { orphanCleanup } });
      return [result.vms.a?.maxChainDepth ?? 0, result.datastores.ds?.peakUsedBytes ?? 0];
    };
    // It takes all that is written after the first minute.
    expect(chains('never')).toEqual([2, 36e9 + 360e6 * 60 - 60e6]);
    expect(chains('next-run')[0]).toBe(2);
    expect(chains({ every: '30m' })[0]).toBe(1);
  });

  const TWO = [
    { taken: '2026-02-01T00:00', size: '6000MB', kind: 'orphan' },
    { taken: '2026-02-02T00:00', size: '3000MB', kind: 'orphan' },
  ];

  /** Ten and five minutes of merging; the backup of an idle guest takes five. */
  function cleaned(orphanCleanup: unknown, create = '0s'): OracleTask {
    const vms = { a: { ...GUEST, writes: { law: 'append', rate: 0 }, snapshots: TWO } };
    const job = { streamRate: '120MB/s', timings: { quiesce: '0s', create, remove: '10m' }, proxies: [] };
    const document = estate({ vms, job, datastore: { mergeRate: '10MB/s', orphanCleanup }, more: { hosts: { h: {} } } });
    return first(integrate(document, { stepMs: MINUTE }));
  }

  it('are all removed before a snapshot whose removal is asked for meanwhile', () => {
    expect(story(cleaned('never'))).toEqual(['success', null, 5, 15]);
    // The call waits for both, and takes its ten minutes then.
    expect(story(cleaned('next-run'))).toEqual(['success', null, 5, 25]);
  });

  it('wait for a removal that is under way', () => {
    // The period is over at minute 7; the call has begun at minute 5, and ends with the merge of nothing at minute 15.
    expect(story(cleaned({ every: '7m' }))).toEqual(['success', null, 5, 15]);
    // It is over at minute 4, before the call.
    expect(story(cleaned({ every: '4m' }))).toEqual(['success', null, 5, 29]);
  });
});
