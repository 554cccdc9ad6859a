import { isColumnOf, type SheetSpec } from './columns.ts';
import type { SheetRequest } from './workbook.ts';

/** Columns by which rows of different sheets are recognised as the same VM; they serve for that only. */
const identity = {
  server: { header: 'VI SDK UUID', aliases: ['vCenter UUID'], unmissed: true as const },
  serverName: { header: 'VI SDK Server', unmissed: true as const },
  vmId: { header: 'VM ID', unmissed: true as const },
  vmUuid: { header: 'VM UUID', aliases: ['vInfoUUID'], unmissed: true as const },
  datacenter: { header: 'Datacenter', unmissed: true as const },
  cluster: { header: 'Cluster' },
  host: { header: 'Host' },
  folder: { header: 'Folder', unmissed: true as const },
};

const vm = { header: 'VM', aliases: ['vInfoVMName', 'vDiskVMName', 'vPartitionVMName', 'vSnapshotVMName'] };

function sheetSpec<Field extends string>(spec: SheetSpec<Field>): SheetSpec<Field> {
  return spec;
}

export const vInfo = sheetSpec({
  sheet: 'vInfo',
  key: 'vm',
  columns: {
    vm,
    powerstate: { header: 'Powerstate' },
    template: { header: 'Template' },
    placeholder: { header: 'SRM Placeholder' },
    capacity: { header: 'Total disk capacity MiB' },
    provisioned: { header: 'Provisioned MiB' },
    inUse: { header: 'In Use MiB' },
    changeTracking: { header: 'CBT' },
    path: { header: 'Path' },
    created: { header: 'Creation date', aliases: ['vInfoCreateDate'], unmissed: true },
    poweredOn: { header: 'PowerOn', unmissed: true },
    ...identity,
  },
});

export const vDisk = sheetSpec({
  sheet: 'vDisk',
  key: 'vm',
  columns: {
    vm,
    disk: { header: 'Disk' },
    diskKey: { header: 'Disk Key' },
    capacity: { header: 'Capacity MiB' },
    raw: { header: 'Raw' },
    mode: { header: 'Disk Mode' },
    thin: { header: 'Thin' },
    path: { header: 'Path' },
    ...identity,
  },
});

export const vPartition = sheetSpec({
  sheet: 'vPartition',
  key: 'vm',
  columns: { vm, diskKey: { header: 'Disk Key' }, consumed: { header: 'Consumed MiB' }, ...identity },
});

export const vSnapshot = sheetSpec({
  sheet: 'vSnapshot',
  key: 'vm',
  columns: { vm, taken: { header: 'Date / time' }, size: { header: 'Size MiB (total)' }, ...identity },
});

export const vDatastore = sheetSpec({
  sheet: 'vDatastore',
  key: 'name',
  columns: {
    name: { header: 'Name' },
    capacity: { header: 'Capacity MiB' },
    inUse: { header: 'In Use MiB' },
    free: { header: 'Free MiB', aliases: ['vDatastoreFreeSpace'], unmissed: true },
    hosts: { header: 'Hosts' },
    server: identity.server,
    serverName: identity.serverName,
  },
});

export const vHost = sheetSpec({ sheet: 'vHost', key: 'host', columns: { host: { header: 'Host', aliases: ['vHostName'] } } });

/** One row of figures, or two columns of names and values. */
export const vMetaData = sheetSpec({
  sheet: 'vMetaData',
  key: 'created',
  columns: {
    created: { header: 'xlsx creation datetime', aliases: ['Exported Timestamp', 'Export date'] },
    property: { header: 'Property' },
    value: { header: 'Value' },
  },
});

const specs: readonly SheetSpec<string>[] = [vInfo, vDisk, vPartition, vSnapshot, vDatastore, vHost, vMetaData];

/** `vInfo`, or as the files of a CSV export are called, `RVTools_tabvInfo`. */
export function tabOf(sheetName: string): string {
  return sheetName
    .trim()
    .toLowerCase()
    .replace(/^(?:rvtools_)?tab/, '');
}

function specOf(sheetName: string): SheetSpec<string> | undefined {
  return specs.find((spec) => spec.sheet.toLowerCase() === tabOf(sheetName));
}

/** Only sheets and columns that are understood are ever stored: licence keys and addresses stay in the file. */
export const rvtoolsRequest: SheetRequest = {
  wantsSheet: (name) => specOf(name) !== undefined,
  keepsColumn(sheetName, header) {
    const spec = specOf(sheetName);
    return spec !== undefined && isColumnOf(spec, header);
  },
};
