import { describe, expect, test } from 'vitest';
import { recoveryCsv } from '../../reports/csv.ts';
import { jsonReport } from '../../reports/json.ts';
import { PAGE_LINES, pageReport, quietReport } from '../../reports/page.ts';
import { textReport } from '../../reports/text.ts';
import type { Recoverable, Result, VmRecovery } from '../../sim/result.ts';
import { berlin, context, DAY, HOUR, result } from './fixtures.ts';

const NOTHING: Recoverable = { newestPointAtMs: null, rpoMs: 13 * HOUR, restorePoints: 0 };

function point(ageMs: number, restorePoints: number, atMs = 13 * HOUR): Recoverable {
  return { newestPointAtMs: atMs - ageMs, rpoMs: ageMs, restorePoints };
}

function vmOf(own: Recoverable, survives: Record<string, Recoverable>): VmRecovery {
  return { ...own, chains: [], survives };
}

/** 13 hours after the start: two alike, one with snapshots only, one without anything, one that is gone. */
const ESTATE: Record<string, VmRecovery> = {
  'web-01': vmOf(point(9 * HOUR, 14), { 'datastore:ds1': point(9 * HOUR, 14), 'repository:r1': NOTHING, 'account:ops': point(3 * DAY, 3) }),
  'web-02': vmOf(point(9 * HOUR, 14), { 'datastore:ds1': point(9 * HOUR, 14), 'repository:r1': NOTHING, 'account:ops': point(3 * DAY, 3) }),
  lab: vmOf(point(DAY, 2), { 'datastore:ds1': NOTHING }),
  new: vmOf(NOTHING, { 'datastore:ds1': NOTHING }),
  old: vmOf({ newestPointAtMs: 0, rpoMs: null, restorePoints: 1 }, { 'repository:r1': { newestPointAtMs: null, rpoMs: null, restorePoints: 0 } }),
};

const made = (vms: Record<string, VmRecovery> = ESTATE, instants = [13 * HOUR]): Result =>
  result({ recovery: instants.map((atMs) => ({ atMs, vms })) });

const section = (text: string): string[] => text.slice(text.indexOf('WHAT COULD BE RESTORED')).split('\n\n')[0]!.split('\n');

