import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { importRvtools, type NameKey, parseNameKey, readRates } from '../../../scenarios/import/index.ts';
import { usualHeaders } from '../../../scenarios/import/usual-headers.ts';
import { loadScenario } from '../../../scenarios/index.ts';
import { buildXlsx, type TestWorkbook } from './build-xlsx.ts';
import { estate47, type ImportedScenario, type TestRecord, table } from './fixture.ts';
import { inventedBytes } from './invented-estate.ts';

const fileName = 'RVTools_Acme_vcenter.xlsx';

function importAnonymously(bytes: Uint8Array, known?: NameKey, rates?: Parameters<typeof importRvtools>[0]['rates']) {
  const result = importRvtools({ files: [{ fileName, bytes }], anonymise: { known }, rates });
  return { ...result, output: result.yaml + JSON.stringify(result.report), scenario: parse(result.yaml) as ImportedScenario };
}

/** What a column must hold for the row to be read at all; every other column holds a text that occurs nowhere else. */
const needed: TestRecord = {
  Powerstate: 'poweredOn',
  Template: 'False',
  'SRM Placeholder': 'False',
  'Consolidation Needed': 'True',
  CBT: 'TRUE',
  Raw: 'False',
  Thin: 'True',
  'Disk Mode': 'persistent',
  'Capacity MiB': 4096,
  'Total disk capacity MiB': 4096,
  'Provisioned MiB': 4096,
  'In Use MiB': 2048,
  'Consumed MiB': 2048,
  'Free MiB': 2048,
  'Size MiB (total)': 100,
  'Date / time': '2026-03-01 10:00:00',
  PowerOn: '2026-03-01 10:00:00',
  'Creation date': '2026-03-01 10:00:00',
};

/** Names that tie rows together, and what vCenter and its licences are known by. */
const identifying: TestRecord = {
  VM: 'zzvm-payroll',
  Host: 'zzhost.acme.test',
  Cluster: 'zzcluster',
  Datacenter: 'zzdatacenter',
  Folder: '/zzfolder/zzsub',
  'VM ID': 'zzvm-42',
  'VM UUID': '4211aaaa-bbbb-cccc-dddd-eeeeffff0000',
  'VI SDK Server': 'zzvcenter.acme.test',
  'VI SDK UUID': '9999aaaa-bbbb-cccc-dddd-eeeeffff0000',
  'Primary IP Address': '203.0.113.77',
  Hosts: 'zzhost.acme.test, zzother.acme.test',
  Name: 'zzdatastore',
};

/** A workbook with every column that RVTools writes, and some that somebody added, each cell with a text of its own. */
function fullWorkbook(): TestWorkbook {
  const sheets = Object.entries(usualHeaders).map(([tab, headers]) => {
    const record = Object.fromEntries(headers.map((header, index) => [header, needed[header] ?? identifying[header] ?? `zzsecret-${tab}-${index}`]));
    const paths = tab === 'vInfo' || tab === 'vDisk' ? { Path: '[zzdatastore] zzvm-payroll/zzvm-payroll.vmx' } : {};
    const custom = { 'zzcolumn Tier': 'zzgold', 'zzcolumn License Key': 'ZZ111-ZZ222-ZZ333-ZZ444-ZZ555', 'zzcolumn Owner': 'zzowner@acme.test' };
    const entries = Object.entries({ ...record, ...paths });
    const at = entries.findIndex(([header]) => header === 'Datacenter');
    const withCustom = at < 0 ? [...entries, ...Object.entries(custom)] : [...entries.slice(0, at), ...Object.entries(custom), ...entries.slice(at)];
    return [tab, table([Object.fromEntries(withCustom)])] as const;
  });
  const vLicense = table([{ Name: 'zzproduct', Key: 'ZZ999-ZZ888-ZZ777-ZZ666-ZZ555' }]);
  return { sheets: { ...Object.fromEntries(sheets), vLicense, zzsheet: vLicense } };
}

