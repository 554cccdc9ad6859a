import { parse } from 'yaml';
import { type ImportFile, type ImportResult, importRvtools } from '../../../scenarios/import/index.ts';
import { buildXlsx, type TestCell, type TestWorkbook } from './build-xlsx.ts';

export type TestRecord = Record<string, TestCell>;

/** Rows from records: the headers are the keys of all records, in the order in which they first occur. */
export function table(records: TestRecord[]): TestCell[][] {
  const headers = [...new Set(records.flatMap((record) => Object.keys(record)))];
  return [headers, ...records.map((record) => headers.map((header) => record[header] ?? null))];
}

export interface ImportedScenario {
  start: string;
  datastores: Record<string, Record<string, unknown>>;
  hosts?: Record<string, Record<string, unknown>>;
  repositories: Record<string, Record<string, unknown>>;
  vms: Record<string, Record<string, unknown>>;
  jobs: Record<string, Record<string, unknown>>;
}

/** The disks of a VM that has several. */
export function disksOf(scenario: ImportedScenario, name: string): Record<string, unknown>[] {
  const { disks } = scenario.vms[name] ?? {};
  if (!Array.isArray(disks)) throw new Error(`${name} has no list of disks`);
  return disks as Record<string, unknown>[];
}

export function importFiles(files: readonly ImportFile[]): ImportResult & { scenario: ImportedScenario } {
  const result = importRvtools({ files });
  return { ...result, scenario: parse(result.yaml) as ImportedScenario };
}

export function importWorkbook(workbook: TestWorkbook): ImportResult & { scenario: ImportedScenario } {
  return importFiles([{ fileName: 'export.xlsx', bytes: buildXlsx(workbook) }]);
}

/** A workbook whose vInfo holds one sound VM, changed and followed by what is given. */
export function oneVm(changes: TestRecord = {}, sheets: Record<string, TestCell[][]> = {}): TestWorkbook {
  return {
    sheets: { vInfo: table([{ VM: 'web', Powerstate: 'poweredOn', 'Total disk capacity MiB': 102400, 'In Use MiB': 51200, ...changes }]), ...sheets },
  };
}

/**
 * An invented estate in the dialect of RVTools 4.7. By hand:
 * - `web`: 40 GiB thin on `fast` with 20,000 MiB used, 60 GiB thin on `slow` with 30,000 MiB used
 * - `db`: 200 GiB thick on `slow`, a raw device and an independent disk that no snapshot holds, change tracking off
 * - `old`: powered off, 10 GiB with 4,096 MiB in use on `slow`
 * - a template, a placeholder, a cluster service VM
 * - `fast` 1 TiB with 102,400 MiB in use: 20,000 MiB by `web` and 2,048 MiB by its snapshot, so 80,352 MiB other use
 * - `slow` 500 GiB with 300 GiB in use: 30,000 + 204,800 + 4,096 MiB imported, so 68,304 MiB other use
 */
export function estate47(): TestWorkbook {
  const at = { Datacenter: 'dc', Cluster: 'blue', Host: 'esx1.example', 'VI SDK Server': 'vcenter.example', 'VI SDK UUID': 'secret-uuid' };
  const vm = (name: string, id: string, rest: TestRecord): TestRecord => ({
    VM: name,
    Powerstate: 'poweredOn',
    Template: 'False',
    'SRM Placeholder': 'False',
    'Creation date': 25568.9,
    'Primary IP Address': '192.0.2.17',
    ...rest,
    'Last Backup': 'never',
    ...at,
    'VM ID': id,
    'VM UUID': `uuid-${id}`,
  });
  const of = (name: string, id: string): TestRecord => ({ VM: name, ...at, 'VM ID': id, 'VM UUID': `uuid-${id}` });
  const disk = (name: string, id: string, number: number, rest: TestRecord): TestRecord => ({
    ...of(name, id),
    Disk: `Hard disk ${number}`,
    'Disk Key': 1999 + number,
    Raw: 'False',
    'Disk Mode': 'persistent',
    ...rest,
  });
  return {
    created: '2026-03-18T16:05:15Z',
    sheets: {
      vInfo: table([
        vm('web', 'vm-1', {
          'Total disk capacity MiB': 102400,
          'Provisioned MiB': 106496,
          'In Use MiB': 60000,
          CBT: 'TRUE',
          Path: '[fast] web/web.vmx',
        }),
        vm('db', 'vm-2', {
          'Total disk capacity MiB': 512000,
          'Provisioned MiB': 600000,
          'In Use MiB': 250000,
          CBT: 'FALSE',
          Path: '[slow] db/db.vmx',
        }),
        vm('old', 'vm-3', { Powerstate: 'poweredOff', 'Total disk capacity MiB': 10240, 'In Use MiB': 4096, Path: '[slow] old/old.vmx' }),
        vm('golden', 'vm-4', { Powerstate: 'poweredOff', Template: 'True', 'Total disk capacity MiB': 20480 }),
        vm('shadow', 'vm-5', { Powerstate: 'poweredOff', 'SRM Placeholder': 'True', 'Total disk capacity MiB': 20480 }),
        vm('vCLS-0b1c', 'vm-6', { 'Total disk capacity MiB': 2048 }),
      ]),
      vDisk: table([
        disk('web', 'vm-1', 1, { 'Capacity MiB': 40960, Thin: 'True', Path: '[fast] web/web.vmdk' }),
        disk('web', 'vm-1', 2, { 'Capacity MiB': 61440, Thin: 'True', Path: '[slow] web/web_1.vmdk' }),
        disk('db', 'vm-2', 1, { 'Capacity MiB': 100000, Raw: 'True', Thin: 'False', Path: '[fast] db/db_rdm.vmdk' }),
        disk('db', 'vm-2', 2, { 'Capacity MiB': 204800, Thin: 'False', Path: '[slow] db/db.vmdk' }),
        disk('db', 'vm-2', 3, { 'Capacity MiB': 207200, 'Disk Mode': 'independent_persistent', Thin: 'True', Path: '[slow] db/db_2.vmdk' }),
        disk('old', 'vm-3', 1, { 'Capacity MiB': 10240, Thin: 'True', Path: '[slow] old/old.vmdk' }),
      ]),
      vPartition: table([
        { ...of('web', 'vm-1'), 'Disk Key': 2000, Disk: '/', 'Consumed MiB': 20000 },
        { ...of('web', 'vm-1'), 'Disk Key': 2001, Disk: '/srv', 'Consumed MiB': 30000 },
        { ...of('db', 'vm-2'), 'Disk Key': 2000, Disk: '/raw', 'Consumed MiB': 90000 },
        { ...of('db', 'vm-2'), 'Disk Key': 2001, Disk: '/', 'Consumed MiB': 150000 },
      ]),
      vSnapshot: table([{ ...of('web', 'vm-1'), Name: 'before update', 'Date / time': 46098.5, 'Size MiB (vmsn)': 1, 'Size MiB (total)': 2048 }]),
      vDatastore: table([
        { Name: 'fast', 'Capacity MiB': 1048576, 'In Use MiB': 102400, Hosts: 'esx1.example, esx2.example', 'VI SDK UUID': 'secret-uuid' },
        { Name: 'slow', 'Capacity MiB': 512000, 'In Use MiB': 307200, Hosts: 'esx1.example', 'VI SDK UUID': 'secret-uuid' },
      ]),
      vHost: table([{ Host: 'esx1.example', Cluster: 'blue', 'Service tag': 'TAG' }]),
    },
  };
}
