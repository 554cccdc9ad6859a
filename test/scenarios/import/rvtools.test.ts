import { describe, expect, test } from 'vitest';
import { estate47, importWorkbook, oneVm, table } from './fixture.ts';

const mebibyte = 2 ** 20;

describe('an export of RVTools 4.7', () => {
  const { scenario, report, yaml } = importWorkbook(estate47());

  test('puts each disk on the datastore of its path, with what its own partitions consume', () => {
    expect(scenario.vms.web).toEqual({
      host: 'esx1.example',
      tags: ['cluster:blue'],
      disks: [
        { datastore: 'fast', size: '40GiB', used: '20000MiB' },
        { datastore: 'slow', size: '60GiB', used: '30000MiB' },
      ],
      snapshots: [{ taken: '2026-03-17T12:00', size: '2GiB', kind: 'user', disk: 0 }],
    });
  });

  test('leaves raw and independent disks and their partitions out of a VM and lists them', () => {
    expect(scenario.vms.db).toMatchObject({ size: '200GiB', used: '150000MiB', provisioning: 'thick', changeTracking: false });
    expect(report.setAside.filter((item) => item.sheet === 'vDisk')).toEqual([
      { sheet: 'vDisk', row: 4, name: 'db: Hard disk 1', reason: 'raw device mapping' },
      { sheet: 'vDisk', row: 6, name: 'db: Hard disk 3', reason: 'independent disk, which no snapshot holds' },
    ]);
  });

  test('lets a powered-off VM write nothing', () => {
    expect(scenario.vms.old).toMatchObject({ host: 'esx1.example', datastore: 'slow', size: '10GiB', used: '4GiB', writes: { changed: '0MiB/day' } });
    expect(report.totals.vmsNotRunning).toBe(1);
  });

  test('sets templates, placeholders and cluster service VMs aside', () => {
    expect(Object.keys(scenario.vms)).toEqual(['web', 'db', 'old']);
    expect(report.setAside.filter((item) => item.sheet === 'vInfo').map(({ row, name }) => [row, name])).toEqual([
      [5, 'golden'],
      [6, 'shadow'],
      [7, 'vCLS-0b1c'],
    ]);
  });

  test('counts what is in use on a datastore beside the imported disks and snapshots as other use', () => {
    expect(scenario.datastores).toEqual({
      fast: { class: 'hybrid', capacity: '1024GiB', otherUsed: '80352MiB' },
      slow: { class: 'hybrid', capacity: '500GiB', otherUsed: '68304MiB' },
    });
  });

  test('sizes the repository for what the job keeps, at a reduction of 2', () => {
    // Twice 50,000 and 4,096 MiB, eight times 150,000 MiB without change tracking: halved, 654,096 MiB or 638.8 GiB.
    expect(scenario.repositories).toEqual({ 'repository-1': { capacity: '639GiB', read: '500MiB/s', write: '500MiB/s', slots: 8 } });
  });

  test('adds up to the totals computed by hand', () => {
    expect(report.totals).toEqual({
      vms: 3,
      vmsNotRunning: 1,
      disks: 4,
      snapshots: 1,
      datastores: 2,
      hosts: 1,
      sizeBytes: (102_400 + 204_800 + 10_240) * mebibyte,
      usedBytes: (50_000 + 150_000 + 4_096) * mebibyte,
      snapshotBytes: 2_048 * mebibyte,
    });
  });

  test('starts on the evening after the workbook was created', () => {
    expect(scenario.start).toBe('2026-03-19T18:00');
  });

  test('keeps addresses, identifiers and service tags out of the scenario and the report', () => {
    expect(yaml + JSON.stringify(report)).not.toMatch(/192\.0\.2|uuid-|secret-uuid|vcenter\.example|TAG/);
  });

  test('names a custom attribute as unknown and reads the rest without an alias', () => {
    expect(report.unknownColumns).toEqual([{ sheet: 'vInfo', column: 'Last Backup' }]);
    expect(report.aliases).toEqual([]);
    expect(report.missingSheets).toEqual([]);
  });
});

