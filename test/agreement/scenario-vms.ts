/** Groups of VMs and what they write, as they stand in a scenario document. Figures are odd on purpose: nothing shall coincide by chance. */
import fc from 'fast-check';

export interface VmGroup {
  name: string;
  count: number;
  host: number | null;
  tagged: boolean;
  disks: DrawnDisk[];
  keys: Record<string, unknown>;
}

/** Sizes in MB of 1,000,000 bytes. */
export interface DrawnDisk {
  datastore: number;
  sizeMb: number;
  usedMb: number;
  thick: boolean;
  snapshotsMb: number[];
  keys: Record<string, unknown>;
}

/** A value, or as often nothing, which leaves the default. */
export function sometimes<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(value, { nil: undefined, freq: 2 });
}

/** A value in one case of four: what changes much, and shall not drown the rest. */
export function seldom<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
}

/** Keys without those that were not drawn. */
export function stated(keys: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined));
}

/** A number with two odd decimals, evenly drawn, so that extremes are no more frequent than the rest. */
export function odd(low: number, high: number): fc.Arbitrary<number> {
  return fc.noBias(fc.integer({ min: low * 100, max: high * 100 })).map((hundredths) => (2 * Math.floor(hundredths / 2) + 1) / 100);
}

export function whole(low: number, high: number): fc.Arbitrary<number> {
  return fc.noBias(fc.integer({ min: low, max: high }));
}

const percentage = fc.tuple(odd(1, 30), fc.constantFrom('day', 'week')).map(([percent, period]) => `${percent}%/${period}`);

/** Growth of a disk or of other data. */
export const growth: fc.Arbitrary<string | undefined> = fc.oneof(
  fc.constant(undefined),
  { weight: 1, arbitrary: odd(1, 25).map((gigabytes) => `${gigabytes}GB/day`) },
  { weight: 1, arbitrary: percentage },
);

interface Writes {
  keys: Record<string, unknown>;
  /** Largest delta that the law can make, in MB. */
  reachMb: number;
}

const append: fc.Arbitrary<Writes> = fc.oneof(
  odd(1, 40).map((gigabytes) => ({ keys: { law: 'append', changed: `${gigabytes}GB/day` }, reachMb: Infinity })),
  odd(0, 2).map((megabytes) => ({ keys: { law: 'append', rate: `${megabytes}MB/s` }, reachMb: Infinity })),
  fc.constant({ keys: { law: 'append', rate: 0 }, reachMb: 0 }),
);

const workingSet: fc.Arbitrary<Writes> = fc
  .record({ set: odd(8, 40), share: odd(0, 0.95), rate: sometimes(odd(0, 4)) })
  .map(({ set, share, rate }) => ({
    keys: {
      law: 'working-set',
      workingSet: `${set}GB`,
      ...(rate === undefined ? { changed: `${(set * share).toFixed(3)}GB/day` } : { rate: `${rate}MB/s` }),
    },
    reachMb: set * 900,
  }));

const power: fc.Arbitrary<Writes> = fc
  .record({
    exponent: sometimes(fc.constantFrom(0.5, 0.61, 0.9, 1)),
    changed: odd(1, 45),
    percent: sometimes(odd(1, 20)),
    timesWritten: sometimes(odd(1, 9)),
  })
  .map(({ exponent, changed, percent, timesWritten }) => {
    const rate = timesWritten === undefined ? {} : { rate: `${(changed * timesWritten).toFixed(3)}GB/day` };
    const share = percent !== undefined && timesWritten === undefined ? `${percent}%/day` : `${changed}GB/day`;
    return { keys: { law: 'power', changed: share, ...rate, ...(exponent === undefined ? {} : { exponent }) }, reachMb: Infinity };
  });

const writes: fc.Arbitrary<Writes> = fc
  .record({ law: fc.oneof(append, workingSet, power, fc.constant<Writes>({ keys: {}, reachMb: Infinity })), growing: sometimes(percentage) })
  .map(({ law, growing }) => ({ ...law, keys: { ...law.keys, ...(growing === undefined ? {} : { growth: growing }) } }));

