import { expect, it } from 'vitest';
import { faultSchemas } from '../../scenarios/format/faults/schema.ts';
import { entrySchemas } from '../../scenarios/format/schema.ts';
import type { ScenarioDocument } from '../agreement/scenario.ts';
import { playDocument } from './run.ts';
import { scenarioOf } from './scenario.ts';

const SEEDS = 1500;
const documents: ScenarioDocument[] = Array.from({ length: SEEDS }, (_, seed) => scenarioOf(seed));

const EVENTS = `datastore-low datastore-full datastore-freed vm-paused vm-resumed vm-crashed merge-refused repository-full run-overlap run-queued
  run-skipped run-cancelled transfer-aborted growth-stepped vm-stunned vm-created vm-not-created vm-deleted fault-began fault-ended fault-hit
  transfer-stalled transfer-resumed snapshot-orphaned cleanup-started cleanup-ended vm-stopped vm-started vm-lost points-deleted quiesce-failed`.split(
  /\s+/,
);
const REASONS = ['datastore-full', 'chain-limit', 'repository-full', 'vm-crashed', 'merge-refused', 'cancelled', 'vm-deleted'];
const FAULTS = Object.keys(faultSchemas).map((kind) => `fault ${kind}`);
const WAITS = ['job', 'proxy', 'repository', 'vm', 'datastore'].map((what) => `waiting ${what}`);
const SITUATIONS = [...EVENTS, ...REASONS, ...FAULTS, ...WAITS, 'agent', 'several passes', 'a hundred VMs', 'stacked jobs'];

it('scenarios of the swarm meet everything that they are made for', { timeout: 240_000 }, () => {
  const seen = new Set<string>();
  const missing = (): string[] => SITUATIONS.filter((situation) => !seen.has(situation));
  for (const document of documents) {
    if (missing().length === 0) break;
    const { plan, result, events } = playDocument(document);
    const merges = new Map<string, number>();
    for (const { kind, run, vm, fault } of events) {
      seen.add(kind);
      if (kind === 'fault-began') seen.add(`fault ${fault}`);
      if (kind === 'merge-started') merges.set(`${run} ${vm}`, (merges.get(`${run} ${vm}`) ?? 0) + 1);
    }
    const disks = Math.max(...plan.vms.map((vm) => vm.disks.length));
    if ([...merges.values()].some((passes) => passes > disks)) seen.add('several passes');
    if (result.findings.some(({ rule }) => rule === 'stun')) seen.add('vm-stunned');
    if (plan.vms.length >= 100) seen.add('a hundred VMs');
    for (const job of plan.jobs) {
      for (const task of (result.jobs[job.name]?.runs ?? []).flatMap((run) => run.tasks)) {
        if (task.reason !== null) seen.add(task.reason);
        for (const label of Object.keys(task.bottleneck)) seen.add(label.split(':').slice(0, 2).join(' '));
        if (job.method === 'agent' && task.transferEndMs !== null) seen.add('agent');
        if (job.ifVmBusy === 'stack' && task.transferEndMs !== null && plan.jobs.length > 1) seen.add('stacked jobs');
      }
    }
  }
  expect(missing()).toEqual([]);
});

it('scenarios of the swarm use every key that the format has for its entries', () => {
  for (const [section, schema] of Object.entries(entrySchemas)) {
    const entries = documents.flatMap((document) => Object.values((document[section] ?? {}) as Record<string, object>));
    const used = new Set(entries.flatMap((entry) => Object.keys(entry)));
    const unused = Object.keys(schema.shape).filter((key) => !used.has(key));
    expect({ section, unused }).toEqual({ section, unused: [] });
  }
});

it('a seed has one scenario', () => {
  expect(scenarioOf(17)).toEqual(scenarioOf(17));
  expect(JSON.stringify(scenarioOf(18))).not.toBe(JSON.stringify({ ...scenarioOf(17), name: 'swarm 18' }));
});
