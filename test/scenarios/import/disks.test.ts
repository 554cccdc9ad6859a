import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { importRvtools, readRates } from '../../../scenarios/import/index.ts';
import { loadScenario } from '../../../scenarios/index.ts';
import { buildXlsx, type TestWorkbook } from './build-xlsx.ts';
import { disksOf, type ImportedScenario, importWorkbook, type TestRecord, table } from './fixture.ts';

const mebibyte = 2 ** 20;

/** Sizes in MiB; what is not given stands in no cell. */
interface TestDisk {
  size?: number | null;
  thin?: boolean;
  path?: string;
  rest?: TestRecord;
}

interface TestVm {
  disks: TestDisk[];
  /** Consumed MiB, by key of the disk where one is named. */
  partitions?: { key?: number; consumed: number }[];
  info?: TestRecord;
  snapshots?: TestRecord[];
}

/** VMs by name; the keys of their disks are 2000, 2001 and so on. */
function workbookOf(vms: Record<string, TestVm>, datastores: TestRecord[] = []): TestWorkbook {
  const all = Object.entries(vms);
  const partitions = all.flatMap(([name, vm]) =>
    (vm.partitions ?? []).map(({ key = null, consumed }, index) => ({
      VM: name,
      Disk: `/${index}`,
      'Disk Key': key,
      'Consumed MiB': consumed,
    })),
  );
  const snapshots = all.flatMap(([name, vm]) => (vm.snapshots ?? []).map((snapshot) => ({ VM: name, ...snapshot })));
  return {
    sheets: {
      vInfo: table(all.map(([name, vm]) => ({ VM: name, Powerstate: 'poweredOn', CBT: 'TRUE', ...vm.info }))),
      vDisk: table(
        all.flatMap(([name, vm]) =>
          vm.disks.map(({ size = 1024, thin = true, path = `[san] ${name}/${name}.vmdk`, rest = {} }, index) => ({
            VM: name,
            Disk: `Hard disk ${index + 1}`,
            'Disk Key': 2000 + index,
            'Capacity MiB': size,
            Thin: thin,
            Path: path,
            ...rest,
          })),
        ),
      ),
      ...(partitions.length > 0 ? { vPartition: table(partitions) } : {}),
      ...(snapshots.length > 0 ? { vSnapshot: table(snapshots) } : {}),
      ...(datastores.length > 0 ? { vDatastore: table(datastores) } : {}),
    },
  };
}

/** What is used on each disk of the one VM, in MiB. */
function usedOf(vm: TestVm): { used: unknown[]; assumed: string[]; yaml: string } {
  const { scenario, report, yaml } = importWorkbook(workbookOf({ web: vm }));
  const assumed = report.assumptions.filter(({ path }) => /^vms\..*\.used$/.test(path)).map(({ value }) => value);
  return { used: disksOf(scenario, 'web').map((disk) => disk.used), assumed, yaml };
}

