import { describe, expect, it } from 'vitest';
import { BASE, changed, EVERYTHING, load } from './support.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const MINUTE = 60_000;

const DB = '    datastore: ds1\n    size: 500GiB\n';
const assumed = (text: string) => load(text).plan.assumptions.map(({ path }) => path);

describe('a scenario that uses arrays, several disks, agents and every choice of a datastore at once', () => {
  const { plan, locate } = load(EVERYTHING);

  it('becomes a plan with each of them', () => {
    expect(plan.operatorRespondsAfterMs).toBe(30 * MINUTE);
    expect(plan.arrays).toEqual([{ name: 'a1', readBytesPerSecond: 2 * GIB, writeBytesPerSecond: GIB, iops: 50_000, origin: 'arrays.a1' }]);
    expect(plan.datastores[0]).toMatchObject({
      onFull: 'all',
      maxOpenSnapshots: 4,
      countOrphans: true,
      consolidation: 'helper',
      passLimit: 3,
      merges: 'serial',
      array: 'a1',
      latencyControl: { stopMs: 20, throttleMs: 30 },
    });
    expect(plan.datastores[1]).toMatchObject({ onFull: 'pause-writers', maxOpenSnapshots: null, countOrphans: false, latencyControl: null });
    expect(plan.hosts[0]?.networkBytesPerSecond).toBe(1.25e9);
    expect(plan.proxies[0]?.slotUnit).toBe('vm');
    expect(plan.vms.map(({ name, networkBytesPerSecond }) => [name, networkBytesPerSecond])).toEqual([
      ['db-01', 125e6],
      ['db-02', 125e6],
      ['file', null],
    ]);
    expect(plan.jobs[0]).toMatchObject({ method: 'snapshot', ifRunning: 'cancel-previous', ifVmBusy: 'stack' });
    expect(plan.jobs[1]).toMatchObject({ method: 'agent', ifRunning: 'skip', ifVmBusy: 'wait' });
    expect(plan.jobs[1]?.selection.names).toEqual(['db-01', 'file']);
  });

  it('gives each disk what is stated of it, and its own snapshots in the order of their age', () => {
    const [first, second] = plan.vms[0]?.disks ?? [];
    expect(plan.vms[0]?.disks).toHaveLength(2);
    expect(first).toMatchObject({ datastore: 'ds1', sizeBytes: 100 * GIB, provisioning: 'thin', readBytesPerSecond: null, growth: { kind: 'none' } });
    expect(first?.writes.law).toBe('append');
    expect(second).toMatchObject({ datastore: 'ds2', sizeBytes: 500 * GIB, provisioning: 'thick', readBytesPerSecond: 5 * MIB });
    expect(second?.growth).toEqual({ kind: 'linear', bytesPerDay: GIB });
    const before = (iso: string) => Date.parse(iso) - Date.parse('2026-03-02T18:00Z');
    expect(first?.snapshots).toEqual([{ kind: 'user', takenMs: before('2026-02-28T00:00Z'), sizeBytes: 3 * GIB }]);
    expect(second?.snapshots).toEqual([
      { kind: 'orphan', takenMs: before('2026-02-27T00:00Z'), sizeBytes: GIB },
      { kind: 'user', takenMs: before('2026-03-01T00:00Z'), sizeBytes: 2 * GIB },
    ]);
  });

  it('says of each disk what is assumed, under a path that leads to its line', () => {
    const paths = plan.assumptions.map(({ path }) => path);
    expect(paths).toContain('vms.db.disks.1.used');
    expect(paths).toContain('vms.db.disks.1.writes.exponent');
    expect(paths).toContain('vms.db.snapshots.2.disk');
    expect(paths).not.toContain('vms.db.disks.0.used');
    expect(new Set(paths).size).toBe(paths.length);
    expect(locate('vms.db.disks.1.growth')?.line).toBe(EVERYTHING.split('\n').findIndex((line) => line.includes('thick')) + 1);
  });
});

