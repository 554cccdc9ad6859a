import { describe, expect, it } from 'vitest';
import { appending, DAY, datastore, HOUR, job, MINUTE, MiB, plan, SECOND, vm, vms } from '../plans.ts';
import { observe } from '../repository/observed.ts';
import { at, fault, rules, slowJob, TRANSFER_MS, tasksOf } from './support.ts';

const nightly = { kind: 'every', everyMs: DAY, offsetMs: 0 } as const;
const application = (onFailure: 'fail' | 'crash-consistent') => ({ quiesce: { mode: 'application', onFailure } }) as const;

describe('credential-expired', () => {
  it('turns every task of its job away before there is a snapshot, until it is renewed', () => {
    const { result, of } = observe(
      plan({
        durationMs: 3 * DAY,
        vms: vms(2),
        jobs: [slowJob({ schedule: nightly }), slowJob({ name: 'other', schedule: { kind: 'every', everyMs: DAY, offsetMs: 6 * HOUR } })],
        faults: [fault('credential-expired', { job: 'nightly', ...at(HOUR, DAY) })],
      }),
    );
    expect(tasksOf(result).map(({ status }) => status)).toEqual(['success', 'success', 'failed', 'failed', 'success', 'success']);
    expect(tasksOf(result)[2]).toMatchObject({ reason: 'credential-expired', queuedMs: DAY, endedMs: DAY, snapshotMs: null, readBytes: 0 });
    expect(tasksOf(result, 'other').every(({ status }) => status === 'success')).toBe(true);
    expect(of('snapshot-created').filter(({ run }) => run === 'nightly#2')).toEqual([]);
    expect(of('fault-hit')).toMatchObject([{ fault: 'credential-expired', run: 'nightly#2', vm: 'vm-01' }, { vm: 'vm-02' }]);
    expect(result.vms['vm-01']?.stunMs).toBe(0);
  });

  it('strikes all jobs of an account', () => {
    const jobs = [
      slowJob({ account: 'svc' }),
      slowJob({ name: 'mail', account: 'svc', ifVmBusy: 'stack' }),
      slowJob({ name: 'own', ifVmBusy: 'stack' }),
    ];
    const { result } = observe(plan({ jobs, faults: [fault('credential-expired', { account: 'svc' })] }));
    expect(['nightly', 'mail', 'own'].map((name) => tasksOf(result, name)[0]?.status)).toEqual(['failed', 'failed', 'success']);
  });
});

describe('writer-failure', () => {
  const estate = (given: Parameters<typeof slowJob>[0]) =>
    observe(
      plan({
        vms: vms(2),
        jobs: [slowJob({ timings: { quiesceMs: 20_000, createMs: 0, removeMs: 0, attachMs: 0 }, ...given })],
        faults: [fault('writer-failure', { vm: 'vm-01' })],
      }),
    );

  it('fails a task whose guest is to come to rest, when the time for that is over', () => {
    const { result, of } = estate(application('fail'));
    expect(tasksOf(result)).toMatchObject([
      { status: 'failed', reason: 'writer-failure', endedMs: 20 * SECOND, snapshotMs: null, consistency: null },
      { status: 'success', consistency: 'application' },
    ]);
    expect(of('quiesce-failed')[0]?.causes).toEqual([of('fault-hit')[0]?.id]);
    expect(rules(result)).toEqual(['task-failed vm-01']);
  });

  it('or leaves it with a crash-consistent point, by policy', () => {
    const { result } = estate(application('crash-consistent'));
    expect(tasksOf(result)[0]).toMatchObject({
      status: 'warning',
      reason: 'crash-consistent',
      consistency: 'crash',
      transferEndMs: 20_000 + TRANSFER_MS,
    });
    expect(result.vms['vm-01']?.restorePoints).toBe(1);
    expect(rules(result)).toEqual([]);
  });

  it('means nothing to who asks no application', () => {
    expect(tasksOf(estate({}).result)[0]).toMatchObject({ status: 'success', consistency: null });
  });
});