describe('header dialects', () => {
  const expected = { host: 'esx1', datastore: 'datastore-blue', size: '1000MiB', used: '600MiB', tags: ['cluster:blue'] };

  test('reads MB of versions before 4.1 as the MiB that it always was', () => {
    const vInfo = table([{ VM: 'web', Powerstate: 'poweredOn', 'Provisioned MB': 1000, 'In Use MB': 600, Cluster: 'blue', Host: 'esx1' }]);
    const { scenario, report } = importWorkbook({ sheets: { vInfo } });
    expect(scenario.vms.web).toEqual(expected);
    expect(report.aliases).toEqual([
      { sheet: 'vInfo', column: 'Provisioned MB', readAs: 'Provisioned MiB' },
      { sheet: 'vInfo', column: 'In Use MB', readAs: 'In Use MiB' },
    ]);
  });

  test('reads the column names of a database export', () => {
    const vInfo = table([
      { vInfoVMName: 'web', vInfoPowerstate: 'poweredOn', vInfoProvisioned: 1000, vInfoInUse: 600, vInfoCluster: 'blue', vInfoHost: 'esx1' },
      { vInfoVMName: 'base', vInfoTemplate: 'True', vInfoProvisioned: 1000 },
    ]);
    const { scenario, report } = importWorkbook({ sheets: { vInfo } });
    expect(scenario.vms).toEqual({ web: expected });
    expect(report.aliases).toHaveLength(7);
  });

  test('does not care for the order of columns, the case of headers and blanks around them', () => {
    const vInfo = table([{ Host: 'esx1', ' in use mib ': 600, 'PROVISIONED MIB': 1000, cluster: 'blue', POWERSTATE: 'poweredon', vm: 'web' }]);
    expect(importWorkbook({ sheets: { vInfo } }).scenario.vms.web).toEqual(expected);
  });

  test('prefers the current name where a sheet has several names of one column', () => {
    const { scenario } = importWorkbook(oneVm({ 'In Use MB': 1, 'In Use MiB': 600 }));
    expect(scenario.vms.web).toMatchObject({ used: '600MiB' });
  });
});