describe('what is used on each of several disks', () => {
  test('is what the partitions consume whose key is that of the disk', () => {
    const partitions = [
      { key: 2001, consumed: 300 },
      { key: 2000, consumed: 100 },
      { key: 2001, consumed: 77 },
    ];
    expect(usedOf({ disks: [{}, {}], partitions })).toMatchObject({ used: ['100MiB', '377MiB'], assumed: [] });
  });

  test('is divided by the room that is left where partitions name no disk', () => {
    // 400 MiB on the first disk leave 600 and 1,800 MiB of room; 800 MiB go there one to three.
    const partitions = [{ key: 2000, consumed: 400 }, { consumed: 700 }, { consumed: 100 }];
    const vm = { disks: [{ size: 1000 }, { size: 1800 }], partitions };
    expect(usedOf(vm)).toMatchObject({ used: ['600MiB', '600MiB'], assumed: ['divided among its disks'] });
  });

  test('is divided likewise where a volume is larger than the disk that it names, and where it names one that is not there', () => {
    // 1,500 MiB fill the first disk of 1,000 MiB; 500 and 400 MiB have only the second left.
    const spanned = [
      { key: 2000, consumed: 1500 },
      { key: 2007, consumed: 400 },
    ];
    expect(usedOf({ disks: [{ size: 1000 }, { size: 3000 }], partitions: spanned }).used).toEqual(['1000MiB', '900MiB']);
  });

  test('is nothing where the guest has no partition, which is among what to look at first', () => {
    const { scenario, report } = importWorkbook(workbookOf({ web: { disks: [{}, {}], partitions: [{ key: 2000, consumed: 7 }] } }));
    expect(disksOf(scenario, 'web').map((disk) => disk.used)).toEqual(['7MiB', '0MiB']);
    expect(report.lookFirst).toContainEqual(expect.objectContaining({ path: 'vms.*.disks.*.used', value: '0MiB' }));
  });

  test('is the size of every disk at most, and what is more is listed', () => {
    const { scenario, report } = importWorkbook(workbookOf({ web: { disks: [{ size: 10 }, { size: 20 }], partitions: [{ consumed: 31 }] } }));
    expect(disksOf(scenario, 'web').map((disk) => disk.used)).toEqual(['10MiB', '20MiB']);
    expect(report.assumptions).toContainEqual({
      path: 'vms.web.used',
      value: '30MiB',
      source: 'vPartition Consumed says 31 MiB, more than the size: taken as the size',
    });
  });

  test.each([
    ['thin disks share In Use by their size', [1000, 3000], [true, true], 1200, ['300MiB', '900MiB']],
    ['thick disks count in full, and thin ones share the rest', [1000, 500, 1500], [false, true, true], 1400, ['1000MiB', '100MiB', '300MiB']],
    ['thick disks alone share what is not even enough for them', [1000, 500, 3000], [false, true, false], 400, ['100MiB', '0MiB', '300MiB']],
    ['thick disks are full at most', [1000, 3000], [false, false], 9999, ['1000MiB', '3000MiB']],
    ['whole MiB that do not divide evenly are all there', [100, 100, 100], [true, true, true], 100, ['33MiB', '34MiB', '33MiB']],
  ])('without partitions: %s', (_, sizes, thin, inUse, used) => {
    const vm = { disks: sizes.map((size, index) => ({ size, thin: thin[index] === true })), info: { 'In Use MiB': inUse } };
    expect(usedOf(vm).used).toEqual(used);
    expect(usedOf(vm).assumed).toContain('In Use, divided among its disks');
  });

  test('is the size where nothing is known', () => {
    expect(usedOf({ disks: [{ size: 10 }, { size: 20 }] })).toMatchObject({ used: ['10MiB', '20MiB'], assumed: ['the size'] });
  });

  test('is said once above all VMs, and on a line only where it differs', () => {
    const own = {
      disks: [{}, {}],
      partitions: [
        { key: 2000, consumed: 1 },
        { key: 2001, consumed: 2 },
      ],
    };
    const { yaml } = importWorkbook(workbookOf({ a: own, b: own, c: { disks: [{}, {}], info: { 'In Use MiB': 100 } } }));
    expect(yaml).toMatch(/^ {2}# disks: each on the datastore of its path; used: each disk by its own partitions$/m);
    expect(yaml).toMatch(/^ {2}a:$/m);
    expect(yaml).toMatch(/^ {2}c: {3}# used: vInfo In Use, divided by the room on each disk$/m);
  });
});

describe('the disks of a VM', () => {
  test('are each thin or thick by themselves, and only one disk keeps the short form', () => {
    const { scenario, report } = importWorkbook(workbookOf({ two: { disks: [{ thin: false }, { size: 2048 }] }, one: { disks: [{ thin: false }] } }));
    expect(disksOf(scenario, 'two')).toEqual([
      { datastore: 'san', size: '1GiB', used: '1GiB', provisioning: 'thick' },
      { datastore: 'san', size: '2GiB', used: '2GiB' },
    ]);
    expect(scenario.vms.one).toEqual({ datastore: 'san', size: '1GiB', used: '1GiB', provisioning: 'thick' });
    expect(report.assumptions.filter(({ path }) => path === 'vms.*.provisioning')).toEqual([]);
  });

  test('lie where others of the VM do when they have no path, and where the VM does when none has', () => {
    const some = { disks: [{ path: '' }, { path: '[b] web/web_1.vmdk' }, { path: '[c] web/web_2.vmdk' }], info: { Path: '[a] web/web.vmx' } };
    const none = { disks: [{ path: '' }, { path: '' }], info: { Path: '[a] db/db.vmx' } };
    const { scenario } = importWorkbook(workbookOf({ some, none }));
    expect(disksOf(scenario, 'some').map((disk) => disk.datastore)).toEqual(['b', 'b', 'c']);
    expect(disksOf(scenario, 'none').map((disk) => disk.datastore)).toEqual(['a', 'a']);
  });

  test('without a size are set aside, and the others stay', () => {
    const { scenario, report } = importWorkbook(workbookOf({ web: { disks: [{ size: null }, { size: 5 }, { size: 0 }] } }));
    expect(scenario.vms.web).toMatchObject({ size: '5MiB' });
    expect(report.setAside.map(({ row, name, reason }) => [row, name, reason])).toEqual([
      [2, 'web: Hard disk 1', 'no size in the file, or a size of 0'],
      [4, 'web: Hard disk 3', 'no size in the file, or a size of 0'],
    ]);
  });

  test('fill their own datastores: thick ones by their size, thin ones by what is used, snapshots with the disk that they are of', () => {
    const web: TestVm = {
      disks: [
        { size: 4000, thin: false, path: '[gold] web/web.vmdk' },
        { size: 8000, path: '[silver] web/web_1-000001.vmdk' },
      ],
      partitions: [
        { key: 2000, consumed: 1000 },
        { key: 2001, consumed: 500 },
      ],
      snapshots: [{ 'Date / time': '2026-03-17 12:00:00', 'Size MiB (total)': 60 }],
    };
    const datastores = ['gold', 'silver'].map((Name) => ({ Name, 'Capacity MiB': 100_000, 'In Use MiB': 10_000 }));
    const { scenario } = importWorkbook(workbookOf({ web }, datastores));
    // Gold: 10,000 less 4,000 MiB; silver: 10,000 less 500 and 60 MiB.
    expect(scenario.datastores).toMatchObject({ gold: { otherUsed: '6000MiB' }, silver: { otherUsed: '9440MiB' } });
    expect(scenario.vms.web?.snapshots).toEqual([{ taken: '2026-03-17T12:00', size: '60MiB', kind: 'user', disk: 1 }]);
  });

  test('of which one lies on a datastore with namesakes are settled, and listed, once for each name', () => {
    const web = { disks: [{ path: '[local] a.vmdk' }, { path: '[local] b.vmdk' }, { path: '[san] c.vmdk' }] };
    const datastores = ['local', 'local', 'san'].map((Name) => ({ Name, 'Capacity MiB': 100_000, 'In Use MiB': 9000 }));
    const { scenario, report } = importWorkbook(workbookOf({ web }, datastores));
    expect(disksOf(scenario, 'web').map((disk) => disk.datastore)).toEqual(['local', 'local', 'san']);
    expect(report.assumptions.filter(({ path }) => path === 'vms.web.datastore')).toHaveLength(1);
  });

  test('keep like VMs in one group, which ends where a single disk differs', () => {
    const vm = (size: number): TestVm => ({
      disks: [
        { size: 1024, path: '[a] x.vmdk' },
        { size, path: '[b] y.vmdk' },
      ],
    });
    const { scenario, yaml } = importWorkbook(workbookOf({ 'web-01': vm(2048), 'web-02': vm(2048), 'web-03': vm(4096) }));
    expect(Object.entries(scenario.vms).map(([name, { count }]) => [name, count])).toEqual([
      ['web', 2],
      ['web-03', undefined],
    ]);
    const { plan } = loadScenario({ path: 'imported.yaml', text: yaml, readFile: () => '' });
    expect(plan.vms.map(({ name, disks }) => [name, disks.map((disk) => [disk.datastore, disk.sizeBytes / mebibyte])])).toEqual([
      [
        'web-01',
        [
          ['a', 1024],
          ['b', 2048],
        ],
      ],
      [
        'web-02',
        [
          ['a', 1024],
          ['b', 2048],
        ],
      ],
      [
        'web-03',
        [
          ['a', 1024],
          ['b', 4096],
        ],
      ],
    ]);
  });

  test('that are off write nothing, each of them', () => {
    const { scenario } = importWorkbook(workbookOf({ web: { disks: [{}, {}], info: { Powerstate: 'poweredOff' } } }));
    expect(disksOf(scenario, 'web').map((disk) => disk.writes)).toEqual([{ changed: '0MiB/day' }, { changed: '0MiB/day' }]);
  });
});

describe('the snapshots of a VM with several disks', () => {
  const snapshot = (mebibytes: number) => [{ 'Date / time': '2026-03-17 12:00:00', 'Size MiB (total)': mebibytes }];
  const plain = (size: number): TestDisk => ({ size, path: '[san] web/web.vmdk' });
  const delta = (size: number): TestDisk => ({ size, path: '[san] web/web-000002.vmdk' });

  test.each<[string, TestDisk[], number, { disk: number; size: string }]>([
    ['are of the first where no path tells', [plain(100), plain(200)], 50, { disk: 0, size: '50MiB' }],
    ['are of the first that can hold them', [plain(100), plain(200)], 150, { disk: 1, size: '150MiB' }],
    ['are of the one whose path is that of a delta', [plain(100), delta(200)], 50, { disk: 1, size: '50MiB' }],
    ['are of the first of several that run on deltas', [plain(100), delta(200), delta(300)], 50, { disk: 1, size: '50MiB' }],
    ['are cut to the largest that they can be of', [plain(900), delta(200), delta(300)], 500, { disk: 2, size: '300MiB' }],
  ])('%s', (_, disks, mebibytes, expected) => {
    const { scenario, yaml } = importWorkbook(workbookOf({ web: { disks, snapshots: snapshot(mebibytes) } }));
    expect(scenario.vms.web?.snapshots).toEqual([{ taken: '2026-03-17T12:00', kind: 'user', ...expected }]);
    const { plan } = loadScenario({ path: 'imported.yaml', text: yaml, readFile: () => '' });
    expect(plan.vms[0]?.disks.map((disk) => disk.snapshots.length)).toEqual(disks.map((_disk, index) => (index === expected.disk ? 1 : 0)));
  });

  test('are of no disk on which nothing is ever written', () => {
    const disks = [delta(100), plain(200)];
    const { scenario } = importWorkbook(workbookOf({ web: { disks, partitions: [{ key: 2001, consumed: 9 }], snapshots: snapshot(50) } }));
    expect(scenario.vms.web?.snapshots).toEqual([expect.objectContaining({ disk: 1, size: '50MiB' })]);
  });

  test('are listed as assumed where paths leave it open', () => {
    const places = (disks: TestDisk[]) =>
      importWorkbook(workbookOf({ web: { disks, snapshots: snapshot(50) } })).report.assumptions.filter(
        ({ path }) => path === 'vms.*.snapshots.disk',
      );
    expect(places([plain(100), plain(200)])).toHaveLength(1);
    expect(places([delta(100), delta(200)])).toHaveLength(1);
    expect(places([plain(100), delta(200)])).toEqual([]);
    expect(places([plain(100)])).toEqual([]);
  });
});

describe('measurements of a VM with several disks', () => {
  async function importMeasured(vm: TestVm, kibibytes: [write: number, read: number]) {
    const rows = [`web,KBps,${kibibytes[0]},virtualDisk.write.average`, `web,KBps,${kibibytes[1]},virtualDisk.read.average`];
    const pieces = [new TextEncoder().encode(['Entity,Unit,Value,MetricId', ...rows].join('\n'))];
    const rates = await readRates([{ fileName: 'stats.csv', pieces }]);
    const { yaml, report } = importRvtools({ files: [{ fileName: 'export.xlsx', bytes: buildXlsx(workbookOf({ web: vm })) }], rates });
    const { plan } = loadScenario({ path: 'imported.yaml', text: yaml, readFile: () => '' });
    return { disks: disksOf(parse(yaml) as ImportedScenario, 'web'), report, plan };
  }

  test('are shared in proportion to what is used on each', async () => {
    const partitions = [
      { key: 2000, consumed: 100 },
      { key: 2001, consumed: 300 },
    ];
    const { disks, report } = await importMeasured({ disks: [{}, {}, {}], partitions }, [4000, 800]);
    expect(disks.map(({ writes, reads }) => [writes, reads])).toEqual([
      [{ rate: '1000KiB/s' }, { rate: '200KiB/s' }],
      [{ rate: '3000KiB/s' }, { rate: '600KiB/s' }],
      [{ rate: '0KiB/s' }, { rate: '0KiB/s' }],
    ]);
    expect(report.assumptions).toContainEqual(expect.objectContaining({ path: 'vms.*.disks.*.writes.rate', value: 'by what is used on each' }));
  });

  test('are shared by size where nothing is in use', async () => {
    const { disks } = await importMeasured({ disks: [{ size: 100 }, { size: 300 }], info: { 'In Use MiB': 0 } }, [4000, 800]);
    expect(disks.map(({ writes }) => writes)).toEqual([{ rate: '1000KiB/s' }, { rate: '3000KiB/s' }]);
  });

  test('below the default of what changes lower it on every disk, to all that is written there', async () => {
    // 5 % of 30,000 MiB are 1,500 MiB a day. 8 KiB/s write 675 MiB a day, a third and two thirds: 2.67 KiB/s are 225.28 MiB, 5.33 KiB/s 449.71 MiB.
    const vm = { disks: [{ size: 10_000 }, { size: 20_000 }] };
    const { disks, report, plan } = await importMeasured(vm, [8, 8]);
    expect(disks.map(({ writes }) => writes)).toEqual([
      { changed: '225MiB/day', rate: '2.67KiB/s' },
      { changed: '449MiB/day', rate: '5.33KiB/s' },
    ]);
    expect(report.lookFirst.filter(({ path }) => path === 'vms.web.writes.changed')).toEqual([expect.objectContaining({ value: '675MiB/day' })]);
    expect(plan.vms[0]?.disks.map((disk) => disk.writes.changedBytesPerDay)).toEqual([225 * mebibyte, 449 * mebibyte]);
  });
});

describe('totals', () => {
  const disk = fc.record({
    size: fc.integer({ min: 1, max: 5000 }),
    datastore: fc.constantFrom('a', 'b', 'c'),
    thin: fc.boolean(),
    consumed: fc.option(fc.integer({ min: 0, max: 9000 })),
    isNamed: fc.boolean(),
  });
  const estate = fc.array(fc.record({ disks: fc.array(disk, { minLength: 1, maxLength: 5 }), inUse: fc.integer({ min: 0, max: 30_000 }) }), {
    minLength: 1,
    maxLength: 6,
  });

  test('of size on each datastore, and of what each VM uses, are those of the file', () => {
    fc.assert(
      fc.property(estate, (vms) => {
        const named = vms.map(({ disks, inUse }, index): [string, TestVm] => [
          `vm${index}`,
          {
            disks: disks.map(({ size, datastore, thin }) => ({ size, thin, path: `[${datastore}] x.vmdk` })),
            partitions: disks.flatMap(({ consumed, isNamed }, at) =>
              consumed === null ? [] : [{ consumed, ...(isNamed ? { key: 2000 + at } : {}) }],
            ),
            info: { 'In Use MiB': inUse },
          },
        ]);
        const { yaml, report } = importWorkbook(workbookOf(Object.fromEntries(named)));
        const { plan } = loadScenario({ path: 'imported.yaml', text: yaml, readFile: () => '' });
        const all = plan.vms.flatMap((vm) => vm.disks);
        for (const name of ['a', 'b', 'c']) {
          const inFile = vms.flatMap((vm) => vm.disks).filter(({ datastore }) => datastore === name);
          const sizes = all.filter(({ datastore }) => datastore === name).map(({ sizeBytes }) => sizeBytes / mebibyte);
          expect(sizes).toEqual(inFile.map(({ size }) => size));
        }
        expect(all.every(({ usedBytes, sizeBytes }) => usedBytes <= sizeBytes)).toBe(true);
        const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
        const used = vms.map(({ disks, inUse }) => {
          const consumed = disks.flatMap((one) => one.consumed ?? []);
          return Math.min(consumed.length > 0 ? sum(consumed) : inUse, sum(disks.map(({ size }) => size)));
        });
        expect(plan.vms.map((vm) => sum(vm.disks.map(({ usedBytes }) => usedBytes)) / mebibyte)).toEqual(used);
        expect(report.totals).toMatchObject({ disks: all.length, usedBytes: sum(used) * mebibyte });
        expect(report.comparisons.map(({ addsUp }) => addsUp)).not.toContain(false);
      }),
      { numRuns: 60, seed: 20_260_318 },
    );
  });
});
