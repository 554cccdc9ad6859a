import type { Job, Vm } from './world.ts';
import { nextQuarterHour, type Zone } from './zone.ts';

/** The source bytes of a full backup of the VM as it is now. */
export function fullBytes(job: Job, vm: Vm): number {
  return job.zeroDetection || vm.thin ? vm.usedBytes : vm.sizeBytes;
}

/** Bytes the guest writes between two instants when nothing slows it down. */
export function expectedWrites(vm: Vm, zone: Zone, fromUtcMs: number, toUtcMs: number): number {
  let bytes = 0;
  for (let utcMs = fromUtcMs; utcMs < toUtcMs; ) {
    const nextMs = Math.min(nextQuarterHour(utcMs), toUtcMs);
    bytes += (vm.writeBytesPerSecond * activityAt(vm, zone, utcMs) * (nextMs - utcMs)) / 1000;
    utcMs = nextMs;
  }
  return bytes;
}

/** The multiplier of the guest's I/O in the local hour of an instant. */
export function activityAt(vm: Vm, zone: Zone, utcMs: number): number {
  const local = zone.local(utcMs);
  return vm.activity[((local.getUTCDay() + 6) % 7) * 24 + local.getUTCHours()] ?? 1;
}
