import type { ImportLog } from './report.ts';
import type { ImportedVm } from './vms.ts';

/** Assumptions that hold for many VMs alike: whom, which key, what, why. */
const common: readonly { holds(vm: ImportedVm): boolean; path: string; value: string; source: string }[] = [
  {
    holds: (vm) => vm.disks.length > 1,
    path: 'vms.*.size',
    value: 'all disks of a VM as one, on the datastore of the first',
    source: 'several disks per VM are not built yet',
  },
  {
    holds: (vm) => vm.sizeSource === 'vInfo Provisioned',
    path: 'vms.*.size',
    value: 'Provisioned',
    source: 'neither vDisk nor Total disk capacity in the file; Provisioned also holds swap and snapshots',
  },
  {
    holds: (vm) => vm.usedSource === 'vInfo In Use',
    path: 'vms.*.used',
    value: 'In Use',
    source: 'no partitions of the VM in the file; In Use also holds swap and snapshots',
  },
  { holds: (vm) => vm.usedSource === 'assumed', path: 'vms.*.used', value: 'the size', source: 'not in the file' },
  { holds: (vm) => vm.usedMebibytes === 0, path: 'vms.*.used', value: '0MiB', source: 'the file says that nothing is in use' },
  { holds: (vm) => vm.provisioningSource === 'assumed', path: 'vms.*.provisioning', value: 'thin', source: 'not in the file; default of the format' },
  {
    holds: (vm) => vm.provisioningSource === 'mixed',
    path: 'vms.*.provisioning',
    value: 'thin',
    source: 'the VM has both thin and thick disks; a disk made of both counts as thin',
  },
  {
    holds: (vm) => vm.record.powerstate === undefined,
    path: 'vms.*.writes',
    value: 'as of a running VM',
    source: 'no power state in the file',
  },
  {
    holds: (vm) => vm.running && vm.writes.changed === undefined,
    path: 'vms.*.writes.changed',
    value: '5%/day of used',
    source: 'how much changes is in no inventory; default of the format',
  },
  {
    holds: (vm) => vm.writes.source === 'default',
    path: 'vms.*.writes.rate',
    value: '`changed` / 0.18',
    source: 'not measured; default of the format',
  },
  {
    holds: (vm) => vm.running && vm.writes.readRate === undefined,
    path: 'vms.*.reads.rate',
    value: 'as large as the writes',
    source: 'not measured; default of the format',
  },
  { holds: (vm) => !vm.running, path: 'vms.*.writes.changed', value: '0MiB/day', source: 'powered off or suspended when exported' },
  {
    holds: (vm) => vm.record.changeTracking === undefined,
    path: 'vms.*.changeTracking',
    value: 'true',
    source: 'not in the file; default of the format',
  },
  { holds: (vm) => vm.record.identity.host === undefined, path: 'vms.*.host', value: 'none', source: 'not in the file' },
  {
    holds: (vm) => vm.snapshots.some((snapshot) => snapshot.takenMs === undefined && snapshot.kind === 'user'),
    path: 'vms.*.snapshots.taken',
    value: 'one day before the start',
    source: 'the file has no date for the snapshot',
  },
];

export function logCommonAssumptions(vms: readonly ImportedVm[], log: ImportLog): void {
  for (const { holds, path, value, source } of common) log.assumeFor(vms.filter(holds).length, path, value, source);
}
