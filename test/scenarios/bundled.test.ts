import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../scenarios/index.ts';
import { type Result, simulate } from '../../sim/index.ts';

const FOLDER = join(import.meta.dirname, '../../scenarios');
const GiB = 1024 ** 3;
const DAY = 86_400_000;

function run(name: string, sets: string[] = []): Result {
  const path = join(FOLDER, name);
  const readFile = (file: string): string => readFileSync(file, 'utf8');
  return simulate(loadScenario({ path, text: readFile(path), readFile, sets }).plan);
}

const rules = (result: Result): Set<string> => new Set(result.findings.map((finding) => finding.rule));
const firstOf = (result: Result, rule: string): number => result.findings.find((finding) => finding.rule === rule)?.atMs ?? Number.NaN;

describe('act 3, snapshots', () => {
  it('passes with room to spare', () => {
    const result = run('five-acts-3-snapshots.yaml');
    expect(result.verdict).toBe('safe');
    expect(result.findings).toEqual([]);
    const store = result.datastores['san-1'] as Result['datastores'][string];
    expect(store.minFreeBytes / store.capacityBytes).toBeGreaterThan(0.12);
    for (const entry of result.jobs.nightly?.runs ?? []) {
      if (entry.endedMs !== null) expect((entry.endedMs - entry.dueMs) / 3_600_000).toBeLessThan(19);
    }
  });

  it('backs up every VM, each night, and its deltas follow what the guests change meanwhile', () => {
    const result = run('five-acts-3-snapshots.yaml');
    const [night] = result.jobs.nightly?.runs ?? [];
    expect(night?.tasks.length).toBe(40);
    for (const task of night?.tasks ?? []) {
      // 5 % of about 400 GiB a day, for about 18 hours, by the power law.
      const hours = ((task.consolidatedMs ?? 0) - (task.snapshotMs ?? 0)) / 3_600_000;
      const expected = 0.05 * task.readBytes * (hours / 24) ** 0.72;
      expect(task.peakDeltaBytes / expected).toBeGreaterThan(0.9);
      expect(task.peakDeltaBytes / expected).toBeLessThan(1.1);
    }
  });
});

describe('act 5, growth', () => {
  const result = run('five-acts-5-growth.yaml');

  it('fails by itself: overlap first, weeks later the outage', () => {
    expect(result.verdict).toBe('fails');
    const overlap = firstOf(result, 'run-overlap');
    const full = firstOf(result, 'space-exhausted');
    expect(overlap / DAY).toBeGreaterThan(80);
    expect((full - overlap) / DAY).toBeGreaterThan(14);
    expect(firstOf(result, 'free-space')).toBeGreaterThan(overlap);
    expect(result.datastores['san-1']?.fullAtMs).toBe(full);
  });

  it('stops every VM that has a delta, at that very moment, and those that cannot ride it out crash', () => {
    const full = firstOf(result, 'space-exhausted');
    for (const vm of Object.values(result.vms)) expect(vm.pausedAtMs).toBe(full);
    for (const [name, vm] of Object.entries(result.vms)) expect(vm.crashedAtMs).toBe(name.startsWith('db') ? full + 10 * 60_000 : null);
  });

  it('shows who owned the bytes: the deltas of several runs at once', () => {
    const ledger = result.datastores['san-1']?.peakLedger ?? [];
    const runs = new Set(ledger.filter((entry) => entry.kind === 'delta').map((entry) => entry.run));
    expect(runs.size).toBeGreaterThan(2);
    const deltas = ledger.filter((entry) => entry.kind === 'delta').reduce((sum, entry) => sum + entry.bytes, 0);
    expect(deltas / GiB).toBeGreaterThan(3500);
  });

  it('comes from the growth alone: without it the same months pass', () => {
    const flat = run('five-acts-5-growth.yaml', [
      'vms.app.growth=0%/week',
      'vms.app.writes.growth=0%/week',
      'vms.db.growth=0%/week',
      'vms.db.writes.growth=0%/week',
      'duration=40d',
    ]);
    expect(flat.findings).toEqual([]);
  });

  // A month and more beyond the outage that the same growth brings with snapshots of everything at once.
  it('does not fill with one snapshot per task and eight at a time', () => {
    const spared = run('five-acts-5-growth.yaml', [
      'jobs.nightly.snapshots=per-task',
      'jobs.nightly.concurrency=8',
      'duration=170d',
      'repositories.backup-1.capacity=300TiB',
    ]);
    expect(rules(spared)).toContain('run-overlap');
    expect(rules(spared)).not.toContain('space-exhausted');
    expect(rules(spared)).not.toContain('vm-paused');
  });
});

describe('every bundled scenario', () => {
  const names = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .map((name) => name.split(sep).join('/'))
    .filter((name) => name.endsWith('.yaml'))
    .sort();

  it.each(names)('%s runs, and its log is the one on record', (name) => {
    const result = run(name);
    expect({ name, verdict: result.verdict, fingerprint: result.fingerprint }).toMatchSnapshot();
  });
});
