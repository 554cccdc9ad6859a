/** What a policy makes of a run whose troubles are known by hand. */
import { describe, expect, it } from 'vitest';
import { type Finding, type Plan, type PolicyPlan, type RuleSettingPlan, simulate } from '../../../sim/index.ts';
import { appending, datastore, GiB, HOUR, job, MiB, NO_WRITES, plan, SECOND, vm } from '../plans.ts';

const setting = (given: Partial<RuleSettingPlan> & Pick<RuleSettingPlan, 'rule'>): RuleSettingPlan => ({
  severity: null,
  thresholds: {},
  subjects: null,
  ...given,
});
const policy = (given: Partial<PolicyPlan> = {}): PolicyPlan => ({ preset: 'recommended', settings: [], waivers: [], ...given });
const judged = (given: Plan, by: Partial<PolicyPlan>) => simulate({ ...given, policy: policy(by) });
const found = (findings: readonly Finding[]) => findings.map(({ rule, severity, atMs }) => [rule, severity, atMs]);

/** 120 GiB, of which 20 are free and then filled by growth at 1 MiB/s: 12 GiB (10 %) are left after 8 GiB, 6 GiB (5 %) after 14 GiB. */
const filling = plan({
  durationMs: 5 * HOUR,
  datastores: [datastore({ capacityBytes: 120 * GiB })],
  vms: [
    vm('web', { disk: { sizeBytes: 200 * GiB, usedBytes: 100 * GiB, provisioning: 'thin', growth: { kind: 'linear', bytesPerDay: 86_400 * MiB } } }),
  ],
  jobs: [job({ schedule: { kind: 'at', atMs: [0] }, streamBytesPerSecond: 100_000 * MiB })],
});
const low = (gib: number) => gib * 1024 * SECOND;

const free = (freeShare: number, more: Partial<RuleSettingPlan> = {}) => setting({ rule: 'free-space', thresholds: { freeShare }, ...more });

const freeSpace = (by: Partial<PolicyPlan>) => judged(filling, by).findings.filter(({ rule }) => rule === 'free-space');

describe('thresholds', () => {
  it('decide when free space counts as little', () => {
    for (const [shares, gib] of [
      [[], 8],
      [[0.05], 14],
      [[0.125], 5],
      [[0.05, 0.125], 5],
    ] as const) {
      const [one, ...more] = freeSpace({ settings: shares.map((share) => free(share)) });
      expect(more).toEqual([]);
      // A level is passed in the millisecond after it is reached.
      expect(Math.abs((one?.atMs ?? 0) - low(gib))).toBeLessThanOrEqual(2);
    }
    expect(freeSpace({ settings: [free(0.01)] })).toEqual([]);
  });

  it('of single subjects win over the common ones, wherever they stand', () => {
    const own = free(0.05, { subjects: [{ kind: 'datastore', names: ['ds'] }] });
    expect(Math.abs((freeSpace({ settings: [own, free(0.125)] })[0]?.atMs ?? 0) - low(14))).toBeLessThanOrEqual(2);
    const other = free(0.05, { subjects: [{ kind: 'datastore', names: ['elsewhere'] }] });
    expect(Math.abs((freeSpace({ settings: [other] })[0]?.atMs ?? 0) - low(8))).toBeLessThanOrEqual(2);
  });

  it('change neither the log nor a figure of the run', () => {
    const without = simulate(filling);
    const strict = judged(filling, { preset: 'strict', settings: [free(0.125), setting({ rule: 'run-overlap', severity: 'off' })] });
    expect(strict.fingerprint).toBe(without.fingerprint);
    expect({ ...strict.datastores, ...strict.vms, ...strict.jobs }).toEqual({ ...without.datastores, ...without.vms, ...without.jobs });
  });

  it('reach chains, ages and stuns VM by VM', () => {
    const snapshots = [10, 5].map((hours) => ({ kind: 'user' as const, takenMs: -hours * HOUR, sizeBytes: GiB }));
    const given = plan({
      durationMs: 2 * HOUR,
      vms: ['a', 'b'].map((name) => vm(name, { disk: { writes: appending(MiB), snapshots } })),
      jobs: [job({ schedule: { kind: 'at', atMs: [HOUR] }, streamBytesPerSecond: 100_000 * MiB, timings: { ...job().timings, createMs: 500 } })],
    });
    const only = [{ kind: 'vm' as const, names: ['b'] }];
    const settings = [
      setting({ rule: 'chain-depth', thresholds: { chainDepth: 2 }, subjects: only }),
      // The older gets eleven hours old after one.
      setting({ rule: 'snapshot-age', thresholds: { snapshotAgeMs: 11 * HOUR }, subjects: only }),
    ];
    const { findings } = judged(given, { settings });
    expect(simulate(given).findings).toEqual([]);
    expect(findings.map(({ rule, subject, atMs, evidence }) => [rule, subject.name, atMs, evidence.mostDepth ?? evidence.mostAgeMs])).toEqual([
      ['snapshot-age', 'b', HOUR, 11 * HOUR],
      ['chain-depth', 'b', HOUR + 500, 2],
    ]);
  });
});

