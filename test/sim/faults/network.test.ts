import { describe, expect, it } from 'vitest';
import { DAY, HOUR, job, MINUTE, MiB, plan, SECOND, vm, vms } from '../plans.ts';
import { observe } from '../repository/observed.ts';
import { at, fault, host, overLink, rules, slowJob, TRANSFER_MS, tasksOf } from './support.ts';

describe('network-outage on a link', () => {
  it('holds transfers up for as long as it lasts, and they go on where they were', () => {
    const { result, of } = observe(overLink({ faults: [fault('network-outage', { link: 'wan', ...at(100 * SECOND, 20 * MINUTE) })] }));
    const [task] = tasksOf(result);
    expect(task).toMatchObject({ status: 'success', transferEndMs: TRANSFER_MS + 20 * MINUTE, readBytes: 10_240 * MiB });
    // All the time the link is what holds it back.
    expect(task?.bottleneck).toEqual({ 'link:wan': 1 });
    expect(of('fault-began')).toMatchObject([{ atMs: 100_000, fault: 'network-outage', on: 'wan' }]);
    expect(of('transfer-stalled')).toMatchObject([{ atMs: 100_000, vm: 'web' }]);
    expect(of('transfer-stalled')[0]?.causes).toContain(of('fault-began')[0]?.id);
    expect(of('fault-ended')).toMatchObject([{ atMs: 1_300_000, causes: [of('fault-began')[0]?.id] }]);
    expect(of('transfer-resumed')).toMatchObject([{ atMs: 1_300_000, causes: [of('transfer-stalled')[0]?.id] }]);
    expect(rules(result)).toEqual([]);
  });

  it('fails them when nothing has come through for 30 minutes; their snapshots are removed', () => {
    const { result, of } = observe(overLink({ faults: [fault('network-outage', { link: 'wan', ...at(100 * SECOND, 31 * MINUTE) })] }));
    expect(tasksOf(result)).toMatchObject([
      {
        status: 'failed',
        reason: 'network-lost',
        endedMs: 100_000 + 30 * MINUTE,
        consolidatedMs: 100_000 + 30 * MINUTE,
        readBytes: 1000 * MiB,
        storedBytes: 0,
      },
    ]);
    expect(result.vms.web).toMatchObject({ restorePoints: 0 });
    expect(of('snapshot-orphaned')).toEqual([]);
    expect(rules(result)).toEqual(['task-failed web']);
  });

  it('counts the half hour of each transfer from when it stands still, over outages that follow each other', () => {
    const given = overLink({
      faults: [
        fault('network-outage', { link: 'wan', ...at(0, 20 * MINUTE) }),
        fault('network-outage', { link: 'wan', ...at(10 * MINUTE, 15 * MINUTE) }),
      ],
      // The second begins while nothing comes through.
      vms: vms(2),
      jobs: [
        job({ schedule: { kind: 'at', atMs: [0] }, selection: selecting('vm-01') }),
        job({ name: 'later', schedule: { kind: 'at', atMs: [20 * MINUTE] }, selection: selecting('vm-02') }),
      ],
    });
    const { result } = observe(given);
    // 25 minutes without anything; then both share the link until the first is through.
    expect(tasksOf(result)[0]).toMatchObject({ status: 'success', transferEndMs: 25 * MINUTE + 2 * TRANSFER_MS });
    expect(tasksOf(result, 'later')[0]).toMatchObject({ status: 'success', transferEndMs: 25 * MINUTE + 2 * TRANSFER_MS });
  });
});

function selecting(...names: string[]): ReturnType<typeof job>['selection'] {
  return { all: false, names, tags: [], hosts: [], datastores: [], except: [] };
}

describe('network-outage on a host', () => {
  const estate = (faults: Parameters<typeof fault>[1], removeMs = 0) =>
    observe(
      plan({
        hosts: [host('esx1'), host('esx2')],
        vms: [vm('web', { host: 'esx1' }), vm('db', { host: 'esx2' })],
        jobs: [slowJob({ timings: { quiesceMs: 0, createMs: 0, removeMs, attachMs: 0 } })],
        faults: [fault('network-outage', faults)],
      }),
    );

  it('stops what goes over its network, also where that has no limit, and nobody else', () => {
    const { result } = estate({ host: 'esx1', ...at(24 * SECOND, 5 * MINUTE) });
    expect(tasksOf(result)).toMatchObject([
      { vm: 'web', status: 'success', transferEndMs: TRANSFER_MS + 5 * MINUTE },
      { vm: 'db', status: 'success', transferEndMs: TRANSFER_MS },
    ]);
  });

  it('leaves a snapshot behind that cannot be removed in the meantime', () => {
    const { result, of } = estate({ host: 'esx1', ...at(TRANSFER_MS + SECOND, HOUR) }, 4 * SECOND);
    expect(tasksOf(result)).toMatchObject([
      { vm: 'web', status: 'warning', reason: 'snapshot-orphaned', endedMs: TRANSFER_MS + SECOND, consolidatedMs: null },
      { vm: 'db', status: 'success', consolidatedMs: TRANSFER_MS + 4 * SECOND },
    ]);
    expect(of('snapshot-orphaned')).toMatchObject([{ atMs: TRANSFER_MS + SECOND, vm: 'web', run: 'nightly#1' }]);
    expect(rules(result)).toEqual(['snapshot-orphaned web']);
    // The backup itself is good; the delta stays open to the end.
    expect(result.vms.web).toMatchObject({ restorePoints: 1, snapshotOpenMs: DAY });
  });

  it('leaves the snapshot of a task behind that gives up: nobody can ask for its removal', () => {
    const { result } = estate({ host: 'esx1', ...at(24 * SECOND, HOUR) });
    expect(tasksOf(result)[0]).toMatchObject({ status: 'failed', reason: 'network-lost', endedMs: 24_000 + 30 * MINUTE, consolidatedMs: null });
    expect(rules(result)).toEqual(['task-failed web', 'snapshot-orphaned web']);
  });
});

describe('network-slowdown', () => {
  it('leaves a part of the bandwidth while it lasts', () => {
    const given = overLink({ faults: [fault('network-slowdown', { link: 'wan', factor: 0.25, ...at(0, 1000 * SECOND) })] });
    // 2,500 MiB in the first 1000 s, the other 7,740 MiB in 774 s.
    expect(tasksOf(observe(given).result)[0]).toMatchObject({ transferEndMs: 1_774_000 });
    expect(observe(given).result.links.wan?.utilisation.max).toBe(1);
  });

  it('of two each takes its part of what the other leaves', () => {
    const slow = (factor: number) => fault('network-slowdown', { link: 'wan', factor, ...at(0) });
    expect(tasksOf(observe(overLink({ faults: [slow(0.5), slow(0.5)] })).result)[0]).toMatchObject({ transferEndMs: 4 * TRANSFER_MS });
  });
});