describe('freezeLimit', () => {
  // Guests that keep half of the device busy: latency twice that of the idle one, until transfers begin.
  const busy = { disk: { readBytesPerSecond: 8 * MiB } };
  const estate = (freezeLimitMs: number, given: Parameters<typeof slowJob>[0] = application('fail')) =>
    observe(
      plan({
        datastores: [datastore({ iops: 1024, ioSizeBytes: 16 * 1024 })],
        vms: [vm('mail', busy)],
        jobs: [
          slowJob({
            schedule: { kind: 'at', atMs: [HOUR] },
            timings: { quiesceMs: 0, createMs: 40_000, removeMs: 0, attachMs: 0 },
            freezeLimitMs,
            ...given,
          }),
        ],
      }),
    );

  it('lets a snapshot take as much longer as its datastore is slower', () => {
    expect(tasksOf(estate(90 * SECOND).result)[0]).toMatchObject({ status: 'success', snapshotMs: HOUR + 80 * SECOND, consistency: 'application' });
  });

  it('fails the task where the writers cannot wait so long', () => {
    const { result, of } = estate(MINUTE);
    expect(tasksOf(result)[0]).toMatchObject({ status: 'failed', reason: 'freeze-limit', snapshotMs: null });
    expect(of('freeze-exceeded')).toMatchObject([{ createMs: 80_000, freezeLimitMs: 60_000 }]);
  });

  it('or leaves it crash-consistent', () => {
    const [task] = tasksOf(estate(MINUTE, application('crash-consistent')).result);
    expect(task).toMatchObject({ status: 'warning', consistency: 'crash', snapshotMs: HOUR + 80 * SECOND });
  });

  it('does not exist for who asks no application', () => {
    expect(tasksOf(estate(MINUTE, {}).result)[0]).toMatchObject({ status: 'success', snapshotMs: HOUR + 40 * SECOND });
  });
});

describe('a guest that the software does not know', () => {
  const estate = (given: Parameters<typeof slowJob>[0]) =>
    observe(
      plan({
        vms: [vm('old', { guest: 'nt4' }), vm('new', { guest: 'linux' }), vm('any')],
        jobs: [slowJob({ supportedGuests: ['linux'], ...given })],
      }),
    ).result;

  it('cannot be brought to rest', () => {
    expect(tasksOf(estate(application('fail')))).toMatchObject([
      { status: 'failed', reason: 'unsupported-guest' },
      { status: 'success' },
      { status: 'success' },
    ]);
    expect(tasksOf(estate(application('crash-consistent')))[0]).toMatchObject({
      status: 'warning',
      reason: 'crash-consistent',
      consistency: 'crash',
    });
  });

  it('bears no agent, and is copied all the same by who asks it for nothing', () => {
    expect(tasksOf(estate({ method: 'agent' }))[0]).toMatchObject({ status: 'failed', reason: 'unsupported-guest' });
    expect(tasksOf(estate({}))[0]).toMatchObject({ status: 'success' });
  });
});

describe('buggy-application', () => {
  it('fails tasks of its VM when the guest is to come to rest', () => {
    const { result } = observe(plan({ vms: vms(2), jobs: [slowJob()], faults: [fault('buggy-application', { vm: 'vm-02' })] }));
    expect(tasksOf(result)).toMatchObject([{ status: 'success' }, { status: 'failed', reason: 'application-failure', snapshotMs: null }]);
  });
});

