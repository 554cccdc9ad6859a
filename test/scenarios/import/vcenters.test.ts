import { describe, expect, test } from 'vitest';
import { csvFolder } from './build-csv.ts';
import { buildXlsx, type TestCell, type TestWorkbook } from './build-xlsx.ts';
import { importFiles, importWorkbook, oneVm, type TestRecord, table } from './fixture.ts';

/** A vCenter with one VM named `web` of 10 GiB, of which `usedMebibytes` are in use, on a datastore named `san`. */
function vCenter(server: string, usedMebibytes: number): Record<'vInfo' | 'vDisk' | 'vPartition' | 'vDatastore' | 'vSnapshot', TestRecord[]> {
  const of = { VM: 'web', 'VM ID': 'vm-1', 'VI SDK Server': `${server}.example`, 'VI SDK UUID': `uuid-${server}` };
  return {
    vInfo: [{ ...of, Powerstate: 'poweredOn', 'Total disk capacity MiB': 10240, 'In Use MiB': 9999 }],
    vDisk: [{ ...of, Disk: 'Hard disk 1', 'Disk Key': 2000, 'Capacity MiB': 10240, Thin: 'True', Path: '[san] web/web.vmdk' }],
    vPartition: [{ ...of, Disk: 'C:\\', 'Consumed MiB': usedMebibytes }],
    vDatastore: [{ Name: 'san', 'Capacity MiB': 102400, 'In Use MiB': 20480, 'Object ID': 'datastore-1', 'VI SDK UUID': `uuid-${server}` }],
    vSnapshot: [{ ...of, 'Date / time': '2026/03/17 12:00:00', 'Size MiB (total)': usedMebibytes / 10 }],
  };
}

function workbookOf(...parts: ReturnType<typeof vCenter>[]): TestWorkbook {
  const tabs = ['vInfo', 'vDisk', 'vPartition', 'vDatastore', 'vSnapshot'] as const;
  return { sheets: Object.fromEntries(tabs.map((tab): [string, TestCell[][]] => [tab, table(parts.flatMap((part) => part[tab]))])) };
}

const left = vCenter('left', 1000);
const right = vCenter('right', 2000);
const two = {
  web: { datastore: 'san', size: '10GiB', used: '1000MiB', snapshots: [{ taken: '2026-03-17T12:00', size: '100MiB', kind: 'user' }] },
  'web-2': { datastore: 'san-2', size: '10GiB', used: '2000MiB', snapshots: [{ taken: '2026-03-17T12:00', size: '200MiB', kind: 'user' }] },
};

