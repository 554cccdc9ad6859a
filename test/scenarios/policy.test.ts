/** Policies in scenario files and in files of their own. */
import { describe, expect, it } from 'vitest';
import { BASE, errorsOf, load, positionAt } from './support.ts';

const HOUR = 3_600_000;
const withPolicy = (text: string) => `${BASE}policy:\n${text}`;
const planned = (text: string) => load(withPolicy(text)).plan.policy;

describe('a policy', () => {
  it('is the recommended one where none is stated', () => {
    expect(load(BASE).plan.policy).toEqual({ preset: 'recommended', settings: [], waivers: [] });
  });

  it('is a word for a rule, or a map with thresholds', () => {
    const { settings } = planned(`  task-failed: off
  job-overlap: note
  free-space: { min: 15%, severity: error }
  latency: { above: 30ms, over: 10m }
  chain-depth: { depth: 2, severity: warn }
  snapshot-age: { age: 2d }
`);
    expect(settings.map(({ rule, severity, thresholds }) => [rule, severity, thresholds])).toEqual([
      ['task-failed', 'off', {}],
      ['free-space', 'error', { freeShare: 0.15 }],
      ['snapshot-age', null, { snapshotAgeMs: 48 * HOUR }],
      ['chain-depth', 'warning', { chainDepth: 2 }],
      ['latency', null, { latencyAboveMs: 30, slowMs: 600_000 }],
      ['job-overlap', 'info', {}],
    ]);
  });

  it('selects subjects as a job does, by tags, groups and names', () => {
    const { settings } = planned(`  for:
    - { vms: { tags: [gold], except: [web-02] }, rules: { stun: { over: 1s } } }
    - { vms: { names: [db] }, jobs: [nightly], rules: { task-failed: warn, run-overlap: error } }
`);
    const names = settings.map(({ rule, subjects }) => [rule, subjects?.map(({ kind, names: all }) => [kind, all.length, all[1] ?? all[0]])]);
    expect(names).toEqual([
      ['stun', [['vm', 19, 'web-03']]],
      [
        'task-failed',
        [
          ['vm', 1, 'db'],
          ['job', 1, 'nightly'],
        ],
      ],
      [
        'run-overlap',
        [
          ['vm', 1, 'db'],
          ['job', 1, 'nightly'],
        ],
      ],
    ]);
  });

  it('counts the expiry of a waiver from the start of the scenario, in its zone', () => {
    const until = (time: string) => planned(`  waivers:\n    - { rule: stun, owner: ops, reason: known, until: ${time} }\n`).waivers[0];
    expect(until('2026-03-02T18:00')).toMatchObject({ expired: true, until: '2026-03-02T18:00:00+01:00' });
    expect(until('2026-03-02T18:01')).toMatchObject({ expired: false, subjects: null });
  });

  it('of a file of its own takes the place of the one in the scenario; --set changes that', () => {
    const text = withPolicy('  stun: off\n  task-failed: off\n');
    const rules = (more: Parameters<typeof load>[1]) => load(text, more).plan.policy.settings.map(({ rule, severity }) => `${rule} ${severity}`);
    expect(rules({})).toEqual(['task-failed off', 'stun off']);
    const policy = { path: 'gate.yaml', text: 'preset: strict\nlatency: warn\n' };
    expect(rules({ policy })).toEqual(['latency warning']);
    expect(rules({ policy, sets: ['policy.latency=off'] })).toEqual(['latency off']);
    expect(rules({ policy: { path: 'gate.yaml', text: 'policy: { latency: error }' } })).toEqual(['latency error']);
  });

  it('names the place of a mistake in that file', () => {
    const [error, ...more] = errorsOf(BASE, { policy: { path: 'gate.yaml', text: 'preset: strict\nlatncy: warn\n' } });
    expect(more).toEqual([]);
    expect(error).toMatchObject({ path: 'gate.yaml', line: 2, column: 1, text: 'unknown rule `latncy`', meant: 'latency' });
    expect(errorsOf(BASE, { policy: { path: 'gate.yaml', text: '- latency' } })).toMatchObject([{ path: 'gate.yaml', text: 'a policy is a map' }]);
  });
});

describe('what would be without effect is refused', () => {
  it.each([
    ['  fre-space: warn\n', 'unknown rule `fre-space`', 'fre-space', 'free-space'],
    ['  free-space: { mim: 5% }\n', 'unknown key `mim`', 'mim', 'min'],
    ['  free-space: { min: 100% }\n', 'this is all of it', '100%', null],
    ['  free-space: warning\n', 'unknown value `warning` of `free-space`', 'warning', null],
    ['  preset: strickt\n', 'unknown value `strickt` of `preset`', 'strickt', 'strict'],
    ['  for: [{ rules: { stun: off } }]\n', 'these rules are for nothing', '{ rules', null],
    ['  for: [{ datastores: [], rules: { free-space: off } }]\n', '`datastores` selects nothing', 'datastores: []', null],
    ['  for: [{ datastores: [ds2], rules: { free-space: off } }]\n', 'unknown datastore `ds2`', 'ds2', 'ds1'],
    ['  for: [{ vms: { tags: [silver] }, rules: { stun: off } }]\n', 'unknown tag `silver`', 'silver', null],
    ['  for: [{ vms: { names: [db], except: [db] }, rules: { stun: off } }]\n', 'this entry selects no VM', 'vms: { names', null],
    ['  for: [{ jobs: [nightly], rules: { stun: off } }]\n', '`stun` is not about what is selected here', 'stun', null],
    ['  for: [{ jobs: [nightly], rules: { stum: off } }]\n', 'unknown rule `stum`', 'stum', 'stun'],
    ['  waivers: [{ rule: stun, owner: ops, until: 2026-04-01 }]\n', '`policy.waivers.0` has no `reason`', '{ rule', null],
    [
      '  waivers: [{ rule: stun, jobs: [nightly], owner: a, reason: b, until: 2026-04-01 }]\n',
      '`stun` is not about what is selected here',
      'rule:',
      null,
    ],
    ['  waivers: [{ rule: stan, owner: a, reason: b, until: 2026-04-01 }]\n', 'unknown value `stan` of `rule`', 'stan', 'stun'],
  ])('%j', (lines, says, at, meant) => {
    const text = withPolicy(lines);
    const error = errorsOf(text).find((one) => one.text === says);
    expect(error).toMatchObject({ ...positionAt(text, text.indexOf(at, BASE.length)), meant });
  });
});
