/** Rules about classic mistakes: each is raised by one plan and not by one near it. */
import { describe, expect, it } from 'vitest';
import { type JobPlan, type Plan, type RuleSettingPlan, simulate } from '../../../sim/index.ts';
import { at, fault } from '../faults/support.ts';
import { DAY, datastore, GiB, HOUR, job, keep, MINUTE, MiB, NO_WRITES, plan, repository, vm } from '../plans.ts';
import { nights, server } from '../repository/observed.ts';
import { findingsOf, kindsOf } from './support.ts';

describe('guest-agent-storm', () => {
  /** VM number n is read for n minutes; all agents begin at once, as far as the job lets them. */
  const estate = (count: number, given: Partial<JobPlan> = {}, more: Partial<Plan> = {}): Plan =>
    plan({
      durationMs: HOUR,
      vms: Array.from({ length: count }, (_, index) => vm(`v${index + 1}`, { disk: { usedBytes: (index + 1) * 60 * MiB, writes: NO_WRITES } })),
      jobs: [job({ method: 'agent', streamBytesPerSecond: MiB, ...given })],
      ...more,
    });
  const storms = (given: Plan) => findingsOf(given, 'guest-agent-storm');

  it('lasts from the eleventh agent on a datastore until there are ten again', () => {
    const given = estate(12);
    const [storm, ...others] = storms(given);
    expect(others).toEqual([]);
    // The first two of twelve are through after one and two minutes.
    expect(storm).toMatchObject({
      severity: 'warning',
      subject: { kind: 'datastore', name: 'ds' },
      atMs: 0,
      untilMs: 2 * MINUTE,
      evidence: { agents: 12, mostAgents: 10, run: 'nightly#1', vm: 'v11', count: 1 },
    });
    expect(kindsOf(given, storm?.causes ?? [])).toEqual(['transfer-started']);
  });

  it('goes on where an agent that ends makes room for the next', () => {
    // Eleven at once: numbers 12 and 13 begin when 1 and 2 end, and when 3 ends after three minutes ten are left.
    expect(storms(estate(13, { concurrency: 11 }))).toMatchObject([{ atMs: 0, untilMs: 3 * MINUTE, evidence: { agents: 11, count: 1 } }]);
  });

  it('comes again with each run', () => {
    expect(storms(estate(12, { schedule: { kind: 'at', atMs: [0, 30 * MINUTE] }, mode: 'full' }))).toMatchObject([
      { atMs: 0, untilMs: 2 * MINUTE, evidence: { count: 2, lastAtMs: 30 * MINUTE } },
    ]);
  });

  it('lasts to the end of the scenario where the agents do', () => {
    expect(storms({ ...estate(12), durationMs: MINUTE + 1 })).toMatchObject([{ atMs: 0, untilMs: null, evidence: { agents: 12 } }]);
  });

  it('is none with ten agents, with agents on two datastores, or with other methods', () => {
    expect(storms(estate(10))).toEqual([]);
    expect(storms(estate(12, { concurrency: 10 }))).toEqual([]);
    const apart = estate(12);
    const [, ...rest] = apart.vms;
    const moved = rest.map((each, index) => (index < 5 ? { ...each, disks: each.disks.map((disk) => ({ ...disk, datastore: 'other' })) } : each));
    const two = { ...apart, datastores: [datastore(), datastore({ name: 'other' })], vms: [...apart.vms.slice(0, 1), ...moved] };
    expect(storms(two)).toEqual([]);
    expect(storms(estate(12, { method: 'snapshot' }))).toEqual([]);
  });

  it('begins where the policy says', () => {
    const most = (agents: number): Partial<Plan> => {
      const setting: RuleSettingPlan = { rule: 'guest-agent-storm', severity: null, thresholds: { agents }, subjects: null };
      return { policy: { preset: 'recommended', settings: [setting], waivers: [] } };
    };
    expect(storms(estate(3, {}, most(2)))).toMatchObject([{ untilMs: MINUTE, evidence: { agents: 3, mostAgents: 2 } }]);
    expect(storms(estate(12, {}, most(12)))).toEqual([]);
  });
});

