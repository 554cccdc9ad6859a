import { describe, expect, it } from 'vitest';
import { appending, DAY, datastore, GiB, HOUR, job, MiB, plan, proxy, SECOND, vm, vms } from '../plans.ts';
import { observe } from '../repository/observed.ts';
import { at, fault, host, rules, slowJob, TRANSFER_MS, tasksOf } from './support.ts';

describe('host-loss', () => {
  const written = { disk: { writes: appending(MiB) } };
  const estate = (atMs: number, forMs: number | null, given: Parameters<typeof plan>[0] = {}) =>
    observe(
      plan({
        hosts: [host('esx1'), host('esx2')],
        vms: [vm('web', { host: 'esx1', ...written }), vm('db', { host: 'esx2', ...written })],
        jobs: [slowJob({ schedule: { kind: 'at', atMs: [0, 2 * HOUR, 6 * HOUR] } })],
        faults: [fault('host-loss', { host: 'esx1', ...at(atMs, forMs) })],
        ...given,
      }),
    );

  it('stops its VMs and aborts their tasks; snapshots stay, and grow no further until the host is back', () => {
    const { result, of } = estate(100 * SECOND, 4 * HOUR);
    const web = tasksOf(result).filter((task) => task.vm === 'web');
    expect(web).toMatchObject([
      { status: 'aborted', reason: 'host-lost', endedMs: 100_000, consolidatedMs: null },
      // Nobody can back up what is not there.
      { status: 'failed', reason: 'host-lost', queuedMs: 2 * HOUR, endedMs: 2 * HOUR, snapshotMs: null },
      { status: 'success', queuedMs: 6 * HOUR },
    ]);
    expect(of('vm-stopped')).toMatchObject([{ atMs: 100_000, vm: 'web', host: 'esx1' }]);
    expect(of('vm-started')).toMatchObject([{ atMs: 100_000 + 4 * HOUR, vm: 'web', host: 'esx1' }]);
    expect(of('snapshot-orphaned')).toMatchObject([{ vm: 'web', bytes: 100 * MiB }]);
    expect(result.vms.web).toMatchObject({ downMs: 4 * HOUR, restorePoints: 1, pausedMs: 0 });
    // 1 MiB/s into the orphan before and after, up to the snapshot of the last run at 6 h, which is then merged into it.
    expect(result.datastores.ds?.peakLedger).toContainEqual({ owner: 'web', kind: 'orphan', bytes: (86_400 - 4 * 3600) * MiB, run: 'nightly#1' });
    expect(tasksOf(result).filter(({ vm: name, status }) => name === 'db' && status === 'success').length).toBe(3);
    expect(rules(result)).toEqual(['task-failed web', 'snapshot-orphaned web']);
  });

  it('breaks merges off: their deltas stay whole', () => {
    // 1 GiB of delta, merged at 10 MiB/s.
    const { result, of } = estate(TRANSFER_MS + 50 * SECOND, HOUR, {
      datastores: [datastore({ mergeBytesPerSecond: 10 * MiB })],
      jobs: [slowJob()],
    });
    expect(of('merge-started')).toMatchObject([{ vm: 'web', bytes: GiB }, { vm: 'db' }]);
    expect(of('snapshot-orphaned')).toMatchObject([{ vm: 'web', bytes: GiB + 50 * MiB }]);
    expect(tasksOf(result)).toMatchObject([
      { vm: 'web', status: 'warning', reason: 'snapshot-orphaned', consolidatedMs: null, endedMs: TRANSFER_MS + 50_000 },
      { vm: 'db', status: 'success', consolidatedMs: TRANSFER_MS + 102_400 },
    ]);
    expect(result.vms.web).toMatchObject({ restorePoints: 1, snapshotOpenMs: DAY });
  });

  it('takes the proxies along that are VMs on it', () => {
    const { result } = estate(100 * SECOND, 1000 * SECOND, {
      proxies: [proxy('p1', { host: 'esx1' })],
      vms: [vm('db', { host: 'esx2' })],
      jobs: [slowJob({ proxies: ['p1'], schedule: { kind: 'at', atMs: [0, 500 * SECOND] } })],
    });
    expect(tasksOf(result)).toMatchObject([
      { status: 'failed', reason: 'proxy-crash', endedMs: 100_000 },
      { status: 'success', queuedMs: 500_000, transferMs: 1_100_000 },
    ]);
  });

  it('breaks off merges that wait for their datastore too: none of them begins', () => {
    // Both are read by 1024 s; the first one's delta is being merged at 1 MiB/s when the host is lost, the other waits for that.
    const { of } = observe(
      plan({
        hosts: [host('esx1')],
        datastores: [datastore({ mergeBytesPerSecond: MiB, merges: 'serial' })],
        vms: vms(2, { host: 'esx1', disk: { writes: appending(MiB) } }),
        jobs: [slowJob()],
        faults: [fault('host-loss', { host: 'esx1', ...at(TRANSFER_MS + 100 * SECOND) })],
      }),
    );
    expect(of('merge-started').map(({ vm: name }) => name)).toEqual(['vm-01']);
    expect(of('snapshot-orphaned').map(({ vm: name }) => name)).toEqual(['vm-01', 'vm-02']);
  });

  it('leaves as peaks what a broken-off merge had written', () => {
    // 1024 MiB are kept below; 1024 MiB are being merged into them, at 1 MiB/s since 2048 s, when the host is lost.
    const kept = job({ name: 'kept', method: 'snapshot-only', repository: null, keepSnapshots: 2 });
    const { result } = observe(
      plan({
        hosts: [host('esx1')],
        datastores: [datastore({ mergeBytesPerSecond: MiB })],
        vms: [vm('web', { host: 'esx1', disk: { writes: appending(MiB) } })],
        jobs: [kept, slowJob({ schedule: { kind: 'at', atMs: [TRANSFER_MS] } })],
        faults: [fault('host-loss', { host: 'esx1', ...at(2 * TRANSFER_MS + 512 * SECOND) })],
      }),
    );
    // From its start the merge makes the lower one hold both; the upper one, mirrored, has grown by 512 MiB.
    expect(tasksOf(result, 'kept')[0]?.peakDeltaBytes).toBe((2048 + 512) * MiB);
    expect(tasksOf(result)[0]?.peakDeltaBytes).toBe((1024 + 512) * MiB);
    expect(result.datastores.ds?.peakUsedBytes).toBe(100 * GiB + (2048 + 512 + 1024 + 512) * MiB);
  });

  it('leaves to the run what its deltas held at the peak, though they are orphans from that instant on', () => {
    const { result } = estate(100 * SECOND, null, {
      vms: [vm('web', { host: 'esx1', ...written }), vm('db', { host: 'esx2', deletedMs: 100 * SECOND })],
    });
    expect(result.datastores.ds).toMatchObject({ peakAtMs: 100_000 });
    expect(result.datastores.ds?.peakLedger).toContainEqual({ owner: 'web', kind: 'delta', bytes: 100 * MiB, run: 'nightly#1' });
  });
});