/** Free space below a tenth, from the start: one warning. And no job takes `left`: one error. */
const troubled = plan({
  durationMs: HOUR,
  datastores: [datastore({ capacityBytes: 210 * GiB })],
  vms: [vm('web', { disk: { writes: NO_WRITES } }), vm('left')],
  jobs: [job({ selection: { all: false, names: ['web'], tags: [], hosts: [], datastores: [], except: [] } })],
});

describe('severities', () => {
  it.each([
    ['observe', 'at-risk', ['warning', 'info']],
    ['recommended', 'fails', ['error', 'warning']],
    ['strict', 'fails', ['error', 'error']],
  ] as const)('by the preset %s', (preset, verdict, severities) => {
    const result = judged(troubled, { preset });
    expect([result.verdict, result.findings.map(({ rule }) => rule).sort()]).toEqual([verdict, ['free-space', 'vm-unprotected']]);
    expect(['vm-unprotected', 'free-space'].map((id) => result.findings.find(({ rule }) => rule === id)?.severity)).toEqual(severities);
  });

  it('off leaves a rule out, and what is stated wins over the preset', () => {
    const off = judged(troubled, { settings: [setting({ rule: 'vm-unprotected', severity: 'off' })] });
    expect([off.verdict, found(off.findings)]).toEqual(['at-risk', [['free-space', 'warning', 0]]]);
    const soft = judged(troubled, {
      preset: 'strict',
      settings: (['vm-unprotected', 'free-space'] as const).map((rule) => setting({ rule, severity: 'info' })),
    });
    expect(soft.verdict).toBe('safe');
  });

  it('for some subjects leave the others alone', () => {
    const one = (name: string) => setting({ rule: 'vm-unprotected', severity: 'off', subjects: [{ kind: 'vm', names: [name] }] });
    expect(judged(troubled, { settings: [one('web')] }).verdict).toBe('fails');
    expect(judged(troubled, { settings: [one('left')] }).verdict).toBe('at-risk');
    const datastores = setting({ rule: 'vm-unprotected', severity: 'off', subjects: [{ kind: 'datastore', names: ['left'] }] });
    expect(judged(troubled, { settings: [datastores] }).verdict).toBe('fails');
  });
});

describe('waivers', () => {
  const waiver = { rule: 'vm-unprotected' as const, subjects: null, owner: 'ops', reason: 'to be retired', until: '2026-04-01T00:00:00+00:00' };

  it('make a finding a note that says what it would be, and by whom', () => {
    const { verdict, findings } = judged(troubled, { waivers: [{ ...waiver, expired: false }] });
    expect(verdict).toBe('at-risk');
    expect(findings.find(({ rule }) => rule === 'vm-unprotected')).toMatchObject({
      severity: 'info',
      waiver: { severity: 'error', owner: 'ops', reason: 'to be retired', until: waiver.until },
    });
  });

  it('do not count when they have expired, and are handed on', () => {
    const result = judged(troubled, { waivers: [{ ...waiver, expired: true }] });
    expect(found(result.findings)).toEqual([
      ['vm-unprotected', 'error', 0],
      ['free-space', 'warning', 0],
    ]);
    expect(result.findings[0]?.waiver).toBeUndefined();
    expect(result.policy).toEqual({ preset: 'recommended', settings: 0, waivers: [{ ...waiver, expired: true }] });
  });
});