describe('excessive-permission', () => {
  const estate = (given: Partial<JobPlan> = {}, immutableMs: number | null = null): Plan =>
    plan({
      durationMs: 5 * DAY,
      vms: [vm('a'), vm('b')],
      repositories: [repository({ immutableMs })],
      jobs: [job({ schedule: nights(5), mode: 'full', retention: keep({ last: 14 }), account: 'svc', ...given })],
      faults: [fault('stolen-account', { account: 'svc', ...at(3 * DAY + HOUR) })],
    });

  it('is raised when points go, and counts the VMs', () => {
    const given = estate();
    const [one, ...more] = findingsOf(given, 'excessive-permission');
    expect(more).toEqual([]);
    expect(one).toMatchObject({
      severity: 'warning',
      subject: { kind: 'repository', name: 'repo' },
      atMs: 3 * DAY + HOUR,
      evidence: { job: 'nightly', vm: 'a', points: 4, bytes: 40 * GiB, count: 2 },
    });
    expect(kindsOf(given, one?.causes ?? [])).toEqual(['points-deleted']);
  });

  it('is not raised where everything is immutable, or where the account is another', () => {
    expect(findingsOf(estate({}, 30 * DAY), 'excessive-permission')).toEqual([]);
    expect(findingsOf(estate({ account: 'other' }), 'excessive-permission')).toEqual([]);
  });
});

describe('unsupported-guest', () => {
  const estate = (given: Partial<JobPlan>): Plan =>
    plan({ vms: [vm('old', { guest: 'nt4' }), vm('new', { guest: 'linux' })], jobs: [job({ supportedGuests: ['linux'], ...given })] });
  const found = (given: Partial<JobPlan>) => findingsOf(estate(given), 'unsupported-guest');
  const resting = (onFailure: 'fail' | 'crash-consistent'): Partial<JobPlan> => ({ quiesce: { mode: 'application', onFailure } });

  it('is raised when the guest is to come to rest, whatever becomes of the backup', () => {
    for (const onFailure of ['fail', 'crash-consistent'] as const) {
      expect(found(resting(onFailure))).toMatchObject([
        { severity: 'warning', subject: { kind: 'vm', name: 'old' }, atMs: 0, evidence: { run: 'nightly#1', guest: 'nt4', count: 1 } },
      ]);
    }
    expect(found({ method: 'agent' })).toMatchObject([{ subject: { name: 'old' } }]);
  });

  it('is not raised where nobody asks the guest for anything, or the software knows it', () => {
    expect(found({})).toEqual([]);
    expect(found({ ...resting('fail'), supportedGuests: ['linux', 'nt4'] })).toEqual([]);
    expect(found({ ...resting('fail'), supportedGuests: null })).toEqual([]);
  });
});

describe('software-outdated', () => {
  const estate = (kind: 'catalog-corrupt' | 'credential-expired'): Plan =>
    plan({
      durationMs: 4 * DAY,
      vms: [server('a')],
      jobs: [job({ schedule: nights(4), mode: 'forever-forward' })],
      faults: [fault(kind, { job: 'nightly', ...at(DAY + HOUR) })],
    });

  it('is raised when a job loses its catalog, and the next run reads everything', () => {
    const given = estate('catalog-corrupt');
    const [one, ...more] = findingsOf(given, 'software-outdated');
    expect(more).toEqual([]);
    expect(one).toMatchObject({
      severity: 'warning',
      subject: { kind: 'job', name: 'nightly' },
      atMs: DAY + HOUR,
      evidence: { number: 0, count: 1 },
    });
    expect(simulate(given).jobs.nightly?.runs.map(({ tasks }) => tasks[0]?.kind)).toEqual(['full', 'incremental', 'full', 'incremental']);
  });

  it('is not raised by another fault of the job', () => {
    expect(findingsOf(estate('credential-expired'), 'software-outdated')).toEqual([]);
  });
});