describe('an import under invented names', () => {
  test('holds no original name, address, identifier or licence key of a workbook full of them, in any place', () => {
    const { output, scenario, report } = importAnonymously(buildXlsx(fullWorkbook()));
    expect(Object.keys(scenario.vms)).toEqual(['vm-0001']);
    expect(scenario.vms['vm-0001']).toMatchObject({ host: 'host-01', datastore: 'datastore-01' });
    expect(output).not.toMatch(/zz|acme|203\.0\.113|eeeeffff/i);
    expect(report.unknownColumns.length).toBeGreaterThan(0);
  });

  test('leaves addresses, identifiers and licence keys out also where names are kept', () => {
    const { yaml, report } = importRvtools({ files: [{ fileName, bytes: buildXlsx(fullWorkbook()) }] });
    const output = yaml + JSON.stringify(report);
    expect(output).toContain('zzvm-payroll');
    expect(output).not.toMatch(/zzsecret|zzowner|zzproduct|ZZ\d{3}-|203\.0\.113|eeeeffff|zzvm-42|zzvcenter/);
  });

  test('is the same scenario but for the names, and the key leads back to them', () => {
    const bytes = inventedBytes();
    const { yaml, nameKey, report } = importAnonymously(bytes);
    const named = importRvtools({ files: [{ fileName, bytes }] });
    const load = (text: string) => loadScenario({ path: 'imported.yaml', text, readFile: () => '' }).plan;
    const [plan, original] = [load(yaml), load(named.yaml)];
    expect(plan.vms.map((vm) => nameKey?.vm[vm.name])).toEqual(original.vms.map((vm) => vm.name));
    expect(plan.vms.map((vm) => nameKey?.host[vm.host ?? ''])).toEqual(original.vms.map((vm) => vm.host));
    expect(plan.vms.map((vm) => vm.disks.map(({ sizeBytes, usedBytes, snapshots }) => [sizeBytes, usedBytes, snapshots]))).toEqual(
      original.vms.map((vm) => vm.disks.map(({ sizeBytes, usedBytes, snapshots }) => [sizeBytes, usedBytes, snapshots])),
    );
    expect(plan.datastores.map(({ name, capacityBytes, otherUsedBytes }) => [nameKey?.datastore[name], capacityBytes, otherUsedBytes])).toEqual(
      original.datastores.map(({ name, capacityBytes, otherUsedBytes }) => [name, capacityBytes, otherUsedBytes]),
    );
    expect(report.totals).toEqual(named.report.totals);
    expect(report.comparisons).toEqual(named.report.comparisons);
    expect(report.setAside.map(({ row, reason }) => [row, reason])).toEqual(named.report.setAside.map(({ row, reason }) => [row, reason]));
  });

  test('keeps VMs with tags apart by the same lines as before', () => {
    const { scenario, nameKey } = importAnonymously(inventedBytes());
    const named = parse(importRvtools({ files: [{ fileName, bytes: inventedBytes() }] }).yaml) as ImportedScenario;
    const lines = (vms: ImportedScenario['vms']) =>
      Object.values(vms).flatMap(({ tags, count }) => Array<string>(Number(count ?? 1)).fill(String(tags)));
    const [invented, original] = [lines(scenario.vms), lines(named.vms)];
    expect(new Set(invented.map((tags, index) => `${tags} ${original[index]}`)).size).toBe(new Set(original).size);
    expect(Object.values(nameKey?.folder ?? {})).toContain('Production/Web');
  });

  test('keeps set-aside VMs of the cluster service recognisable', () => {
    const { report } = importAnonymously(buildXlsx(estate47()));
    expect(report.setAside).toContainEqual(
      expect.objectContaining({ name: expect.stringMatching(/^vCLS-\d+$/), reason: 'cluster service VM (vCLS)' }),
    );
  });

  test('gives the same names again with the key of an earlier import, and new ones to what is new', () => {
    const rows = (names: string[]) => buildXlsx({ sheets: { vInfo: table(names.map((VM) => ({ VM, 'Total disk capacity MiB': 1000 }))) } });
    const first = importAnonymously(rows(['alpha', 'beta'])).nameKey;
    expect(first?.vm).toEqual({ 'vm-0001': 'alpha', 'vm-0002': 'beta' });
    const second = importAnonymously(rows(['gamma', 'beta']), parseNameKey(JSON.stringify(first)));
    expect(Object.keys(second.scenario.vms)).toEqual(['vm-0003', 'vm-0002']);
    expect(second.nameKey?.vm).toEqual({ 'vm-0001': 'alpha', 'vm-0002': 'beta', 'vm-0003': 'gamma' });
  });

  test('never invents a name that somebody bears', () => {
    const vInfo = table([
      { VM: 'alpha', 'Total disk capacity MiB': 1000, Host: 'host-01' },
      { VM: 'VM-0001', 'Total disk capacity MiB': 1000, Host: 'other' },
    ]);
    const { scenario } = importAnonymously(buildXlsx({ sheets: { vInfo } }));
    expect(Object.keys(scenario.vms)).toEqual(['vm-0002', 'vm-0003']);
    expect(Object.values(scenario.vms).map(({ host }) => host)).toEqual(['host-02', 'host-03']);
  });

  test('covers names that only the measurements know', async () => {
    const text =
      'Entity,Unit,Value,MetricId\nWEB-01.acme.test,KBps,5,disk.write.average\nzzgone,KBps,5,disk.write.average\n,KBps,5,zzcustom.metric\n';
    const rates = await readRates([{ fileName: 'acme-stats.csv', pieces: [new TextEncoder().encode(text)] }]);
    const { output, report, scenario } = importAnonymously(inventedBytes(), undefined, rates);
    expect(report.rates).toMatchObject({ measuredVms: 1, respelt: [{ vm: 'vm-0001' }], unused: [{ name: 'vm-0034' }] });
    expect(scenario.vms['vm-0001']?.writes).toMatchObject({ rate: '5KiB/s' });
    expect(output).not.toMatch(/zz|acme|WEB-01/i);
  });

  test.each(['', '[]', '{}', '{"vm":{}}', '{"vm":{"a":1},"host":{},"datastore":{},"cluster":{},"folder":{},"tag":{},"vcenter":{}}'])(
    'takes nothing else for a key: %j',
    (text) => {
      expect(parseNameKey(text)).toBeUndefined();
    },
  );
});