describe('several vCenters', () => {
  test('in one merged workbook are told apart by identifier, though names and numbers of their VMs are the same', () => {
    const { scenario, report } = importWorkbook(workbookOf(left, right));
    expect(scenario.vms).toEqual(two);
    expect(Object.keys(scenario.datastores)).toEqual(['san', 'san-2']);
    expect(report.assumptions).toContainEqual({ path: 'vms.web-2', value: 'web-2', source: 'another VM named web (vInfo, row 3)' });
    expect(report.setAside).toEqual([]);
  });

  test('in two workbooks are read as one estate, and rows are named by their file', () => {
    const { scenario, report } = importFiles([
      { fileName: 'left.xlsx', bytes: buildXlsx(workbookOf(left)) },
      { fileName: 'right.xlsx', bytes: buildXlsx(workbookOf(right)) },
    ]);
    expect(scenario.vms).toEqual(two);
    expect(report.fileName).toBe('left.xlsx and 1 more');
    expect(report.sheets.map((sheet) => sheet.sheet)).toContain('vInfo (right.xlsx)');
    expect(report.assumptions).toContainEqual({ path: 'vms.web-2', value: 'web-2', source: 'another VM named web (vInfo (right.xlsx), row 2)' });
  });

  test('in two workbooks are told apart by the file where somebody has deleted the identifiers', () => {
    const anonymous = (part: ReturnType<typeof vCenter>) => {
      const withoutIdentity = ({ 'VM ID': _id, 'VI SDK Server': _server, 'VI SDK UUID': _uuid, ...rest }: TestRecord): TestRecord => rest;
      const { vDatastore: _, ...tabs } = part;
      return { sheets: Object.fromEntries(Object.entries(tabs).map(([tab, rows]) => [tab, table(rows.map(withoutIdentity))])) };
    };
    const { scenario } = importFiles([
      { fileName: 'left.xlsx', bytes: buildXlsx(anonymous(left)) },
      { fileName: 'right.xlsx', bytes: buildXlsx(anonymous(right)) },
    ]);
    expect(Object.values(scenario.vms).map((vm) => vm.used)).toEqual(['1000MiB', '2000MiB']);
  });

  test('in two CSV folders are read as one estate, though the files have the same names', () => {
    const { scenario, report } = importFiles([...csvFolder(workbookOf(left)), ...csvFolder(workbookOf(right))]);
    expect(scenario.vms).toEqual(two);
    expect(report.sheets.map((sheet) => sheet.sheet)).toContain('vInfo (RVTools_tabvInfo.csv (2))');
  });

  test('that are one and the same count once: rows that say again what another has said are set aside', () => {
    const once = importWorkbook(workbookOf(left));
    const { scenario, report } = importFiles([
      { fileName: 'monday.xlsx', bytes: buildXlsx(workbookOf(left)) },
      { fileName: 'again.xlsx', bytes: buildXlsx(workbookOf(left)) },
    ]);
    expect(scenario.vms).toEqual(once.scenario.vms);
    expect(scenario.datastores).toEqual(once.scenario.datastores);
    const reasons = ['vInfo', 'vDisk', 'vPartition', 'vSnapshot', 'vDatastore'].map((tab) => ({
      sheet: `${tab} (again.xlsx)`,
      row: 2,
      reason: `already in row 2 of ${tab}`,
    }));
    expect(report.setAside).toEqual(reasons.map((reason) => expect.objectContaining(reason)));
  });

  test('do not stand twice in one file', () => {
    const sheets = { vInfo: table(left.vInfo), tabvInfo: table(right.vInfo) };
    expect(() => importWorkbook({ sheets })).toThrow('export.xlsx: sheet vInfo: is there twice, also as tabvInfo');
  });
});

describe('sheets that somebody has renamed', () => {
  test('are known by their headers where no sheet has the usual name, and listed', () => {
    const { vInfo = [] } = oneVm().sheets;
    const notes = [['remember'], ['to ask'], ['#REF!']];
    const { scenario, report } = importWorkbook({ sheets: { Notes: notes, 'My VMs': vInfo, vLicense: [['Key'], ['AAAAA']] } });
    expect(Object.keys(scenario.vms)).toEqual(['web']);
    expect(report.remarks).toEqual([{ fileName: 'export.xlsx', remark: 'sheet My VMs: read as vInfo, by its headers' }]);
  });
});

describe('consolidation that is still to be done', () => {
  test('is an orphan of 5 % of used, of the day before the start, and listed', () => {
    const { scenario, report } = importWorkbook(oneVm({ 'Consolidation Needed': 'True' }));
    // 5 % of 51,200 MiB.
    expect(scenario.vms.web?.snapshots).toEqual([{ taken: '2026-01-04T18:00', size: '2560MiB', kind: 'orphan' }]);
    expect(report.assumptions).toContainEqual({
      path: 'vms.web.snapshots',
      value: 'an orphan of 2560MiB',
      source: 'vInfo says that consolidation is needed, not of how much: 5 % of used, as of the day before the start',
    });
  });

  test('is beside the snapshots that the file knows, and nothing where the file says that none is needed', () => {
    const vSnapshot = table([{ VM: 'web', 'Date / time': '2025-12-30 10:00:00', 'Size MiB (total)': 7 }]);
    const both = importWorkbook(oneVm({ 'Consolidation Needed': true }, { vSnapshot })).scenario.vms.web?.snapshots;
    expect(both).toEqual([expect.objectContaining({ kind: 'user', size: '7MiB' }), expect.objectContaining({ kind: 'orphan' })]);
    expect(importWorkbook(oneVm({ 'Consolidation Needed': 'False' })).scenario.vms.web).not.toHaveProperty('snapshots');
  });

  test('is left out and listed where the VM writes nothing', () => {
    const { scenario, report } = importWorkbook(oneVm({ 'Consolidation Needed': 'True', Powerstate: 'poweredOff' }));
    expect(scenario.vms.web).not.toHaveProperty('snapshots');
    expect(report.setAside).toContainEqual(expect.objectContaining({ sheet: 'vInfo', row: 2, name: 'web' }));
  });
});

