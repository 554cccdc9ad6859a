import { bearsMarksOf, isColumnOf, type SheetSpec } from './columns.ts';
import { customColumns, mayBeTag } from './custom-columns.ts';
import { normaliseHeader } from './headers.ts';
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
  marks: [['VM'], ['Provisioned MiB', 'In Use MiB', 'Total disk capacity MiB']],
  columns: {
    vm,
    powerstate: { header: 'Powerstate' },
    template: { header: 'Template' },
    placeholder: { header: 'SRM Placeholder' },
    capacity: { header: 'Total disk capacity MiB', holds: 'whole' },
    provisioned: { header: 'Provisioned MiB', holds: 'whole' },
    inUse: { header: 'In Use MiB', holds: 'whole' },
    changeTracking: { header: 'CBT' },
    path: { header: 'Path' },
    created: { header: 'Creation date', aliases: ['vInfoCreateDate'], holds: 'time', unmissed: true },
    poweredOn: { header: 'PowerOn', holds: 'time', unmissed: true },
    consolidation: { header: 'Consolidation Needed', unmissed: true },
    ...identity,
  },
});

export const vDisk = sheetSpec({
  sheet: 'vDisk',
  key: 'vm',
  marks: [['VM'], ['Capacity MiB'], ['Disk Mode', 'Raw', 'Thin', 'Path']],
  columns: {
    vm,
    disk: { header: 'Disk' },
    diskKey: { header: 'Disk Key' },
    capacity: { header: 'Capacity MiB', holds: 'whole' },
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
  marks: [['VM'], ['Consumed MiB']],
  columns: {
    vm,
    disk: { header: 'Disk', unmissed: true },
    diskKey: { header: 'Disk Key' },
    consumed: { header: 'Consumed MiB', holds: 'whole' },
    ...identity,
  },
});

export const vSnapshot = sheetSpec({
  sheet: 'vSnapshot',
  key: 'vm',
  marks: [['VM'], ['Size MiB (total)']],
  columns: { vm, taken: { header: 'Date / time', holds: 'time' }, size: { header: 'Size MiB (total)', holds: 'size' }, ...identity },
});

export const vDatastore = sheetSpec({
  sheet: 'vDatastore',
  key: 'name',
  marks: [['Name'], ['Capacity MiB'], ['In Use MiB', 'Free MiB']],
  columns: {
    name: { header: 'Name' },
    capacity: { header: 'Capacity MiB', holds: 'whole' },
    inUse: { header: 'In Use MiB', holds: 'whole' },
    free: { header: 'Free MiB', aliases: ['vDatastoreFreeSpace'], holds: 'whole', unmissed: true },
    hosts: { header: 'Hosts' },
    objectId: { header: 'Object ID', unmissed: true },
    server: identity.server,
    serverName: identity.serverName,
  },
});

export const vHost = sheetSpec({
  sheet: 'vHost',
  key: 'host',
  marks: [['Host'], ['ESX Version', 'CPU Model', '# CPU', '# Memory']],
  columns: { host: { header: 'Host', aliases: ['vHostName'] } },
});

/** One row of figures, or two columns of names and values. */
export const vMetaData = sheetSpec({
  sheet: 'vMetaData',
  key: 'created',
  marks: [['xlsx creation datetime']],
  columns: {
    created: { header: 'xlsx creation datetime', aliases: ['Exported Timestamp', 'Export date'] },
    property: { header: 'Property' },
    value: { header: 'Value' },
  },
});

const specs: readonly SheetSpec<string>[] = [vInfo, vDisk, vPartition, vSnapshot, vDatastore, vHost, vMetaData];

/** The other tabs of an export, which are known not to be needed. */
const otherTabs = new Set(
  `vCPU vMemory vNetwork vCD vUSB vFloppy vTools vSource vRP vCluster vHBA vNIC vSwitch vPort dvSwitch dvPort vSC_VMK vSC+VMK vMultiPath vLicense
  vFileInfo vHealth`
    .toLowerCase()
    .split(/\s+/),
);

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
  mainTab: vInfo.sheet,
  tabOfName: (name) => specOf(name)?.sheet,
  tabOfHeaders(headers) {
    const names = new Set(headers.map(normaliseHeader));
    return specs.find((spec) => bearsMarksOf(spec, names))?.sheet;
  },
  isUnwanted: (name) => otherTabs.has(tabOf(name)),
  keptColumns(tab, headers) {
    const spec = specs.find((candidate) => candidate.sheet === tab);
    const custom = tab === vInfo.sheet ? customColumns(tab, headers) : new Set<number>();
    const kept = [...headers.keys()].filter((index) => {
      const header = headers[index] ?? '';
      return spec !== undefined && (isColumnOf(spec, header) || (custom.has(index) && mayBeTag(header)));
    });
    return new Set(kept);
  },
};