describe('corrupt-disk', () => {
  it('fails each attempt at the same place, with a snapshot each time', () => {
    const { result, of } = observe(
      plan({
        vms: vms(2),
        jobs: [slowJob({ retries: { times: 2, waitMs: 10 * MINUTE } })],
        faults: [fault('corrupt-disk', { vm: 'vm-01', disk: 0, offset: 0.25 })],
      }),
    );
    const failed = tasksOf(result).filter((task) => task.vm === 'vm-01');
    // A quarter of 1024 s, then ten minutes, three times.
    expect(failed.map(({ endedMs }) => endedMs)).toEqual([256_000, 256_000 + 856_000, 256_000 + 2 * 856_000]);
    expect(failed.every(({ reason, readBytes, storedBytes }) => reason === 'read-error' && readBytes === 2560 * MiB && storedBytes === 0)).toBe(true);
    expect(of('snapshot-removed').filter((event) => event.vm === 'vm-01').length).toBe(3);
    expect(tasksOf(result)[1]).toMatchObject({ vm: 'vm-02', status: 'success' });
    expect(rules(result)).toEqual(['task-failed vm-01']);
  });

  it('on a second disk stops the first as well', () => {
    const two = vm('db');
    two.disks.push({ ...(two.disks[0] as (typeof two.disks)[0]) });
    const { result } = observe(plan({ vms: [two], jobs: [slowJob()], faults: [fault('corrupt-disk', { vm: 'db', disk: 1, offset: 0.5 })] }));
    expect(tasksOf(result)[0]).toMatchObject({ reason: 'read-error', endedMs: 512_000, readBytes: 10_240 * MiB });
  });
});

describe('security-software', () => {
  it('is no limit where latency control leaves less than its part of the whole path', () => {
    // The guest takes 0.8 of the device, latency control leaves 0.1 of 100 MiB/s; the scanner would let 50 MiB/s through.
    const control = { latencyControl: { stopMs: 200, throttleMs: 40 }, latencyMs: 4, ioSizeBytes: MiB / 64, iops: 400 };
    const device = { readBytesPerSecond: 100 * MiB, writeBytesPerSecond: 100 * MiB };
    const { result } = observe(
      plan({
        datastores: [datastore({ ...control, ...device })],
        vms: [vm('web', { disk: { usedBytes: 500 * MiB, writes: appending(5 * MiB) } })],
        jobs: [job({ method: 'agent' })],
        faults: [fault('security-software', { vm: 'web', factor: 0.5 })],
      }),
    );
    expect(tasksOf(result)[0]).toMatchObject({ transferEndMs: 50_000, bottleneck: { 'datastore:ds': 1 } });
  });

  it('slows a stream down to a part of what it would have alone', () => {
    const given = (count: number) => plan({ vms: vms(count), jobs: [job()], faults: [fault('security-software', { vm: 'vm-01', factor: 0.4 })] });
    // 1000 MiB/s alone: 10,240 MiB at 400 MiB/s.
    expect(tasksOf(observe(given(1)).result)[0]).toMatchObject({ transferEndMs: 25_600, bottleneck: { 'security-software': 1 } });
    // With a fair share of a quarter it is no limit.
    expect(tasksOf(observe(given(4)).result)[0]).toMatchObject({ transferEndMs: 40_960 });
  });

  it('cuts a stream off: it hangs for half an hour with its snapshot open, then fails, each time', () => {
    const { result, of } = observe(
      plan({ jobs: [slowJob({ retries: { times: 1, waitMs: MINUTE } })], faults: [fault('security-software', { vm: 'web', offset: 0.5 })] }),
    );
    const endMs = 512_000 + 30 * MINUTE;
    expect(tasksOf(result)).toMatchObject([
      { status: 'failed', reason: 'connection-cut', endedMs: endMs, readBytes: 5120 * MiB },
      { attempt: 2, reason: 'connection-cut', endedMs: 2 * endMs + MINUTE },
    ]);
    expect(tasksOf(result)[0]?.bottleneck['security-software']).toBeCloseTo(1800 / 2312, 10);
    expect(result.vms.web?.snapshotOpenMs).toBe(2 * endMs);
    expect(of('transfer-stalled').map(({ atMs }) => atMs)).toEqual([512_000, endMs + MINUTE + 512_000]);
  });
});