describe('what nobody states', () => {
  it('is the usual choice: no array, no limits, mirrored merges side by side, waiting for a busy VM', () => {
    const { plan } = load(BASE);
    expect(plan).toMatchObject({ arrays: [], operatorRespondsAfterMs: null });
    expect(plan.datastores[0]).toMatchObject({
      onFull: 'pause-writers',
      maxOpenSnapshots: null,
      countOrphans: false,
      consolidation: 'mirror',
      merges: 'parallel',
      passLimit: 10,
      array: null,
      latencyControl: null,
    });
    expect(plan.proxies[0]?.slotUnit).toBe('disk');
    expect(plan.jobs[0]).toMatchObject({ method: 'snapshot', ifVmBusy: 'wait' });
    expect(plan.vms[0]).toMatchObject({ networkBytesPerSecond: null });
    expect(plan.vms[0]?.disks).toHaveLength(1);
  });

  it('is listed with its source', () => {
    const { assumptions } = load(BASE).plan;
    for (const path of ['onFull', 'maxOpenSnapshots', 'consolidation', 'merges', 'latencyControl'].map((key) => `datastores.ds1.${key}`)) {
      expect(assumptions.find((one) => one.path === path)?.source.length).toBeGreaterThan(10);
    }
    expect(assumptions).toContainEqual({ path: 'operator.respondsAfter', value: 'never', source: 'default of the scenario format: nobody answers' });
    expect(assumptions).toContainEqual({
      path: 'proxies.p1.slotUnit',
      value: 'disk',
      source: 'one task is one disk (Veeam user guide, limiting tasks)',
    });
    expect(assumptions.map(({ path }) => path)).toContain('jobs.nightly.ifVmBusy');
  });

  it('is not listed where it has no effect', () => {
    const set = (to: string) => assumed(changed('class: hybrid', to));
    const array = 'overrun: 1\narrays: { a1: { read: 1GB/s, write: 1GB/s, iops: 1, capacity: 20TiB } }';
    const agent = changed('tags: [gold], except: [web-03]', 'names: [web]', changed('proxies: [p1]', 'method: agent'));
    const effects: [path: string, without: string[], beside: string[]][] = [
      ['datastores.ds1.passLimit', assumed(BASE), set('consolidation: helper')],
      ['datastores.ds1.countOrphans', assumed(BASE), set('maxOpenSnapshots: 2')],
      ['datastores.ds1.array', assumed(BASE), assumed(changed('overrun: 1', array))],
      ['operator.respondsAfter', set('onSpaceFreed: resume'), set('onSpaceFreed: stay-paused')],
      ['vms.web.network', assumed(BASE), assumed(agent)],
      ['jobs.nightly.snapshots', assumed(agent), assumed(BASE)],
      ['jobs.nightly.timings.create', assumed(agent), assumed(BASE)],
    ];
    for (const [path, without, beside] of effects) {
      expect(without).not.toContain(path);
      expect(beside).toContain(path);
    }
    expect(assumed(changed('size: 500GiB', 'size: 500GiB\n    snapshots: [{ taken: 2026-03-01, size: 1GiB }]'))).not.toContain(
      'vms.db.snapshots.0.disk',
    );
  });

  it('an operator who never answers can be written out', () => {
    const text = changed('overrun: 1', 'overrun: 1\noperator: { respondsAfter: never }');
    expect(load(text).plan.operatorRespondsAfterMs).toBeNull();
    expect(assumed(text)).not.toContain('operator.respondsAfter');
    expect(load(changed('overrun: 1', 'overrun: 1\noperator: { respondsAfter: 0s }')).plan.operatorRespondsAfterMs).toBe(0);
  });

  it('a throttle just above the latency of the class is accepted', () => {
    const { plan } = load(changed('class: hybrid', 'class: hybrid\n    latencyControl: { stop: 1ms, throttle: 4ms }'));
    expect(plan.datastores[0]?.latencyControl).toEqual({ stopMs: 1, throttleMs: 4 });
  });
});

describe('the capacity of an array', () => {
  const note = (capacity: string) => {
    const array = `overrun: 1\narrays: { a1: { read: 1GB/s, write: 1GB/s, iops: 1, capacity: ${capacity} } }`;
    const text = changed('overrun: 1', array, changed('class: hybrid', 'array: a1'));
    return load(text).plan.assumptions.find(({ path }) => path === 'arrays.a1.capacity')?.source;
  };

  it('is not simulated, which is said, and may be less than its datastores promise', () => {
    expect(note('10TiB')).toBe('capacity of arrays is not simulated');
    expect(note('9TiB')).toBe('capacity of arrays is not simulated: its datastores promise 10TiB');
  });
});

describe('a list of disks', () => {
  const one = '    disks: [{ datastore: ds1, size: 500GiB }]\n';
  const two = '    disks: [{ datastore: ds1, size: 500GiB }, { datastore: ds1, size: 500GiB }]\n';
  const disksOf = (text: string, name: string) => load(text).plan.vms.find((vm) => vm.name === name)?.disks ?? [];
  const varied = (disks: string) => changed(DB, `    count: 3\n    vary: 30%\n${disks}`);

  it('of one is the same VM as the short form', () => {
    expect(load(changed(DB, one)).plan.vms).toEqual(load(BASE).plan.vms);
  });

  it('varies each disk by its own draws, which further disks and further VMs leave alone', () => {
    const used = (text: string, name = 'db-02') => disksOf(text, name).map((disk) => disk.usedBytes);
    const [first, second] = used(varied(two));
    expect(first).not.toBe(second);
    expect(used(varied(one))).toEqual([first]);
    expect(used(varied(two).replace('count: 3', 'count: 6'))).toEqual([first, second]);
    for (const bytes of used(varied(two))) expect(bytes).toBeGreaterThanOrEqual(0.7 * 500 * GIB);
  });

  it('takes its draws for used, changed and rate apart', () => {
    const stated = '    disks: [{ datastore: ds1, size: 500GiB, used: 100GiB, writes: { changed: 1GiB/day, rate: 1MiB/s } }]\n';
    const [disk] = disksOf(varied(stated), 'db-01');
    const factors = [
      (disk?.usedBytes ?? 0) / (100 * GIB),
      (disk?.writes.changedBytesPerDay ?? 0) / GIB,
      (disk?.writes.rateBytesPerSecond ?? 0) / MIB,
    ];
    expect(new Set(factors.map((factor) => factor.toFixed(6))).size).toBe(3);
    for (const factor of factors) expect(Math.abs(factor - 1)).toBeLessThanOrEqual(0.3);
  });

  it('lets a job that selects by datastore find a VM by its second disk', () => {
    const other = changed('hosts:\n', '  ds2: { capacity: 1TiB }\nhosts:\n');
    const select = changed('tags: [gold], except: [web-03]', 'datastores: [ds2]', other);
    const disks = '    disks: [{ datastore: ds1, size: 1GiB }, { datastore: ds2, size: 1GiB }]\n';
    expect(load(changed(DB, disks, select)).plan.jobs[0]?.selection.datastores).toEqual(['ds2']);
    expect(() => load(select)).toThrow('no VM is on the datastore `ds2`');
  });

  it('can be set by its index', () => {
    const { plan } = load(changed(DB, two), { sets: ['vms.db.disks.1.size=600GiB', 'vms.db.disks.1.used=1GiB'] });
    expect(plan.vms.at(-1)?.disks.map(({ sizeBytes }) => sizeBytes / GIB)).toEqual([500, 600]);
  });
});
