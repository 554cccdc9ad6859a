import { describe, expect, test } from 'vitest';
import { groupFindings } from '../../reports/findings.ts';
import { quietReport } from '../../reports/page.ts';
import { runPhases } from '../../reports/phases.ts';
import { textReport } from '../../reports/text.ts';
import type { RuleId, SubjectKind } from '../../sim/result.ts';
import { context, DAY, datastore, finding, HOUR, outage, result, run, task } from './fixtures.ts';

const report = textReport(context(outage().made));

describe('the report of an outage', () => {
  test('opens with the verdict and one sentence that names place and local time', () => {
    const [first, second] = report.split('\n');
    expect(first).toBe('FAILS: Five acts: growth');
    expect(second).toBe('Datastore ds1 runs full on Wed 1 Jul 2026 04:12: 40 VMs stop writing.');
  });

  test('fits into eighty columns', () => {
    expect(report.split('\n').filter((line) => [...line].length > 80)).toEqual([]);
  });

  test('names day and time of the first overlap and of the outage, in order of time', () => {
    const story = report.slice(report.indexOf('HOW IT COMES ABOUT'), report.indexOf('RUNS'));
    expect(story).toMatch(/day {2}99 {2}Mon 8 Jun 2026 23:00[^]*day 121 {2}Wed 1 Jul 2026 04:12 {3}ds1 runs full/);
  });

  test('says who owned the bytes at the fullest moment', () => {
    expect(report.replace(/\s+/g, ' ')).toContain('40 deltas of nightly#118 hold 2.73 TiB');
  });

  test('has one line for forty paused VMs', () => {
    expect(report.match(/stop writing on/g)?.length).toBe(1);
    expect(report).not.toContain('vm-17');
  });

  test('folds the nights that went the same way', () => {
    expect(report).toMatch(/\.\.\. 94 more runs like this \(ok\), 8 h 11 min to/);
    expect(report.split('\n').length).toBeLessThan(80);
  });

  test('ends with the fingerprint', () => {
    expect(report.trimEnd().split('\n').at(-1)).toBe(`fingerprint ${'f'.repeat(64)}`);
    expect(report).toContain('seed night-1');
  });
});

test('the sentence of the verdict names the worst and three kinds of errors more, however many there are', () => {
  const rules: RuleId[] = ['vm-crashed', 'vm-paused', 'task-failed', 'vm-not-created', 'rpo-missed', 'vm-unprotected'];
  const made = result({ verdict: 'fails', findings: rules.map((rule) => finding({ rule, subject: { kind: 'vm', name: 'a' } })) });
  expect(quietReport(context(made)).replace(/\s+/g, ' ')).toBe(
    'FAILS: One night VM a crashes on Tue 3 Mar 2026 18:00: a stops writing, a has a failed backup, a cannot be created, and 2 more kinds of errors. ',
  );
  expect(textReport(context(made)).match(/^ERROR/gm)?.length).toBe(6);
});

test('without findings the report says safe and lists no trouble', () => {
  const text = textReport(context(result()));
  expect(text).toMatch(/^SAFE: One night\nNothing breaks and no warning level is reached/);
  expect(text).not.toContain('WHAT HAPPENS');
});

test('warnings alone put a plan at risk, and the sentence says that nothing breaks', () => {
  const low = finding({ rule: 'free-space', severity: 'warning', subject: { kind: 'datastore', name: 'ds1' } });
  expect(quietReport(context(result({ verdict: 'at-risk', findings: [low] })))).toMatch(
    /^AT RISK: One night\nNothing breaks in the simulated time, but: Datastore/,
  );
});

test('colour adds nothing that plain text does not say', () => {
  const painted = textReport(context(outage().made), (emphasis, text) => `<${emphasis}>${text}</>`);
  expect(painted).not.toBe(report);
  expect(painted.replace(/<\/?[a-z]*>/g, '')).toBe(report);
});

test('a name with control characters cannot drive the terminal', () => {
  const evil = 'ds\u001b]0;x\u0007';
  const made = result({
    verdict: 'fails',
    datastores: { [evil]: datastore() },
    findings: [finding({ rule: 'space-exhausted', subject: { kind: 'datastore', name: evil } })],
  });
  expect([...textReport(context(made))].filter((character) => character < ' ' && character !== '\n')).toEqual([]);
});

