import fc from 'fast-check';
import { expect, it } from 'vitest';
import { differences } from './comparison.ts';
import { figuresOf, playEngine } from './play.ts';
import { arbitraryScenario, type ScenarioDocument } from './scenario.ts';

const EVENTS = `datastore-full datastore-freed vm-paused vm-resumed vm-crashed merge-refused repository-full
  guest-held guest-released fleecing-ended cdp-behind cdp-in-step disks-attaching transport-unreachable fault-began fault-ended snapshot-orphaned cleanup-started cleanup-ended vm-lost transfer-stalled transfer-resumed vm-stopped vm-started run-overlap run-queued run-skipped run-cancelled transfer-aborted growth-stepped vm-created vm-deleted vm-not-created
  restore-started restore-ended restore-failed`.split(/\s+/);
const TASKS = [
  'failed datastore-full',
  'failed chain-limit',
  'failed repository-full',
  'failed no-transport',
  'failed fleecing-full',
  'warning damaged-copy',
  'warning inconsistent-copy',
  'aborted vm-crashed',
  'aborted cancelled',
  'warning merge-refused',
  'aborted window-closed',
  'failed timeout',
  'failed start-deadline',
  'success null again',
  'failed network-lost',
  'failed proxy-crash',
  'aborted host-lost',
  'failed host-lost',
  'failed credential-expired',
  'failed writer-failure',
  'failed application-failure',
  'failed read-error',
  'failed connection-cut',
  'failed freeze-limit',
  'failed unsupported-guest',
  'warning crash-consistent',
  'warning snapshot-orphaned',
  'failed datastore-lost',
  'aborted vm-deleted',
];

const WORKS = ['merge', 'synthetic-full', 'copy', 'garbage-collection', 'verification'].map((work) => `repository-work-started ${work}`);

const SITUATIONS = [
  ...EVENTS,
  ...TASKS,
  ...WORKS,
  'points-removed',
  'points-deleted',
  'space-reclaimed',
  'differential',
  'full',
  'incremental',
  'deep chain',
  'saturated',
  'helper',
  'array',
  'queued null',
  'running null',
];

const documents: ScenarioDocument[] = fc.sample(arbitraryScenario, { seed: 1, numRuns: 400 });

it('random scenarios meet everything that they are made for', () => {
  const seen = new Set<string>();
  const missing = (): string[] => SITUATIONS.filter((situation) => !seen.has(situation));
  for (const document of documents) {
    if (missing().length === 0) break;
    const result = playEngine(document, {
      onEvent: (line) => {
        const { kind, work } = JSON.parse(line) as { kind: string; work?: string };
        seen.add(kind).add(`${kind} ${work}`);
      },
    });
    for (const { runs } of Object.values(result.jobs)) {
      for (const { tasks } of runs) for (const { status, reason, kind } of tasks) seen.add(`${status} ${reason}`).add(String(kind));
      for (const { status, reason, attempt } of runs.flatMap(({ tasks }) => tasks)) if (attempt > 1) seen.add(`${status} ${reason} again`);
      for (const { bottleneck } of runs.flatMap(({ tasks }) => tasks)) if ('array:shared' in bottleneck) seen.add('array');
    }
    for (const { maxChainDepth } of Object.values(result.vms)) if (maxChainDepth > 2) seen.add('deep chain');
    for (const { guestServedFraction, peakLedger } of Object.values(result.datastores)) {
      if (guestServedFraction < 0.99) seen.add('saturated');
      if (peakLedger.some(({ kind }) => kind === 'helper')) seen.add('helper');
    }
  }
  expect(missing()).toEqual([]);
}, 300_000);

it('random scenarios use every key of the parts that they draw', () => {
  const keysOf = (section: string): Set<string> => {
    const entries = documents.flatMap((document) => Object.values(document[section] as Record<string, object>));
    return new Set(entries.flatMap((entry) => Object.keys(entry)));
  };
  const unused = (section: string, keys: string): string[] => keys.split(' ').filter((key) => !keysOf(section).has(key));
  expect(unused('datastores', 'class capacity otherUsed otherGrowth read write iops mergeRate floor resumeMargin onSpaceFreed ioSize')).toEqual([]);
  expect(
    unused('datastores', 'array onFull consolidation passLimit merges maxOpenSnapshots orphanCleanup countOrphans latency latencyControl queueDepth'),
  ).toEqual([]);
  expect(unused('proxies', 'slots slotUnit cores perCore memory network fabric datastores host links')).toEqual([]);
  expect(unused('repositories', 'class read mergeRate slots links blockClone gcGrace immutable garbageCollection verify copyTo')).toEqual([]);
  expect(unused('faults', 'at rate every after for probability job vm link host proxy datastore account factor offset')).toEqual([]);
  expect(unused('restores', 'at vm repository point')).toEqual([]);
  expect(unused('vms', 'host exists disks network reads activity growth tags snapshots deltaOverhead toleratesPause maxChain')).toEqual([]);
  expect(
    unused(
      'jobs',
      'zeroDetection mode full differential retention timings window blackouts catchUp startDeadline lockWait timeout retries quiesce freezeLimit',
    ),
  ).toEqual([]);
  expect(
    unused(
      'jobs',
      'method fallback fleecing keep compression deduplication proxies initial concurrency streamRate reduction ifRunning ifVmBusy snapshots priority',
    ),
  ).toEqual([]);
});

it('a comparison names what differs by more than its tolerance, and only that', () => {
  const document = documents.find((one) => {
    const task = playEngine(one).jobs.job0?.runs[0]?.tasks[0];
    return task?.transferEndMs != null && task.readBytes > 1e9;
  });
  const [result, changed] = [0, 1].map(() => figuresOf(document as ScenarioDocument));
  const task = changed?.jobs.job0?.runs[0]?.tasks[0];
  if (result === undefined || changed === undefined || task?.transferEndMs == null) throw new Error('no scenario with a finished task');
  expect(differences(result, changed)).toEqual([]);
  task.transferEndMs += 10;
  task.readBytes *= 1.004;
  expect(differences(result, changed)).toEqual([]);
  task.transferEndMs *= 1.2;
  task.readBytes *= 1.1;
  task.status = 'aborted';
  const named = differences(result, changed).map((text) => text.split(':')[0]?.split(' ').at(-1));
  expect(named.sort()).toEqual(['readBytes', 'status', 'transferEndMs']);
});
