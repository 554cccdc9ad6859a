import { describe, expect, it } from 'vitest';
import { appending, DAY, GiB, HOUR, keep, MiB, plan, proxy, SECOND, vm, vms } from '../plans.ts';
import { observe } from '../repository/observed.ts';
import { at, fault, rules, slowJob, TRANSFER_MS, tasksOf } from './support.ts';

const written = { disk: { writes: appending(MiB) } };

describe('proxy-crash', () => {
  const estate = (atMs: number, forMs: number | null, more: Parameters<typeof plan>[0] = {}) =>
    observe(
      plan({
        proxies: [proxy('p1', { slots: 1 }), proxy('p2', { slots: 1 })],
        vms: vms(2, written),
        jobs: [slowJob({ proxies: ['p1', 'p2'] })],
        faults: [fault('proxy-crash', { proxy: 'p1', ...at(atMs, forMs) })],
        ...more,
      }),
    );

  it('fails its tasks and leaves their snapshots behind, which go on growing', () => {
    const { result, of } = estate(100 * SECOND, HOUR);
    expect(tasksOf(result)).toMatchObject([
      { vm: 'vm-01', status: 'failed', reason: 'proxy-crash', endedMs: 100_000, readBytes: 1000 * MiB, consolidatedMs: null },
      { vm: 'vm-02', status: 'success', transferEndMs: TRANSFER_MS },
    ]);
    expect(of('snapshot-orphaned')).toMatchObject([{ atMs: 100_000, vm: 'vm-01', run: 'nightly#1', bytes: 100 * MiB }]);
    expect(rules(result)).toEqual(['task-failed vm-01', 'snapshot-orphaned vm-01']);
    // 1 MiB/s of new blocks for a day, on a disk that is larger.
    expect(tasksOf(result)[0]?.peakDeltaBytes).toBe(86_400 * MiB);
    expect(result.vms['vm-01']).toMatchObject({ restorePoints: 0, snapshotOpenMs: DAY });
    expect(result.vms['vm-02']).toMatchObject({ restorePoints: 1, maxChainDepth: 1 });
    const ledger = result.datastores.ds?.peakLedger ?? [];
    expect(ledger).toContainEqual({ owner: 'vm-01', kind: 'orphan', bytes: 86_400 * MiB, run: 'nightly#1' });
  });

  it('gives no slots until it is back', () => {
    const { result } = estate(0, 2000 * SECOND, { vms: vms(3, { disk: { usedBytes: GiB } }), jobs: [slowJob({ proxies: ['p1'] })] });
    // 102.4 s each, one after another; nothing had begun.
    expect(tasksOf(result).map(({ transferMs }) => transferMs)).toEqual([2_000_000, 2_102_400, 2_204_800]);
    expect(rules(result)).toEqual([]);
  });

  it('strikes with each run of a job, so long after its start', () => {
    const times = { kind: 'run', job: 'nightly', afterMs: 200 * SECOND, probability: 1, forMs: HOUR } as const;
    const { result, of } = estate(0, null, {
      vms: vms(1),
      jobs: [slowJob({ proxies: ['p1'], schedule: { kind: 'at', atMs: [HOUR, 5 * HOUR] } })],
      faults: [fault('proxy-crash', { proxy: 'p1', times })],
    });
    expect(tasksOf(result).map(({ endedMs, reason }) => [endedMs, reason])).toEqual([
      [HOUR + 200_000, 'proxy-crash'],
      [5 * HOUR + 200_000, 'proxy-crash'],
    ]);
    expect(of('fault-ended').map(({ atMs }) => atMs)).toEqual([2 * HOUR + 200_000, 6 * HOUR + 200_000]);
  });

  it('does not touch tasks that have read their disks', () => {
    const { result } = estate(TRANSFER_MS + SECOND, HOUR, {
      jobs: [slowJob({ proxies: ['p1', 'p2'], timings: { quiesceMs: 0, createMs: 0, removeMs: 5000, attachMs: 0 } })],
    });
    expect(tasksOf(result).map(({ status }) => status)).toEqual(['success', 'success']);
  });

  it('fails a stream whose first copy is there: the chains of the run wait until all have been read again', () => {
    // The small disk is there after 100 s and streams, the large one is being read when the proxy crashes. Ten minutes later both are read again.
    const job = slowJob({
      method: 'cdp',
      initial: 'established',
      mode: 'forever-forward',
      retention: keep({ last: 1 }),
      proxies: ['p1'],
      retries: { times: 1, waitMs: 600 * SECOND },
    });
    const { of } = estate(300 * SECOND, SECOND, {
      vms: [vm('small', { disk: { usedBytes: 1000 * MiB, writes: appending(MiB) } }), vm('large', written)],
      proxies: [proxy('p1')],
      jobs: [job],
    });
    const ends = of('transfer-ended').map(({ vm: name, atMs }) => `${name} ${atMs}`);
    expect(ends).toEqual(['small 100000', 'small 990000', `large ${900_000 + TRANSFER_MS}`]);
    expect(of('repository-work-started')[0]).toMatchObject({ atMs: 900_000 + TRANSFER_MS, work: 'merge' });
  });
});
