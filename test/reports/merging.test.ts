import { describe, expect, test } from 'vitest';
import { groupFindings } from '../../reports/findings.ts';
import { describeOwners, groupLedger } from '../../reports/ledger.ts';
import { context, finding, GIB, HOUR, result } from './fixtures.ts';

const stun = (name: string, evidence: Record<string, string | number>) =>
  finding({ rule: 'stun', severity: 'warning', subject: { kind: 'vm', name }, atMs: 10 * HOUR, evidence });

describe('what merging does to guests, in words', () => {
  test('a VM that stands still is named with the time, the run and how long', () => {
    const [group] = groupFindings(context(result({ findings: [stun('db-01', { run: 'nightly#3', stunMs: 90_000, count: 4 })] })));
    expect(group?.brief).toBe('db-01 stands still for seconds');
    expect(group?.sentence).toBe('VM db-01 stands still for seconds around a snapshot, 4 times, first on Tue 3 Mar 2026 04:00.');
    expect(group?.why).toBe('The first time, in nightly#3, it lasts 2 min.');
    expect(group?.remedy).toContain('helper snapshots');
  });

  test('several VMs share a sentence, and the figures say whose they are', () => {
    const findings = [stun('db-01', { run: 'nightly#3', stunMs: 7000, count: 1 }), stun('db-02', { run: 'nightly#3', stunMs: 9000, count: 1 })];
    const [group] = groupFindings(context(result({ findings })));
    expect(group?.sentence).toMatch(/^2 VMs \(db-01, db-02\) stand still for seconds around a snapshot, 2 times, first on /);
    expect(group?.why).toBe('db-01: the first time, in nightly#3, it lasts 7 s.');
  });

  test('the bytes of helper deltas have their own line in the ledger', () => {
    const groups = groupLedger([
      { owner: 'db-01', kind: 'helper', bytes: 3 * GIB },
      { owner: 'db-02', kind: 'helper', bytes: GIB },
    ]);
    expect(groups.map(describeOwners)).toEqual(['2 helper deltas of merges hold 4 GiB']);
  });

  test('a cancelled backup is told apart from a failure of the estate', () => {
    const failed = finding({ rule: 'task-failed', subject: { kind: 'vm', name: 'db-01' }, evidence: { reason: 'cancelled', count: 1 } });
    expect(groupFindings(context(result({ findings: [failed] })))[0]?.why).toBe('The first time because the next run had begun.');
  });
});
