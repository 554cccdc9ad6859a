import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { scenarioJsonSchema, starterScenario } from '../../scenarios/index.ts';
import { BASE, changed, EVERYTHING, errorsOf, load } from './support.ts';

const GIB = 2 ** 30;

describe('the plan of a scenario', () => {
  it('carries every stated value in bytes, bytes per second and milliseconds', () => {
    const { plan } = load(`overrun: 1
name: Two jobs that meet
start: 2026-03-02T18:00
timezone: Europe/Berlin
duration: 3d
seed: night-1
datastores:
  ds1: { class: hybrid, capacity: 10TiB, otherUsed: 1TiB, read: 800MiB/s, write: 600MiB/s, iops: 20000, latency: 1ms, mergeRate: 100MiB/s }
hosts:
  esx1: { network: 10Gbit/s }
links:
  wan: { bandwidth: 1Gbit/s }
proxies:
  p1: { slots: 8, cores: 8, network: 10Gbit/s }
repositories:
  r1: { capacity: 50TiB, read: 500MiB/s, write: 500MiB/s, slots: 8, links: [wan] }
vms:
  web:
    count: 20
    vary: 20%
    host: esx1
    datastore: ds1
    size: 100GiB
    used: 60GiB
    provisioning: thin
    writes: { changed: 3GiB/day, rate: 200KiB/s, law: power, exponent: 0.72 }
    reads: { rate: 500KiB/s }
    activity: office-hours
    growth: 1GiB/day
    tags: [gold]
    snapshots: [{ taken: 2026-02-20T10:00, size: 40GiB, kind: user }]
jobs:
  nightly:
    vms: { tags: [gold], except: [web-03] }
    method: snapshot
    schedule: "0 22 * * *"
    proxies: [p1]
    repository: r1
    mode: forever-forward
    initial: full
    concurrency: 4
    streamRate: 150MiB/s
    reduction: 2
    ifRunning: skip
    snapshots: per-task
    retention: { last: 14 }
    timings: { quiesce: 0s, create: 0s, remove: 0s }
`);
    expect(plan).toMatchObject({ name: 'Two jobs that meet', seed: 'night-1', start: '2026-03-02T18:00:00+01:00', durationMs: 259_200_000 });
    expect(plan.datastores[0]).toMatchObject({
      capacityBytes: 10 * 1024 * GIB,
      otherUsedBytes: 1024 * GIB,
      iops: 20_000,
      latencyMs: 1,
      floorBytes: 100 * 2 ** 20,
    });
    expect(plan.hosts).toEqual([
      { name: 'esx1', nbdBytesPerSecond: 500_000_000, networkBytesPerSecond: 1.25e9, datastores: null, origin: 'hosts.esx1' },
    ]);
    expect(plan.links).toEqual([{ name: 'wan', bandwidthBytesPerSecond: 125_000_000, origin: 'links.wan' }]);
    expect(plan.proxies[0]).toMatchObject({ slots: 8, cores: 8, networkBytesPerSecond: 1.25e9, perCoreFullBytesPerSecond: 100 * 2 ** 20 });
    expect(plan.repositories[0]).toMatchObject({ slots: 8, links: ['wan'], readBytesPerSecond: 500 * 2 ** 20 });
    expect(plan.vms[0]).toMatchObject({ name: 'web-01', group: 'web', host: 'esx1', tags: ['gold'], activity: 'office-hours', origin: 'vms.web' });
    const taken = Date.parse('2026-02-20T09:00Z') - Date.parse('2026-03-02T17:00Z');
    expect(plan.vms[0]?.disks[0]).toMatchObject({
      sizeBytes: 100 * GIB,
      growth: { kind: 'linear', bytesPerDay: GIB },
      readBytesPerSecond: 500 * 1024,
      snapshots: [{ kind: 'user', takenMs: taken, sizeBytes: 40 * GIB }],
    });
    expect(plan.jobs[0]).toMatchObject({
      concurrency: 4,
      streamBytesPerSecond: 150 * 2 ** 20,
      retention: { last: 14, weekly: null },
      timings: { createMs: 0 },
    });
    expect(plan.assumptions.map(({ path }) => path)).not.toContain('vms.web.writes.rate');
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });

  it('numbers VMs so that no name changes when the count grows', () => {
    const names = (count: number) => load(changed('count: 20', `count: ${count}`)).plan.vms.map((vm) => vm.name);
    expect(names(101).slice(0, 20)).toEqual(names(20).slice(0, 20));
    expect(names(101).slice(98, 101)).toEqual(['web-99', 'web-100', 'web-101']);
    expect(names(3)).toEqual(['web-01', 'web-02', 'web-03', 'db']);
  });

  it('lists every default with path, value and source, once per group', () => {
    const { assumptions } = load(BASE).plan;
    expect(assumptions).toContainEqual({ path: 'datastores.ds1.read', value: '900MiB/s', source: 'default of class hybrid' });
    expect(assumptions).toContainEqual({
      path: 'vms.web.writes.exponent',
      value: '0.72',
      source: 'median exponent of 106 production disks (CloudPhysics traces)',
    });
    expect(assumptions).toContainEqual({ path: 'seed', value: 'base', source: 'the name of the scenario' });
    const paths = assumptions.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths).not.toContain('vms.web.used');
    expect(paths).toContain('vms.db.used');
  });

  it('assumes nothing about a datastore whose figures are all stated', () => {
    const stated =
      'class: custom, capacity: 10TiB, otherUsed: 0, otherGrowth: 0, read: 1GB/s, write: 1GB/s, iops: 1, latency: 0ms, mergeRate: 1MB/s, floor: 0';
    const more = 'resumeMargin: 0, onFull: pause-writers, onSpaceFreed: resume, consolidation: mirror, merges: parallel, ioSize: 4KiB, queueDepth: 1';
    const care = 'maxOpenSnapshots: unlimited, latencyControl: none, orphanCleanup: never';
    const { plan } = load(changed('  ds1:\n    class: hybrid\n    capacity: 10TiB\n', `  ds1: { ${stated}, ${more}, ${care} }\n`));
    expect(plan.assumptions.filter(({ path }) => path.startsWith('datastores.'))).toEqual([]);
  });

  it('takes a share of the used bytes for changes, and 5 % a day where nothing is said', () => {
    const perDay = (writes: string) => load(changed('{ changed: 3GiB/day }', writes)).plan.vms[0]?.disks[0]?.writes.changedBytesPerDay;
    expect(perDay('{ changed: 10%/day }')).toBe(6 * GIB);
    expect(perDay('{ changed: 70%/week }')).toBeCloseTo(6 * GIB, 0);
    expect(perDay('{}')).toBe(3 * GIB);
  });

  it('a default change rate gives way to a stated write rate that is lower', () => {
    const { plan } = load(changed('{ changed: 3GiB/day }', '{ rate: 1GiB/day }'));
    expect(plan.vms[0]?.disks[0]?.writes.changedBytesPerDay).toBeCloseTo(GIB, 0);
  });
});