const dayProfile = fc.array(fc.constantFrom(0, 0.4, 1, 2.3), { minLength: 24, maxLength: 24 }).filter((hours) => hours.some((hour) => hour > 0));

const activity = fc.oneof(fc.constantFrom('flat', 'office-hours', 'nights'), dayProfile);

const drawnDisk = fc.record({
  datastore: whole(0, 1),
  sizeMb: whole(20_000, 90_000),
  usedShare: odd(0.1, 0.99),
  thick: fc.boolean(),
  writes,
  growth,
  reads: sometimes(
    fc.oneof(
      fc.constant<string | number>(0),
      odd(0, 5).map((megabytes) => `${megabytes}MB/s`),
    ),
  ),
  snapshots: fc.oneof(
    { weight: 3, arbitrary: fc.constant<number[]>([]) },
    { weight: 1, arbitrary: fc.array(whole(300, 4000), { minLength: 1, maxLength: 2 }) },
  ),
});

const drawn = fc.record({
  count: whole(1, 3),
  host: fc.constantFrom(null, 0, 1),
  tagged: fc.boolean(),
  disks: fc.oneof(
    { weight: 2, arbitrary: drawnDisk.map((disk) => [disk]) },
    { weight: 1, arbitrary: fc.array(drawnDisk, { minLength: 1, maxLength: 3 }) },
  ),
  network: sometimes(odd(4, 60)),
  activity: sometimes(activity),
  snapshotKind: fc.constantFrom('user', 'orphan'),
  changeTracking: fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  deltaOverhead: sometimes(fc.constant(1.07)),
  toleratesPause: sometimes(fc.constantFrom('47s', '13m', '3h7m')),
  guest: sometimes(fc.constantFrom('linux', 'plan9')),
  maxChain: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: whole(1, 3) }),
});

export const arbitraryVms: fc.Arbitrary<VmGroup[]> = fc.array(drawn, { minLength: 1, maxLength: 4 }).map((groups) => groups.map(groupOf));

type Drawn<T> = T extends fc.Arbitrary<infer U> ? U : never;

function groupOf(given: Drawn<typeof drawn>, index: number): VmGroup {
  const { count, host, tagged } = given;
  const disks = given.disks.map(diskOf);
  const keys: Record<string, unknown> = {
    count,
    ...(host === null ? {} : { host: `h${host}` }),
    // One disk stands as keys of the VM itself.
    ...(disks.length === 1 ? disks[0]?.keys : { disks: disks.map((disk) => disk.keys) }),
    changeTracking: given.changeTracking,
    ...(tagged ? { tags: ['gold'] } : {}),
    ...(given.network === undefined ? {} : { network: `${given.network}MB/s` }),
  };
  for (const key of ['activity', 'deltaOverhead', 'toleratesPause', 'maxChain', 'guest'] as const)
    if (given[key] !== undefined) keys[key] = given[key];
  const snapshots = disks.flatMap(({ snapshotsMb }, disk) =>
    snapshotsMb.map((megabytes, place) => ({
      taken: `2026-02-0${place + 1}T10:13`,
      size: `${megabytes}MB`,
      kind: given.snapshotKind,
      ...(disk === 0 ? {} : { disk }),
    })),
  );
  if (snapshots.length > 0) keys.snapshots = snapshots;
  return { name: `vm${index}`, count, host, tagged, disks, keys };
}

function diskOf(given: Drawn<typeof drawnDisk>): DrawnDisk {
  const { datastore, sizeMb, thick, writes: written, reads } = given;
  const usedMb = Math.round(sizeMb * given.usedShare);
  const keys = {
    datastore: `ds${datastore}`,
    size: `${sizeMb}MB`,
    used: `${usedMb}MB`,
    provisioning: thick ? 'thick' : 'thin',
    writes: written.keys,
    ...(reads === undefined ? {} : { reads: { rate: reads } }),
    ...(given.growth === undefined ? {} : { growth: given.growth }),
  };
  return { datastore, sizeMb, usedMb, thick, snapshotsMb: given.snapshots.filter((megabytes) => megabytes < written.reachMb), keys };
}