describe('what the file leaves open', () => {
  test('prefers disk capacities over the total and the total over what is provisioned', () => {
    const sizes = { 'Total disk capacity MiB': 2000, 'Provisioned MiB': 3000, 'In Use MiB': 500 };
    const vDisk = table([{ VM: 'web', 'Capacity MiB': 1500 }]);
    expect(importWorkbook(oneVm(sizes, { vDisk })).scenario.vms.web?.size).toBe('1500MiB');
    expect(importWorkbook(oneVm(sizes)).scenario.vms.web?.size).toBe('2000MiB');
    expect(importWorkbook(oneVm({ ...sizes, 'Total disk capacity MiB': null })).scenario.vms.web?.size).toBe('3000MiB');
  });

  test('takes used above the size as the size and lists it', () => {
    const { scenario, report } = importWorkbook(oneVm({ 'Total disk capacity MiB': 1000, 'In Use MiB': 1200 }));
    expect(scenario.vms.web).toMatchObject({ size: '1000MiB', used: '1000MiB' });
    expect(report.assumptions).toContainEqual({
      path: 'vms.web.used',
      value: '1000MiB',
      source: 'vInfo In Use says 1200 MiB, more than the size: taken as the size',
    });
  });

  test('sets a VM without any size aside', () => {
    const vInfo = table([
      { VM: 'web', 'Total disk capacity MiB': 1000 },
      { VM: 'empty', 'Total disk capacity MiB': 0 },
    ]);
    const { scenario, report } = importWorkbook({ sheets: { vInfo } });
    expect(Object.keys(scenario.vms)).toEqual(['web']);
    expect(report.setAside).toEqual([{ sheet: 'vInfo', row: 3, name: 'empty', reason: 'no disk size in the file, or a size of 0' }]);
  });

  test('sizes one datastore per cluster so that the disks fill 70 % of it', () => {
    const vInfo = table([
      { VM: 'a', 'Total disk capacity MiB': 9999, 'In Use MiB': 7168, Cluster: 'blue' },
      { VM: 'b', 'Total disk capacity MiB': 9999, 'In Use MiB': 7168, Cluster: 'blue' },
      { VM: 'c', 'Total disk capacity MiB': 9999, 'In Use MiB': 700 },
    ]);
    const { scenario, report } = importWorkbook({ sheets: { vInfo } });
    expect(scenario.datastores).toEqual({
      'datastore-blue': { class: 'hybrid', capacity: '20GiB' },
      'datastore-1': { class: 'hybrid', capacity: '1GiB' },
    });
    expect(report.assumptions.find((item) => item.path === 'datastores.datastore-blue.capacity')?.source).toContain('not in the file');
  });

  test('gives sixteen VMs of a cluster one datastore, numbered in the order of the VMs', () => {
    const vInfo = table(Array.from({ length: 40 }, (_, index) => ({ VM: `vm${index}`, 'Total disk capacity MiB': 1024, Cluster: 'blue' })));
    const { scenario } = importWorkbook({ sheets: { vInfo } });
    expect(Object.keys(scenario.datastores)).toEqual(['datastore-blue', 'datastore-blue-2', 'datastore-blue-3']);
    expect(Object.values(scenario.vms).map((vm) => vm.datastore)).toEqual(
      Array.from({ length: 40 }, (_, index) => (index < 16 ? 'datastore-blue' : index < 32 ? 'datastore-blue-2' : 'datastore-blue-3')),
    );
  });

  test('says where datastores come from once, and on a line only what differs', () => {
    const vDatastore = table(['a', 'b'].map((Name) => ({ Name, 'Capacity MiB': 1024, 'In Use MiB': 0 })));
    const { yaml } = importWorkbook(oneVm({ Path: '[elsewhere] web/web.vmx' }, { vDatastore }));
    expect(yaml).toMatch(/^datastores: {3}# vDatastore; class assumed$/m);
    expect(yaml).toMatch(/^ {2}a: \{ .* \}$/m);
    expect(yaml).toMatch(/^ {2}elsewhere: \{ .* \} {3}# assumed: of such a capacity that the VMs below fill 70 %$/m);
  });

  test('keeps the name of a datastore that only a path tells', () => {
    const { scenario } = importWorkbook(oneVm({ Path: '[san one] web/web.vmx' }));
    expect(scenario.vms.web?.datastore).toBe('san one');
    expect(scenario.datastores).toHaveProperty('san one');
  });

  test('enlarges a datastore that is too small for what has to lie on it and says so', () => {
    const vDatastore = table([{ Name: 'san', 'Capacity MiB': 40000, 'In Use MiB': 30000 }]);
    const { scenario, report } = importWorkbook(oneVm({ Path: '[san] web/web.vmx' }, { vDatastore }));
    // 51,200 MiB at 95 % are 53,894.7 MiB, that is 52.6 GiB.
    expect(scenario.datastores.san).toEqual({ class: 'hybrid', capacity: '53GiB', otherUsed: '0MiB' });
    expect(report.assumptions.map((item) => item.path)).toEqual(expect.arrayContaining(['datastores.san.capacity', 'datastores.san.otherUsed']));
  });

  test('numbers VMs and datastores of one name apart, without taking a name that the file gives to another', () => {
    const vm = (name: string, server: string) => ({
      VM: name,
      'VI SDK UUID': server,
      'Total disk capacity MiB': 1024,
      'In Use MiB': 1024,
      Path: '[san] a/a.vmx',
    });
    const vDatastore = table([
      { Name: 'san', 'Capacity MiB': 10240, 'In Use MiB': 1024, 'VI SDK UUID': 'left' },
      { Name: 'san', 'Capacity MiB': 20480, 'In Use MiB': 2048, 'VI SDK UUID': 'right' },
    ]);
    const { scenario, report } = importWorkbook({
      sheets: { vInfo: table([vm('web', 'left'), vm('web', 'right'), vm('web-2', 'right')]), vDatastore },
    });
    expect(Object.keys(scenario.vms)).toEqual(['web', 'web-3', 'web-2']);
    expect(Object.values(scenario.vms).map((entry) => entry.datastore)).toEqual(['san', 'san-2', 'san-2']);
    expect(report.assumptions.map((item) => item.path)).toEqual(expect.arrayContaining(['vms.web-3', 'datastores.san-2']));
  });

  test('adds hosts that only VMs name', () => {
    const { scenario, report } = importWorkbook(oneVm({ Host: 'esx9' }, { vHost: table([{ Host: 'esx1' }]) }));
    expect(scenario.hosts).toEqual({ esx1: {}, esx9: {} });
    expect(report.assumptions).toContainEqual(expect.objectContaining({ path: 'hosts.*', value: 'added' }));
  });

  test('skips rows without a name wherever they stand', () => {
    const vInfo = [
      ...table([{ VM: 'a', 'Total disk capacity MiB': 1000 }]),
      [null, null],
      ['', 5],
      ...table([{ VM: 'b', 'Total disk capacity MiB': 1000 }]).slice(1),
    ];
    const { scenario, report } = importWorkbook({ sheets: { vInfo } });
    expect(Object.keys(scenario.vms)).toEqual(['a', 'b']);
    expect(report.sheets).toEqual([{ sheet: 'vInfo', rowsRead: 2, rowsWithoutKey: 2, cellsBeyondLimit: 0 }]);
  });

  test('leaves a row of a detail sheet out when several VMs or none could own it', () => {
    const vInfo = table([
      { VM: 'twin', 'Total disk capacity MiB': 1000 },
      { VM: 'twin', 'Total disk capacity MiB': 1000 },
    ]);
    const vPartition = table([
      { VM: 'twin', 'Consumed MiB': 10 },
      { VM: 'gone', 'Consumed MiB': 10 },
    ]);
    const { report } = importWorkbook({ sheets: { vInfo, vPartition } });
    expect(report.setAside.map((item) => item.reason)).toEqual(['could belong to any of several VMs of this name', 'belongs to no VM of vInfo']);
  });

  test('tells VMs of one name apart by their folder', () => {
    const vInfo = table([
      { VM: 'twin', Folder: 'left', 'Total disk capacity MiB': 1000 },
      { VM: 'twin', Folder: 'right', 'Total disk capacity MiB': 1000 },
    ]);
    const vPartition = table([{ VM: 'twin', Folder: 'right', 'Consumed MiB': 10 }]);
    const { scenario } = importWorkbook({ sheets: { vInfo, vPartition } });
    expect(Object.values(scenario.vms).map((vm) => vm.used)).toEqual(['1000MiB', '10MiB']);
  });
});

describe('snapshots and times', () => {
  const snapshot = (changes = {}) => table([{ VM: 'web', 'Date / time': '2026-05-04 10:00:00', 'Size MiB (total)': 1024, ...changes }]);

  test('caps a snapshot at the size of its disk and says so', () => {
    const { scenario, report } = importWorkbook(oneVm({ 'Total disk capacity MiB': 500, 'In Use MiB': 400 }, { vSnapshot: snapshot() }));
    expect(scenario.vms.web?.snapshots).toEqual([{ taken: '2026-05-04T10:00', size: '500MiB', kind: 'user' }]);
    expect(report.assumptions).toContainEqual(expect.objectContaining({ path: 'vms.web.snapshots.size', value: '500MiB' }));
  });

  test('puts snapshots in order of age', () => {
    const vSnapshot = table([
      { VM: 'web', 'Date / time': '2026-05-04 10:00:00', 'Size MiB (total)': 1 },
      { VM: 'web', 'Date / time': '2026/05/03 10:00:30', 'Size MiB (total)': 2 },
    ]);
    expect(importWorkbook(oneVm({}, { vSnapshot })).scenario.vms.web?.snapshots).toEqual([
      { taken: '2026-05-03T10:00:30', size: '2MiB', kind: 'user' },
      { taken: '2026-05-04T10:00', size: '1MiB', kind: 'user' },
    ]);
  });

  test('leaves the snapshot of a VM that writes nothing out: no law reaches its size', () => {
    const { scenario, report } = importWorkbook(oneVm({ Powerstate: 'poweredOff' }, { vSnapshot: snapshot() }));
    expect(scenario.vms.web).not.toHaveProperty('snapshots');
    expect(report.setAside).toContainEqual(expect.objectContaining({ sheet: 'vSnapshot', row: 2, name: 'web' }));
  });

  test.each([0, null])('leaves a snapshot of size %j out', (size) => {
    const { scenario, report } = importWorkbook(oneVm({}, { vSnapshot: snapshot({ 'Size MiB (total)': size }) }));
    expect(scenario.vms.web).not.toHaveProperty('snapshots');
    expect(report.setAside).toEqual([{ sheet: 'vSnapshot', row: 2, name: 'web', reason: 'snapshot without a size, or of size 0' }]);
  });

  test('starts after a snapshot that is younger than the export says to be', () => {
    const { scenario } = importWorkbook({ ...oneVm({}, { vSnapshot: snapshot() }), created: '2026-05-01T00:00:00Z' });
    expect(scenario.start).toBe('2026-05-05T18:00');
  });

  test('takes the date of the export from vMetaData before all others', () => {
    const vMetaData = table([{ 'RVTools version': '4.7.1.4', 'xlsx creation datetime': '2026-06-01 23:59:59' }]);
    expect(importWorkbook({ ...oneVm({}, { vMetaData }), created: '2026-05-01T00:00:00Z' }).scenario.start).toBe('2026-06-02T18:00');
  });

  test('takes the newest date in the file where nothing states the date of the export', () => {
    expect(importWorkbook(oneVm({ 'Creation date': '2025/12/31 12:00:00' })).scenario.start).toBe('2026-01-01T18:00');
  });

  test('takes a fixed date where the file has none, and an unset date is none', () => {
    const { scenario, report } = importWorkbook(oneVm({ 'Creation date': '1969-12-31 22:00:00' }));
    expect(scenario.start).toBe('2026-01-05T18:00');
    expect(report.assumptions).toContainEqual({ path: 'start', value: '2026-01-05T18:00', source: 'the file has no date' });
  });

  test.each([
    ['1900', false, 46098.5],
    ['1904', true, 46098.5 - 1462],
  ])('reads serial dates of the %s system', (_, date1904, serial) => {
    const { scenario } = importWorkbook({ ...oneVm({}, { vSnapshot: snapshot({ 'Date / time': serial }) }), date1904 });
    expect(scenario.vms.web?.snapshots).toEqual([{ taken: '2026-03-17T12:00', size: '1GiB', kind: 'user' }]);
  });
});

describe('cells', () => {
  test.each([
    ['16384', 16384],
    ['16,384', 16384],
    ['16.384', 16384],
    ['1 016 384', 1016384],
    ["16'384", 16384],
    ['16\u00a0384', 16384],
    [' 7 ', 7],
  ])('reads the text %j as a whole number', (text, mebibytes) => {
    expect(importWorkbook(oneVm({ 'Total disk capacity MiB': 2_000_000, 'In Use MiB': text })).report.totals.usedBytes).toBe(mebibytes * mebibyte);
  });

  test.each(['16,38', '1,6384', '16.384,5', '1.016,384', 'many', '-5', '1e3', '12 MiB', 0.5, -1, 1e12, true])(
    'refuses %j as a size and names the cell',
    (cell) => {
      expect(() => importWorkbook(oneVm({ 'In Use MiB': cell }))).toThrow(/^export\.xlsx: sheet vInfo, row 2, column "In Use MiB": /);
    },
  );

  test.each([true, 'True', 'TRUE', 1])('reads %j as true', (cell) => {
    const vInfo = table([
      { VM: 'a', Template: cell, 'Total disk capacity MiB': 5 },
      { VM: 'b', 'Total disk capacity MiB': 5 },
    ]);
    expect(Object.keys(importWorkbook({ sheets: { vInfo } }).scenario.vms)).toEqual(['b']);
  });

  test('refuses a flag, a power state and a date that are none', () => {
    const place = 'export.xlsx: sheet vInfo, row 2, column';
    expect(() => importWorkbook(oneVm({ Template: 'maybe' }))).toThrow(`${place} "Template": "maybe" is neither True nor False`);
    expect(() => importWorkbook(oneVm({ Powerstate: 'half' }))).toThrow(`${place} "Powerstate": "half" is not poweredOn, poweredOff or suspended`);
    const vSnapshot = table([{ VM: 'web', 'Date / time': '2026-02-30 10:00:00', 'Size MiB (total)': 1 }]);
    expect(() => importWorkbook(oneVm({}, { vSnapshot }))).toThrow(
      'sheet vSnapshot, row 2, column "Date / time": "2026-02-30 10:00:00" is not a possible date',
    );
  });
});
