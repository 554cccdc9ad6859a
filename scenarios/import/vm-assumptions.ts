import type { ImportLog } from './report.ts';
import { isDiskOfSnapshotsAssumed } from './snapshots.ts';
import type { ImportedVm } from './vms.ts';

/** Assumptions that hold for many VMs alike: whom, which key, what, why. */
const common: readonly { holds(vm: ImportedVm): boolean; path: string; value: string; source: string }[] = [
  {
    holds: (vm) => vm.sizeSource !== 'vDisk Capacity',
    path: 'vms.*.disks',
    value: 'all disks of a VM as one',
    source: 'no disks of the VM in the file',
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
  {
    holds: (vm) => vm.usedIsDivided && vm.usedSource === 'vPartition Consumed',
    path: 'vms.*.used',
    value: 'divided among its disks',
    source: 'what names no disk, or is more than its disk can hold, is divided by the room that is left on each',
  },
  {
    holds: (vm) => vm.usedIsDivided && vm.usedSource === 'vInfo In Use',
    path: 'vms.*.used',
    value: 'In Use, divided among its disks',
    source: 'known for all disks together: thick disks count in full, thin ones share the rest by size',
  },
  { holds: (vm) => vm.usedMebibytes === 0, path: 'vms.*.used', value: '0MiB', source: 'the file says that nothing is in use' },
  {
    holds: (vm) => vm.usedMebibytes > 0 && vm.disks.some((disk) => disk.usedMebibytes === 0),
    path: 'vms.*.disks.*.used',
    value: '0MiB',
    source: 'the guest has no partition there, so that nothing is read: put in what a raw volume holds',
  },
  {
    holds: (vm) => vm.disks.some((disk) => !disk.provisioningIsStated),
    path: 'vms.*.provisioning',
    value: 'thin',
    source: 'not in the file; default of the format',
  },
  {
    holds: (vm) => vm.record.powerstate === undefined,
    path: 'vms.*.writes',
    value: 'as of a running VM',
    source: 'no power state in the file',
  },
  {
    holds: (vm) => vm.running && vm.disks.every((disk) => disk.writes.changed === undefined),
    path: 'vms.*.writes.changed',
    value: '5%/day of used',
    source: 'how much changes is in no inventory; default of the format',
  },
  {
    holds: (vm) => vm.writesSource === 'default',
    path: 'vms.*.writes.rate',
    value: '`changed` / 0.18',
    source: 'not measured; default of the format',
  },
  {
    holds: (vm) => vm.running && vm.disks.every((disk) => disk.writes.readRate === undefined),
    path: 'vms.*.reads.rate',
    value: 'as large as the writes',
    source: 'not measured; default of the format',
  },
  {
    holds: (vm) => vm.disks.length > 1 && (vm.writesSource === 'measured' || vm.disks.some((disk) => disk.writes.readRate !== undefined)),
    path: 'vms.*.disks.*.writes.rate',
    value: 'by what is used on each',
    source: 'measurements are of a VM: its disks share its writes and reads in proportion to what is used on each',
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
  {
    holds: isDiskOfSnapshotsAssumed,
    path: 'vms.*.snapshots.disk',
    value: 'the first that can hold it',
    source: 'vSnapshot has one size for all disks of a VM',
  },
];

export function logCommonAssumptions(vms: readonly ImportedVm[], log: ImportLog): void {
  for (const { holds, path, value, source } of common) log.assumeFor(vms.filter(holds).length, path, value, source);
}