describe('variation', () => {
  const varied = (extra: string, count = 50) =>
    load(changed('count: 20', `count: ${count}\n    vary: 20%`, changed('{ changed: 3GiB/day }', extra)))
      .plan.vms.slice(0, count)
      .map((vm) => vm.disks[0]);

  it('spreads used and changed bytes over the whole range and no further', () => {
    const used = varied('{ changed: 3GiB/day }').map((disk) => (disk?.usedBytes ?? 0) / (60 * GIB));
    expect(Math.min(...used)).toBeGreaterThanOrEqual(0.8);
    expect(Math.max(...used)).toBeLessThanOrEqual(1.2);
    expect(Math.max(...used) - Math.min(...used)).toBeGreaterThan(0.3);
    const changedBytes = varied('{ changed: 3GiB/day }').map((disk) => (disk?.writes.changedBytesPerDay ?? 0) / (3 * GIB));
    expect(changedBytes).not.toEqual(used);
  });

  it('draws for one VM do not depend on how many others there are', () => {
    expect(varied('{ changed: 3GiB/day }', 60).slice(0, 50)).toEqual(varied('{ changed: 3GiB/day }', 50));
  });

  it('never makes input that would be refused', () => {
    for (const disk of varied('{ changed: 3GiB/day, rate: 3GiB/day }')) {
      const { changedBytesPerDay, rateBytesPerSecond } = disk?.writes ?? { changedBytesPerDay: 1, rateBytesPerSecond: 0 };
      expect(changedBytesPerDay).toBeLessThanOrEqual((rateBytesPerSecond ?? 0) * 86_400);
    }
    for (const disk of varied('{ changed: 3GiB/day, law: working-set, workingSet: 3.1GiB }'))
      expect(disk?.writes.changedBytesPerDay).toBeLessThan(3.1 * GIB);
    const full = load(changed('used: 60GiB', 'used: 100GiB\n    vary: 50%')).plan.vms.slice(0, 20);
    expect(Math.max(...full.map((vm) => vm.disks[0]?.usedBytes ?? 0))).toBe(100 * GIB);
  });
});

