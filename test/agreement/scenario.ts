/** Random small scenario documents over the whole format, sized so that slots bind, runs overlap and datastores fill now and then. */
import fc from 'fast-check';
import { upkeep } from './scenario-chains.ts';
import { sometimesCopies, withCopies } from './scenario-copies.ts';
import { drawnFaults, faultsOf, orphanCleanup } from './scenario-faults.ts';
import { arbitraryNight, drawnJob, jobOf } from './scenario-jobs.ts';
import { drawnLives, keysWithLife } from './scenario-lives.ts';
import { drawnRestores, restoresOf } from './scenario-restores.ts';
import { arbitraryVms, growth, odd, seldom, sometimes, stated, type VmGroup, whole } from './scenario-vms.ts';

export type ScenarioDocument = Record<string, unknown>;

const megabytes = (low: number, high: number): fc.Arbitrary<string> => odd(low, high).map((value) => `${value}MB/s`);

const datastore = fc.record({
  class: sometimes(fc.constantFrom('hdd', 'hybrid', 'all-flash')),
  freeMb: fc.oneof(whole(800, 30_000), whole(30_000, 400_000)),
  otherUsed: sometimes(whole(1, 50_000).map((value) => `${value}MB`)),
  otherGrowth: growth,
  read: sometimes(megabytes(15, 300)),
  write: sometimes(megabytes(30, 300)),
  iops: sometimes(fc.oneof(whole(31, 500), whole(500, 4001))),
  mergeRate: sometimes(megabytes(1, 40)),
  floor: sometimes(whole(1, 700).map((value) => `${value}MB`)),
  resumeMargin: sometimes(whole(40, 1100).map((value) => `${value}MB`)),
  onSpaceFreed: sometimes(fc.constantFrom('stay-paused', 'resume', 'resume')),
  ioSize: sometimes(fc.constantFrom('8KiB', '64KiB')),
  array: seldom(fc.constant('shared')),
  onFull: seldom(fc.constant('all')),
  consolidation: seldom(fc.constant('helper')),
  passLimit: seldom(whole(1, 3)),
  merges: seldom(fc.constant('serial')),
  maxOpenSnapshots: seldom(whole(1, 4)),
  countOrphans: seldom(fc.constant(true)),
  latency: seldom(whole(1, 9).map((ms) => `${ms}ms`)),
  latencyControl: seldom(fc.record({ stop: whole(6, 35).map((half) => `${2 * half}ms`), throttle: whole(5, 20).map((half) => `${2 * half + 1}ms`) })),
  queueDepth: seldom(whole(1, 20)),
  orphanCleanup,
});

const array = fc.record({ read: megabytes(30, 400), write: megabytes(30, 400), iops: whole(200, 6001), capacity: fc.constant('1PB') });

const reach = sometimes(fc.constantFrom(['ds0'], ['ds1'], ['ds0', 'ds1']));

const host = fc.record({ network: megabytes(60, 700), nbd: sometimes(megabytes(20, 59)), datastores: reach });

const proxy = fc.record({
  slots: sometimes(whole(1, 3)),
  cores: sometimes(whole(1, 3)),
  perCore: sometimes(fc.record({ full: megabytes(30, 150), incremental: megabytes(5, 60) })),
  memory: seldom(fc.constantFrom('2GiB', '5GiB', '7GB')),
  network: sometimes(megabytes(20, 200)),
  fabric: sometimes(megabytes(10, 200)),
  datastores: reach,
  host: fc.constantFrom('h0', 'h1'),
  links: sometimes(fc.constant(['wan'])),
});

/** No run fills a repository with so much free. */
const PLENTY_MB = 100_000_000;

const repository = fc.record({
  freeMb: fc.oneof(
    { weight: 1, arbitrary: whole(5000, 120_000) },
    { weight: 1, arbitrary: whole(120_000, 700_000) },
    { weight: 3, arbitrary: fc.constant(PLENTY_MB) },
  ),
  class: sometimes(fc.constantFrom('hdd', 'hybrid', 'all-flash')),
  read: megabytes(10, 211),
  write: megabytes(3, 90),
  slots: sometimes(whole(1, 4)),
  links: sometimes(fc.constant(['wan'])),
  mergeRate: sometimes(megabytes(2, 60)),
  blockClone: seldom(fc.constant(true)),
  gcGrace: seldom(fc.constantFrom('1h', '5h', '24h5m')),
  immutable: seldom(fc.constantFrom('3h', '11h', '2d')),
  ...upkeep,
});

