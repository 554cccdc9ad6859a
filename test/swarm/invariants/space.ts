/** Space of datastores: the ledger is all there is, and free space stops at the floor. */
import type { DatastorePlan, DiskPlan, Growth, Plan, VmPlan } from '../../../sim/index.ts';
import type { Played } from '../play.ts';

const DAY_MS = 86_400_000;
/** Unique over written bytes of 24 h that the power law assumes where no rate is given. */
const UNIQUE_SHARE = 0.18;

export function ledgersAddUp({ result }: Played): string[] {
  const wrong: string[] = [];
  for (const [name, store] of Object.entries(result.datastores)) {
    const sum = store.peakLedger.reduce((total, { bytes }) => total + bytes, 0);
    if (sum !== store.peakUsedBytes) wrong.push(`${name}: owners hold ${sum} bytes at the peak of ${store.peakUsedBytes}`);
    if (store.peakLedger.some(({ bytes }) => bytes <= 0 || !Number.isSafeInteger(bytes))) wrong.push(`${name}: an owner holds no whole bytes`);
    if (store.minFreeBytes !== store.capacityBytes - store.peakUsedBytes) wrong.push(`${name}: least free space and peak do not make the capacity`);
  }
  return wrong;
}

/** Beyond it no more than what grows in a millisecond, in which the crossing is noticed. */
export function freeSpaceStopsAtTheFloor(played: Played): string[] {
  const { plan, result } = played;
  const wrong: string[] = [];
  for (const spec of plan.datastores) {
    const store = result.datastores[spec.name];
    if (store === undefined) continue;
    const least = Math.min(spec.floorBytes, spec.capacityBytes - store.startUsedBytes) - growthInOneMs(plan, spec);
    if (store.minFreeBytes < least) wrong.push(`${spec.name}: ${store.minFreeBytes} bytes free, the floor allows ${least}`);
  }
  return wrong;
}

/** Each owner's bytes are rounded up: a disk, its deltas and its files of saved blocks. */
const OWNERS_OF_A_DISK = 8;

export function levelsStayBelowThePeak({ plan, result, levels }: Played): string[] {
  const wrong: string[] = [];
  const owners = (name: string): number =>
    1 + OWNERS_OF_A_DISK * plan.vms.reduce((sum, { disks }) => sum + disks.filter(({ datastore }) => datastore === name).length, 0);
  for (const { atMs, datastore, usedBytes, freeBytes } of levels) {
    const store = result.datastores[datastore];
    if (store === undefined || usedBytes + freeBytes !== store.capacityBytes)
      wrong.push(`${datastore} at ${atMs}: used and free are not the capacity`);
    // The peak is the largest unrounded sum; another moment's owners may round up to one byte more each.
    else if (usedBytes < 0 || usedBytes > store.peakUsedBytes + owners(datastore))
      wrong.push(`${datastore} at ${atMs}: ${usedBytes} used, peak ${store.peakUsedBytes}`);
  }
  return wrong;
}

export function fullnessIsFound({ result }: Played): string[] {
  const found = new Set(result.findings.filter(({ rule }) => rule === 'space-exhausted').map(({ subject }) => subject.name));
  return Object.entries(result.datastores)
    .filter(([name, { fullAtMs }]) => (fullAtMs !== null) !== found.has(name))
    .map(([name, { fullAtMs }]) => `${name}: full at ${fullAtMs}, ${found.has(name) ? 'with' : 'without'} a finding`);
}

/** An upper bound: all guests at their busiest hour, every delta and its mirrored parent. */
function growthInOneMs(plan: Plan, store: DatastorePlan): number {
  let perMs = linearPerMs(store.otherGrowth);
  let owners = 1;
  const fleecing = plan.jobs.filter((job) => job.fleecing === store.name).length;
  for (const vm of plan.vms) {
    for (const disk of vm.disks) {
      // A file of old blocks for each disk, which grows no faster than the guest writes.
      perMs += fleecing * writtenPerMs(plan, vm, disk);
      owners += fleecing;
      if (disk.datastore !== store.name) continue;
      perMs += linearPerMs(disk.growth) + 2 * vm.deltaOverhead * writtenPerMs(plan, vm, disk);
      // Its base, its growth and its deltas are rounded up to whole bytes one by one.
      owners += 2 + vm.maxChain;
    }
  }
  return Math.ceil(perMs) + owners;
}

function writtenPerMs(plan: Plan, vm: VmPlan, disk: DiskPlan): number {
  const { law, changedBytesPerDay, rateBytesPerSecond, workingSetBytes, growth } = disk.writes;
  const multipliers = plan.activities.find(({ name }) => name === vm.activity)?.multipliers ?? [1];
  const mean = multipliers.reduce((sum, value) => sum + value, 0) / multipliers.length;
  let perDay = changedBytesPerDay;
  if (rateBytesPerSecond !== null) perDay = (rateBytesPerSecond * DAY_MS) / 1000;
  else if (law === 'power') perDay /= UNIQUE_SHARE;
  else if (law === 'working-set' && workingSetBytes !== null) perDay = -workingSetBytes * Math.log(1 - changedBytesPerDay / workingSetBytes);
  const grown = growth.kind === 'compound' ? (1 + growth.fraction) ** ((plan.durationMs / DAY_MS + 1) / growth.perDays) : 1;
  return (perDay / DAY_MS) * (Math.max(...multipliers) / mean) * grown;
}

function linearPerMs(growth: Growth): number {
  return growth.kind === 'linear' ? growth.bytesPerDay / DAY_MS : 0;
}