describe('activity profiles', () => {
  it('are named once each, those in numbers after the path that states them', () => {
    const numbers = `[${Array(24).fill(2).join(', ')}]`;
    const { plan } = load(changed('host: esx1', `activity: ${numbers}`, changed('size: 500GiB', `size: 500GiB\n    activity: ${numbers}`)));
    expect(plan.activities.map(({ name }) => name)).toEqual(['vms.web.activity']);
    expect(new Set(plan.vms.map((vm) => vm.activity))).toEqual(new Set(['vms.web.activity']));
  });

  it('office hours are 50 of the 168 hours of a week', () => {
    const { activities } = load(changed('host: esx1', 'activity: office-hours')).plan;
    const office = activities.find(({ name }) => name === 'office-hours')?.multipliers ?? [];
    expect([office.length, office.filter((value) => value === 1.8).length, office[8], office[5 * 24 + 12]]).toEqual([168, 50, 1.8, 0.5]);
  });
});

describe('the JSON Schema', () => {
  const schema = scenarioJsonSchema() as { properties: Record<string, unknown>; additionalProperties: boolean };
  const validator = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);

  it('accepts what the loader accepts', () => {
    const variants = [changed('"0 22 * * *"', '{ every: 4h, offset: 15m }'), changed('slots: 8', 'slots: unlimited')];
    for (const text of [BASE, starterScenario(), EVERYTHING, ...variants]) {
      expect(load(text).plan.vms.length).toBeGreaterThan(0);
      expect(validator.safeParse(parse(text)).error).toBeUndefined();
    }
  });

  it.each([
    ['class: hybrid', 'class: hybrit'],
    ['capacity: 10TiB', 'capacity: 10'],
    ['capacity: 10TiB', 'capcity: 10TiB'],
    ['count: 20', 'count: 0'],
    ['start: 2026-03-02T18:00\n', ''],
    ['    size: 500GiB\n', ''],
    ['    size: 500GiB\n', '    size: 500GiB\n    disks: [{ datastore: ds1, size: 1GiB }]\n'],
    ['    datastore: ds1\n    size: 500GiB\n', '    disks: []\n'],
    ['    datastore: ds1\n    size: 500GiB\n', '    disks: [{ datastore: ds1 }]\n'],
    ['class: hybrid', 'latencyControl: { stop: 20ms }'],
    ['class: hybrid', 'passLimit: 0'],
    ['class: hybrid', 'orphanCleanup: sometimes'],
    ['duration: 3d', 'duration: 3d\nfaults: [{ kind: proxy-crash, at: 2026-03-03 }]'],
    ['duration: 3d', 'duration: 3d\nfaults: [{ kind: proxy-crsh, proxy: p1, at: 2026-03-03 }]'],
    ['overrun: 1', 'overrun: 1\noperator: { respondsAfter: soon }'],
    ['overrun: 1', 'overrun: 1\narrays: { a: { read: 1GB/s, write: 1GB/s, iops: 1 } }'],
  ])('refuses %j as %j like the loader', (from, to) => {
    expect(validator.safeParse(parse(changed(from, to))).success).toBe(false);
    expect(errorsOf(changed(from, to))).not.toEqual([]);
  });

  it('knows no other keys', () => {
    expect(schema.additionalProperties).toBe(false);
  });
});

describe('the starter scenario', () => {
  it('is valid and fits on a screen', () => {
    expect(load(starterScenario()).plan.vms).toHaveLength(13);
    expect(starterScenario().split('\n').length).toBeLessThanOrEqual(54);
  });
});

describe('size', () => {
  it('ten thousand VMs load', () => {
    const entries = Array.from({ length: 10_000 }, (_, i) => `  v${i}: { datastore: ds1, size: 100MiB, tags: [gold] }\n`).join('');
    expect(load(changed('  db:\n', `${entries}  db:\n`)).plan.vms).toHaveLength(10_021);
  });
});