describe('what could be restored', () => {
  test('is told after the verdict: over all VMs, by loss, then VM by VM, the worst first', () => {
    const page = pageReport(context(made()), ['my.yaml']);
    expect(page.startsWith('SAFE: ')).toBe(true);
    expect(section(page)).toEqual([
      'WHAT COULD BE RESTORED ON Tue 3 Mar 2026 07:00',
      '  1 of 4 VMs cannot be restored: new. Of the others the newest is 24 h old at',
      '  worst (lab).',
      '  if this is lost       VMs  left without  newest then',
      '  repository r1           3             3            -',
      '  datastore ds1           3             1          9 h',
      '  account ops (stolen)    2             0          3 d',
      '  new: no good point for 13 h',
      '  lab: newest Mon 2 Mar 2026 07:00, 24 h old; 2 points',
      '    left: none without datastore ds1',
      '  web-01, web-02: newest Mon 2 Mar 2026 22:00, 9 h old; 14 points',
      '    left: none without repository r1, 3 (newest 3 d old) without account ops',
      '    (stolen), all without datastore ds1',
      '  old: newest Mon 2 Mar 2026 18:00, the VM does not exist then; 1 point',
      '    left: none without repository r1',
    ]);
    expect(page).toContain('Left out, see --all: all VMs, what happens and what helps, all runs.');
  });

  test('fits a screen, however many VMs and losses there are, and says how many it leaves out', () => {
    const losses = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`repository:some-repository-${index}`, point(HOUR, 1)]));
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`vm${index}`, vmOf(point(index * HOUR, 2 + index), losses)]));
    const page = pageReport(context(made(many)), ['my.yaml']);
    expect(page.trimEnd().split('\n').length).toBeLessThanOrEqual(PAGE_LINES);
    expect(page.split('\n').filter((line) => [...line].length > 80)).toEqual([]);
    const shown = page.match(/^ {2}vm\d+: /gm)?.length ?? 0;
    expect(shown).toBeGreaterThan(0);
    expect(page).toContain(`... and ${300 - shown} more VMs, none of them worse off`);
    expect(page).toMatch(/^ {2}vm299: /m);
    const all = textReport(context(made(many)));
    expect(all.match(/^ {2}vm\d+: /gm)?.length).toBe(300);
    expect(all).not.toContain('none of them worse');
  });

  test('is told for each instant that was asked for, also where only the answer is wanted', () => {
    const asked = context(made(ESTATE, [13 * HOUR, 2 * DAY]));
    for (const text of [pageReport(asked, ['my.yaml']), textReport(asked), quietReport(asked)]) {
      expect(text.match(/^WHAT COULD BE RESTORED ON .*$/gm)).toEqual([
        'WHAT COULD BE RESTORED ON Tue 3 Mar 2026 07:00',
        'WHAT COULD BE RESTORED ON Wed 4 Mar 2026 18:00',
      ]);
    }
  });

  test('is told in plain words where all is well, or nothing is there', () => {
    const [, well] = section(pageReport(context(made({ 'web-01': ESTATE['web-01'] as VmRecovery })), []));
    expect(well).toBe('  The VM can be restored: the newest is 9 h old at worst (web-01).');
    const stream = { stream: vmOf(point(0, 1), { 'repository:r1': NOTHING }), new: vmOf({ ...NOTHING, rpoMs: 0 }, {}) };
    expect(section(pageReport(context(made(stream)), []))).toEqual([
      'WHAT COULD BE RESTORED ON Tue 3 Mar 2026 07:00',
      '  1 of 2 VMs cannot be restored: new. Of the others the newest is up to date at',
      '  worst (stream).',
      '  if this is lost  VMs  left without  newest then',
      '  repository r1      1             1            -',
      '  new: no good point yet',
      '  stream: newest Tue 3 Mar 2026 07:00, up to date; 1 point',
      '    left: none without repository r1',
    ]);
    const [, bare] = section(pageReport(context(made({ a: ESTATE.new as VmRecovery, b: ESTATE.new as VmRecovery })), []));
    expect(bare).toBe('  2 of 2 VMs cannot be restored.');
    const [, none] = section(pageReport(context(made({})), []));
    expect(none).toBe('  There is no VM.');
  });

  test('is a key of the JSON only where it was asked for', () => {
    const parsed = JSON.parse([...jsonReport(context(made()))].join('')) as Result;
    expect(parsed.recovery).toEqual([{ atMs: 13 * HOUR, vms: ESTATE }]);
    expect(Object.keys(JSON.parse([...jsonReport(context(result()))].join('')))).not.toContain('recovery');
  });
});

describe('recovery.csv', () => {
  const zone = berlin('2026-03-02T17:00:00Z');
  const change = { rpoBeforeMs: DAY, rpoMs: HOUR, restorePoints: 3, why: ['pruned', 'stored'] as const, events: [7, 12] };

  test('has a line for each change, with local times, and leaves what there is not empty', () => {
    const pieces: string[] = [];
    const { add, end } = recoveryCsv(zone, (text) => pieces.push(text));
    add({ ...change, atMs: HOUR, vm: 'web', newestPointAtMs: -HOUR });
    add({ ...change, atMs: DAY, vm: '=cmd()', newestPointAtMs: null, rpoMs: null });
    end();
    expect(pieces.join('').trimEnd().split('\n')).toEqual([
      'at,atMs,vm,newestPointAt,newestPointAtMs,rpoBeforeMs,rpoMs,restorePoints,why,events',
      '2026-03-02T19:00:00+01:00,3600000,web,2026-03-02T17:00:00+01:00,-3600000,86400000,3600000,3,pruned stored,e7 e12',
      "2026-03-03T18:00:00+01:00,86400000,'=cmd(),,,86400000,,3,pruned stored,e7 e12",
    ]);
  });

  test('is written while the simulation runs, some thousand lines at a time', () => {
    const pieces: string[] = [];
    const { add, end } = recoveryCsv(zone, (text) => pieces.push(text));
    for (let index = 0; index < 5000; index++) add({ ...change, atMs: index, vm: `vm${index}`, newestPointAtMs: 0 });
    expect(pieces.length).toBe(2);
    end();
    expect(pieces.join('').trimEnd().split('\n').length).toBe(5001);
  });
});