export const arbitraryScenario: fc.Arbitrary<ScenarioDocument> = fc
  .record({
    night: arbitraryNight,
    groups: arbitraryVms,
    jobs: fc.array(drawnJob, { minLength: 1, maxLength: 3 }),
    array,
    slotUnit: fc.constantFrom(undefined, 'disk', 'vm'),
    respondsAfter: sometimes(fc.constantFrom('7m', '2h13m')),
    datastores: fc.tuple(datastore, datastore),
    hosts: fc.tuple(host, host),
    proxies: fc.tuple(proxy, proxy),
    repositories: fc.tuple(repository, repository),
    wan: odd(80, 900),
    faults: drawnFaults,
    seed: whole(1, 1_000_000),
    lives: drawnLives,
    restores: drawnRestores,
    copies: sometimesCopies,
  })
  .map((drawn) => {
    const { night, groups, jobs, array: shared, slotUnit, respondsAfter, datastores, hosts } = drawn;
    const { proxies, repositories, wan, faults, seed, lives, restores, copies } = drawn;
    const made = jobs.map((job, index) => jobOf(job, index, groups, night));
    const kept = (index: number): number => jobs.reduce((sum, job, at) => sum + (job.repository === index ? (made[at]?.keptMb ?? 0) : 0), 0);
    // What is held back from the past may be many points.
    const isHeld = (index: number): boolean => {
      const { immutable, gcGrace, garbageCollection } = repositories[index] ?? {};
      return (
        (copies ?? immutable ?? gcGrace ?? garbageCollection) !== undefined &&
        jobs.some(({ repository: on, established }) => (on === index || on === copies?.from) && established)
      );
    };
    return {
      overrun: 1,
      name: 'agreement',
      seed,
      start: `${night.date}T${night.time}`,
      timezone: night.timezone,
      duration: `${night.hours}h`,
      ...(respondsAfter === undefined ? {} : { operator: { respondsAfter } }),
      arrays: { shared },
      datastores: named('ds', datastores, ({ freeMb, otherUsed, ...keys }, index) => ({
        ...keys,
        otherUsed,
        capacity: `${baseMb(groups, index) + Number.parseInt(otherUsed ?? '0', 10) + freeMb}MB`,
      })),
      hosts: named('h', hosts, (keys) => keys),
      links: { wan: { bandwidth: `${wan}Mbit/s` } },
      proxies: named('p', proxies, (keys) => ({ ...keys, slotUnit })),
      repositories: withCopies(
        named('r', repositories, ({ freeMb, immutable, ...keys }, index) => ({
          ...keys,
          immutable: jobs.some((job) => job.repository === index && job.chain.mode === 'reverse') ? undefined : immutable,
          capacity: `${Math.ceil(kept(index)) + (isHeld(index) ? PLENTY_MB : freeMb)}MB`,
        })),
        copies,
        jobs.some(({ repository, established }) => repository === copies?.from && established),
      ),
      vms: Object.fromEntries(groups.map((group, index) => [group.name, stated(keysWithLife(group, lives[index] ?? {}, night))])),
      jobs: named('job', made, ({ keys }) => keys),
      faults: faultsOf(
        faults,
        groups,
        proxies,
        made.map(({ keys }) => keys),
        night,
      ),
      restores: restoresOf(restores, groups, night),
    };
  });

/** Things under names that count from 0, without the keys that were not drawn. */
function named<T, R extends object>(prefix: string, things: T[], keysOf: (thing: T, index: number) => R): Record<string, object> {
  return Object.fromEntries(things.map((thing, index) => [`${prefix}${index}`, stated(keysOf(thing, index))]));
}

/** What the VMs' disks and snapshots allocate on a datastore at the start. */
function baseMb(groups: VmGroup[], datastore: number): number {
  const here = groups.flatMap(({ count, disks }) => disks.filter((disk) => disk.datastore === datastore).map((disk) => ({ count, ...disk })));
  return here.reduce((sum, { count, thick, sizeMb, usedMb, snapshotsMb }) => {
    return sum + count * ((thick ? sizeMb : usedMb) + snapshotsMb.reduce((all, size) => all + size, 0));
  }, 0);
}
