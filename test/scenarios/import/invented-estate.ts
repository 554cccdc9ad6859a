/** An invented estate of thirty-odd VMs on three datastores, in the dialect of RVTools 4.7: what `scenarios/imported-estate.yaml` is made from. */
import { buildXlsx, type TestWorkbook } from './build-xlsx.ts';
import { type TestRecord, table } from './fixture.ts';

export const inventedFileName = 'RVTools_export_all_2026-03-18_16.05.15.xlsx';

interface Invented {
  name: string;
  host: string;
  /** Of the first disk, and of the others where nothing else is said. */
  datastore: string;
  otherDatastore?: string;
  folder: string;
  disksGib: number[];
  /** MiB that the partition on each disk consumes; undefined where no VMware Tools run. */
  consumed?: number[];
  inUse?: number;
  rest?: TestRecord;
  thick?: boolean;
}

const numbered = (count: number, make: (number: number, name: string) => Invented, stem: string): Invented[] =>
  Array.from({ length: count }, (_, index) => make(index + 1, `${stem}-${String(index + 1).padStart(2, '0')}`));

const estate: Invented[] = [
  ...numbered(
    6,
    (number, name) => ({
      name,
      host: `esx-0${1 + (number % 3)}.example.org`,
      datastore: 'san-gold-01',
      folder: 'Production/Web',
      disksGib: [60],
      consumed: [21_000 + 731 * number],
    }),
    'web',
  ),
  ...numbered(
    8,
    (number, name) => ({
      name,
      host: `esx-0${1 + (number % 3)}.example.org`,
      datastore: 'san-silver-01',
      folder: 'Production/Applications',
      disksGib: [80, 200],
      consumed: [36_000 + 450 * number, 112_000 + 2_667 * number],
    }),
    'app',
  ),
  ...numbered(
    3,
    (number, name) => ({
      name,
      host: `esx-0${number}.example.org`,
      datastore: 'san-gold-01',
      folder: 'Production/Databases',
      disksGib: [100, 600, 300],
      consumed: [40_960, 348_160 + 40_960 * number, 122_880],
      thick: true,
      rest: { CBT: number === 3 ? 'FALSE' : 'TRUE' },
    }),
    'sql',
  ),
  ...numbered(
    4,
    (_, name) => ({
      name,
      host: 'esx-03.example.org',
      datastore: 'nas-archive-01',
      folder: 'Development',
      disksGib: [120],
      consumed: [65_536],
    }),
    'build',
  ),
  { name: 'mail', host: 'esx-01.example.org', datastore: 'san-gold-01', folder: 'Production', disksGib: [80, 800], consumed: [51_200, 604_160] },
  {
    name: 'files-east',
    host: 'esx-01.example.org',
    datastore: 'san-silver-01',
    otherDatastore: 'nas-archive-01',
    folder: 'Production/Files',
    disksGib: [60, 4096],
    consumed: [32_768, 3_112_960],
  },
  {
    name: 'files-west',
    host: 'esx-02.example.org',
    datastore: 'san-silver-01',
    otherDatastore: 'nas-archive-01',
    folder: 'Production/Files',
    disksGib: [60, 3072],
    consumed: [32_768, 1_854_669],
  },
  { name: 'erp', host: 'esx-02.example.org', datastore: 'san-silver-01', folder: 'Production', disksGib: [100, 500], consumed: [61_440, 348_160] },
  {
    name: 'erp-test',
    host: 'esx-02.example.org',
    datastore: 'san-silver-01',
    folder: 'Development',
    disksGib: [100, 500],
    consumed: [61_440, 245_760],
  },
  { name: 'wiki', host: 'esx-03.example.org', datastore: 'san-silver-01', folder: 'Production', disksGib: [100], inUse: 71_680 },
  { name: 'monitoring', host: 'esx-03.example.org', datastore: 'san-silver-01', folder: 'Infrastructure', disksGib: [40, 250], inUse: 184_320 },
  { name: 'dc-01', host: 'esx-01.example.org', datastore: 'san-gold-01', folder: 'Infrastructure', disksGib: [60], consumed: [24_576] },
  { name: 'dc-02', host: 'esx-02.example.org', datastore: 'san-gold-01', folder: 'Infrastructure', disksGib: [60], consumed: [24_064] },
  {
    name: 'legacy-crm',
    host: 'esx-03.example.org',
    datastore: 'nas-archive-01',
    folder: 'Retired',
    disksGib: [200],
    inUse: 163_840,
    rest: { Powerstate: 'poweredOff' },
  },
  {
    name: 'template-linux',
    host: 'esx-03.example.org',
    datastore: 'nas-archive-01',
    folder: 'Templates',
    disksGib: [40],
    rest: { Template: 'True' },
  },
  { name: 'vCLS-7f3a', host: 'esx-01.example.org', datastore: 'san-gold-01', folder: 'Discovered virtual machines', disksGib: [2], inUse: 400 },
];