describe('tags', () => {
  const place = { Datacenter: 'dc', Cluster: 'blue', Folder: '/Prod/Web' };

  test('are the cluster, the folder and the custom columns between Annotation and Datacenter, and listed', () => {
    const { scenario, report } = importWorkbook(oneVm({ Annotation: 'mine', 'Backup Policy': 'Gold', Tier: '1', ...place }));
    expect(scenario.vms.web?.tags).toEqual(['cluster:blue', 'folder:Prod/Web', 'Backup Policy:Gold', 'Tier:1']);
    expect(report.remarks).toEqual([{ fileName: 'export.xlsx', remark: 'vInfo: read as tags: "Backup Policy", "Tier"' }]);
    expect(report.unknownColumns).toEqual([]);
  });

  test('are also the columns in front of Datacenter where the annotations are deleted, but no others', () => {
    const { scenario, report } = importWorkbook(oneVm({ Before: 'x', CBT: 'TRUE', Tier: 'gold', ...place, Behind: 'y' }));
    expect(scenario.vms.web?.tags).toEqual(['cluster:blue', 'folder:Prod/Web', 'Tier:gold']);
    expect(report.unknownColumns.map((item) => item.column)).toEqual(['Before', 'Behind']);
  });

  test.each([
    ['an address', 'Managed by', '192.0.2.17'],
    ['an IPv6 address', 'Managed by', '2001:db8::1'],
    ['a mail address', 'Team', 'ann@team.example'],
    ['an identifier', 'Asset', '42000000-0000-4000-8000-000000000001'],
    ['a licence key', 'Product', 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE'],
    ['a date', 'Reviewed', '2026-03-18'],
    ['a sentence', 'Purpose', 'a long story about what this machine was once good for, and who built it'],
    ['anything under the header of a key', 'License key', 'gold'],
    ['anything under the header of an owner', 'Owner', 'Ann'],
    ['the state of a backup', 'NB_LAST_BACKUP', 'never'],
  ])('are never %s; the column is listed as unknown', (_, header, value) => {
    const { yaml, scenario, report } = importWorkbook(oneVm({ Annotation: 'mine', [header]: value, ...place }));
    expect(scenario.vms.web?.tags).toEqual(['cluster:blue', 'folder:Prod/Web']);
    expect(report.unknownColumns).toEqual([{ sheet: 'vInfo', column: header }]);
    expect(yaml + JSON.stringify(report)).not.toContain(value);
  });

  test('are not columns in which nearly every VM has a value of its own', () => {
    const rows = Array.from({ length: 100 }, (_, index) => ({
      VM: `vm-${index}`,
      'Total disk capacity MiB': 1024,
      Annotation: '',
      Asset: `A${index}`,
      Stage: index % 2 === 0 ? 'test' : 'prod',
      Datacenter: 'dc',
    }));
    const { scenario, report } = importWorkbook({ sheets: { vInfo: table(rows) } });
    expect(scenario.vms['vm-1']?.tags).toEqual(['Stage:prod']);
    expect(report.unknownColumns).toEqual([{ sheet: 'vInfo', column: 'Asset' }]);
  });

  test('may bear the name of a usual column: that outside of the custom ones counts', () => {
    const headers = ['VM', 'Total disk capacity MiB', 'Annotation', 'Host', 'Datacenter', 'Host'];
    const { scenario } = importWorkbook({ sheets: { vInfo: [headers, ['web', 1024, null, 'physical', 'dc', 'esx1']] } });
    expect(scenario.vms.web).toMatchObject({ host: 'esx1' });
  });
});
