import { usualHeaders } from '../../../scenarios/import/usual-headers.ts';
import type { TestCell, TestWorkbook } from './build-xlsx.ts';
import type { TestRecord } from './fixture.ts';

export interface LargeExport {
  workbook: TestWorkbook;
  /** Counted while the rows are made. */
  totals: { vms: number; disks: number; datastores: number; hosts: number; sizeMebibytes: number; usedMebibytes: number };
}

const datastoreCount = 120;
const hostCount = 150;

/** How many of the columns that nobody reads hold something. */
type Filled = 'every column' | 'three columns of four';

/**
 * An invented estate with the columns of RVTools 4.7: of each ten VMs four have 2 disks and six have 3, so that 5,000 VMs have 13,000. One partition
 * fills three eighths of each disk.
 */
export function largeExport(vms: number, filled: Filled): LargeExport {
  const totals = { vms, disks: 0, datastores: datastoreCount, hosts: hostCount, sizeMebibytes: 0, usedMebibytes: 0 };
  const info: TestRecord[] = [];
  const disks: TestRecord[] = [];
  const partitions: TestRecord[] = [];
  for (let vm = 0; vm < vms; vm++) {
    const name = `app-${String(vm).padStart(5, '0')}`;
    const of = {
      VM: name,
      Powerstate: 'poweredOn',
      Template: 'False',
      'SRM Placeholder': 'False',
      'Consolidation Needed': 'False',
      Raw: 'False',
      Datacenter: 'dc',
      'VI SDK Server': 'vcenter.example',
      Cluster: `cluster-${vm % 10}`,
      Host: `esx-${vm % hostCount}.example`,
      Folder: `/estate/team-${vm % 40}`,
      'VM ID': `vm-${vm}`,
      'VM UUID': `42000000-0000-4000-8000-${String(vm).padStart(12, '0')}`,
      'VI SDK UUID': '11111111-2222-4333-8444-555555555555',
    };
    const diskCount = vm % 10 < 4 ? 2 : 3;
    let sizeMebibytes = 0;
    for (let disk = 0; disk < diskCount; disk++) {
      const capacity = 1024 * (16 + ((vm * 7 + disk * 13) % 200));
      const label = `Hard disk ${disk + 1}`;
      const path = `[san-${(vm + disk) % datastoreCount}] ${name}/${name}_${disk}.vmdk`;
      disks.push({ ...of, Disk: label, 'Disk Key': 2000 + disk, 'Capacity MiB': capacity, 'Disk Mode': 'persistent', Thin: 'True', Path: path });
      partitions.push({ ...of, Disk: `/volume-${disk}`, 'Disk Key': 2000 + disk, 'Capacity MiB': capacity, 'Consumed MiB': (capacity / 8) * 3 });
      sizeMebibytes += capacity;
    }
    const path = `[san-${vm % datastoreCount}] ${name}/${name}.vmx`;
    info.push({
      ...of,
      Disks: diskCount,
      'Total disk capacity MiB': sizeMebibytes,
      'In Use MiB': sizeMebibytes / 2,
      'Provisioned MiB': sizeMebibytes,
      CBT: 'TRUE',
      Path: path,
    });
    totals.disks += diskCount;
    totals.sizeMebibytes += sizeMebibytes;
    totals.usedMebibytes += (sizeMebibytes / 8) * 3;
  }
  const datastores = Array.from({ length: datastoreCount }, (_, index) => ({
    Name: `san-${index}`,
    'Capacity MiB': 64 * 2 ** 20,
    'In Use MiB': 32 * 2 ** 20,
    'Free MiB': 32 * 2 ** 20,
    'VI SDK Server': 'vcenter.example',
    'VI SDK UUID': '11111111-2222-4333-8444-555555555555',
  }));
  const hosts = Array.from({ length: hostCount }, (_, index) => ({ Host: `esx-${index}.example` }));
  const sheets = {
    vInfo: withFiller('vInfo', info, filled),
    vDisk: withFiller('vDisk', disks, filled),
    vPartition: withFiller('vPartition', partitions, filled),
    vDatastore: withFiller('vDatastore', datastores, filled),
    vHost: withFiller('vHost', hosts, filled),
  };
  return { workbook: { created: '2026-03-18T16:05:15Z', sheets, compression: 1 }, totals };
}

function withFiller(tab: string, records: TestRecord[], filled: Filled): TestCell[][] {
  const headers = usualHeaders[tab] ?? [];
  const filler = (column: number, row: number): TestCell => {
    if (filled === 'three columns of four' && column % 4 === 2) return null;
    return column % 2 === 0 ? `filler ${row % 50}` : row;
  };
  return [[...headers], ...records.map((record, row) => headers.map((header, column) => record[header] ?? filler(column, row)))];
}