const snapshots: TestRecord[] = [
  { VM: 'erp', Name: 'before upgrade', 'Date / time': '2026-01-29 20:14:00', 'Size MiB (total)': 122_880 },
  { VM: 'wiki', Name: 'test', 'Date / time': '2026-03-12 09:30:00', 'Size MiB (total)': 6_144 },
];

const identity = (vm: Invented): TestRecord => ({
  VM: vm.name,
  Powerstate: 'poweredOn',
  Template: 'False',
  Folder: vm.folder,
  Datacenter: 'Example',
  Cluster: 'production',
  Host: vm.host,
  'VM ID': `vm-${1000 + estate.indexOf(vm)}`,
  'VM UUID': `5014d2a0-0000-4000-8000-${String(estate.indexOf(vm)).padStart(12, '0')}`,
  'VI SDK Server': 'vcenter.example.org',
  'VI SDK UUID': '9b2f6a51-0000-4000-8000-000000000001',
});

/** A VM with a snapshot runs on deltas. */
function diskPath(vm: Invented, index: number): string {
  const datastore = index === 0 ? vm.datastore : (vm.otherDatastore ?? vm.datastore);
  const delta = snapshots.some((snapshot) => snapshot.VM === vm.name) ? '-000001' : '';
  return `[${datastore}] ${vm.name}/${vm.name}${index === 0 ? '' : `_${index}`}${delta}.vmdk`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function inventedWorkbook(): TestWorkbook {
  const named = new Map(estate.map((vm) => [vm.name, vm]));
  return {
    created: '2026-03-18T16:05:15Z',
    sheets: {
      vInfo: table(
        estate.map((vm) => ({
          ...identity(vm),
          CBT: 'TRUE',
          ...vm.rest,
          'SRM Placeholder': 'False',
          'Consolidation Needed': vm.name === 'monitoring' ? 'True' : 'False',
          'Provisioned MiB': 1024 * sum(vm.disksGib) + 8_192,
          'Total disk capacity MiB': 1024 * sum(vm.disksGib),
          'In Use MiB': vm.inUse ?? sum(vm.consumed ?? []) + 8_192,
          'Primary IP Address': '192.0.2.10',
          Path: `[${vm.datastore}] ${vm.name}/${vm.name}.vmx`,
        })),
      ),
      vDisk: table(
        estate.flatMap((vm) =>
          vm.disksGib.map((gib, index) => ({
            ...identity(vm),
            Disk: `Hard disk ${index + 1}`,
            'Disk Key': 2000 + index,
            'Capacity MiB': 1024 * gib,
            Raw: 'False',
            'Disk Mode': 'persistent',
            Thin: vm.thick ? 'False' : 'True',
            Path: diskPath(vm, index),
          })),
        ),
      ),
      vPartition: table(
        estate.flatMap((vm) =>
          (vm.consumed ?? []).map((mebibytes, index) => ({
            ...identity(vm),
            Disk: index === 0 ? '/' : `/data${index}`,
            'Disk Key': 2000 + index,
            'Consumed MiB': mebibytes,
          })),
        ),
      ),
      vSnapshot: table(
        snapshots.map((snapshot) => {
          const { Template: _, ...rest } = identity(named.get(String(snapshot.VM)) as Invented);
          return { ...rest, ...snapshot };
        }),
      ),
      vDatastore: table([
        { Name: 'san-gold-01', Type: 'VMFS', 'Capacity MiB': 8_388_608, 'In Use MiB': 5_242_880, Hosts: 'esx-01.example.org, esx-02.example.org' },
        { Name: 'san-silver-01', Type: 'VMFS', 'Capacity MiB': 3_145_728, 'In Use MiB': 2_998_272, Hosts: 'esx-01.example.org, esx-02.example.org' },
        { Name: 'nas-archive-01', Type: 'NFS', 'Capacity MiB': 12_582_912, 'In Use MiB': 6_291_456, Hosts: 'esx-01.example.org' },
      ]),
      vHost: table(
        [1, 2, 3].map((number) => ({ Host: `esx-0${number}.example.org`, Cluster: 'production', 'Service tag': 'NOT-READ', '# Memory': 393_216 })),
      ),
    },
  };
}

export function inventedBytes(): Uint8Array {
  return buildXlsx(inventedWorkbook());
}