test('findings are ordered by severity, then harm, then time', () => {
  const made = result({
    findings: [
      finding({ rule: 'run-overlap', severity: 'warning', subject: { kind: 'job', name: 'j' }, atMs: 1 }),
      finding({ rule: 'task-failed', subject: { kind: 'vm', name: 'a' }, atMs: 2, evidence: { reason: 'datastore-full', count: 3 } }),
      finding({ rule: 'space-exhausted', subject: { kind: 'datastore', name: 'ds1' }, atMs: 9 }),
    ],
  });
  expect(groupFindings(context(made)).map((group) => group.rule)).toEqual(['space-exhausted', 'task-failed', 'run-overlap']);
  expect(groupFindings(context(made))[1]?.sentence).toBe('3 backups of VM a fail, first on Mon 2 Mar 2026 18:00.');
  expect(groupFindings(context(made))[1]?.why).toBe('The first time because the datastore was full.');
});

test.each<[RuleId, SubjectKind]>([
  ['space-exhausted', 'datastore'],
  ['vm-paused', 'vm'],
  ['vm-crashed', 'vm'],
  ['repository-full', 'repository'],
  ['task-failed', 'vm'],
  ['free-space', 'datastore'],
  ['run-overlap', 'job'],
  ['run-skipped', 'job'],
  ['io-saturated', 'datastore'],
  ['latency', 'datastore'],
  ['slot-starved', 'proxy'],
  ['vm-not-created', 'vm'],
  ['rpo-missed', 'vm'],
  ['snapshot-orphaned', 'vm'],
  ['snapshot-age', 'vm'],
  ['chain-depth', 'vm'],
  ['consolidation-stalled', 'vm'],
  ['new-vm-missed', 'vm'],
  ['proxy-starved', 'proxy'],
  ['job-overlap', 'job'],
])('a finding of rule %s reads as a sentence with its subject and its local time', (rule, kind) => {
  const at = { atMs: 10 * HOUR, evidence: { count: 1 } };
  const one = finding({ rule, subject: { kind, name: 'thing-1' }, ...at });
  const two = finding({ rule, subject: { kind, name: 'thing-2' }, ...at });
  const [single] = groupFindings(context(result({ findings: [one] })));
  expect(single?.sentence).toMatch(/^[A-Z].*\bthing-1\b.*Tue 3 Mar 2026 04:00.*\.$/);
  expect(single?.brief).toMatch(/^thing-1 \w/);
  const [pair] = groupFindings(context(result({ findings: [one, two] })));
  expect(pair?.sentence).toContain('thing-1, thing-2');
  expect(pair?.brief).toMatch(/^2 (datastores|VMs|repositories|jobs|proxies) \w/);
});

test('the bar of a run shows waiting, reading and merging in proportion', () => {
  const tasks = [task('a', { queuedMs: 0, transferMs: HOUR, transferEndMs: 3 * HOUR, consolidatedMs: 4 * HOUR, endedMs: 4 * HOUR })];
  const jobs = { nightly: { firstOverlapAtMs: null, runs: [run('nightly#1', { endedMs: 4 * HOUR, tasks })] } };
  expect(textReport(context(result({ jobs })))).toContain('|.....==========#####|');
});

test('skipped runs and runs without an end are marked', () => {
  const runs = [
    run('j#1', { endedMs: null, status: 'running' }),
    run('j#2', { dueMs: DAY, startedMs: null, endedMs: null, status: 'skipped', overlapsPrevious: true }),
  ];
  const text = textReport(context(result({ jobs: { j: { firstOverlapAtMs: DAY, runs } } })));
  expect(text).toMatch(/! #1 .* not over .*>.*overlaps next/);
  expect(text).toMatch(/! #2 .* - .*\| skipped/);
});

test('phases follow each other without gaps from the start to the end of a run', () => {
  const tasks = [
    task('a', { transferMs: 100, transferEndMs: 200, consolidatedMs: 500, endedMs: 500 }),
    task('b', { transferMs: 400, transferEndMs: 450, consolidatedMs: null, endedMs: 460 }),
  ];
  expect(runPhases(run('j#1', { startedMs: 0, endedMs: 500, tasks }), DAY)).toEqual([
    { phase: 'waiting', fromMs: 0, untilMs: 100 },
    { phase: 'transferring', fromMs: 100, untilMs: 200 },
    { phase: 'consolidating', fromMs: 200, untilMs: 400 },
    { phase: 'transferring', fromMs: 400, untilMs: 450 },
    { phase: 'consolidating', fromMs: 450, untilMs: 500 },
  ]);
});

test('hundreds of datastores and jobs are all there', () => {
  const many = (prefix: string) => Array.from({ length: 300 }, (_, index) => `${prefix}${index}`);
  const made = result({
    datastores: Object.fromEntries(many('ds').map((name) => [name, datastore()])),
    jobs: Object.fromEntries(many('job').map((name) => [name, { firstOverlapAtMs: null, runs: [run(`${name}#1`)] }])),
  });
  const text = textReport(context(made));
  expect([text.match(/^ {2}ds\d+ .* 85 %/gm)?.length, text.match(/^ {2}job\d+: 1 run, all ok$/gm)?.length]).toEqual([300, 300]);
});
