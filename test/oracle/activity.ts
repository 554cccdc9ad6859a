import type { Disk, Job, Vm } from './world.ts';
import { nextQuarterHour, type Zone } from './zone.ts';

/** The source bytes of a full backup of the disk as it is now. */
export function fullBytes(job: Job, disk: Disk): number {
  return job.zeroDetection || disk.thin ? disk.usedBytes : disk.sizeBytes;
}

/** Whether a job can read only what has changed. */
export function tracksChanges(job: Job, vm: Vm): boolean {
  // An agent has its own tracking inside the guest, a continuous backup sees every write.
  return vm.changeTracking || job.method === 'agent' || job.method === 'cdp';
}

/** Bytes the guest writes to a disk between two instants when nothing slows it down. */
export function expectedWrites(disk: Disk, zone: Zone, fromUtcMs: number, toUtcMs: number): number {
  let bytes = 0;
  for (let utcMs = fromUtcMs; utcMs < toUtcMs; ) {
    const nextMs = Math.min(nextQuarterHour(utcMs), toUtcMs);
    bytes += (disk.writeBytesPerSecond * activityAt(disk.vm, zone, utcMs) * (nextMs - utcMs)) / 1000;
    utcMs = nextMs;
  }
  return bytes;
}

/** The multiplier of the guest's I/O in the local hour of an instant. */
export function activityAt(vm: Vm, zone: Zone, utcMs: number): number {
  return vm.activity[zone.hourOfWeek(utcMs)] ?? 1;
}
