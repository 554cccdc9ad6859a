/** From the plan to the world at the start: entities, resources, what exists already. */
import { Job } from './backup/run.ts';
import { selects } from './backup/selection.ts';
import { Activity } from './estate/activity.ts';
import { Datastore, storageDevice } from './estate/datastore.ts';
import { Delta } from './estate/delta.ts';
import { Disk } from './estate/disk.ts';
import { writtenFor } from './estate/growth-law.ts';
import { Device, Host, Proxy } from './estate/host.ts';
import { withAdded } from './estate/lists.ts';
import { relativeReadSpeed } from './estate/read-speed.ts';
import { ABSENT } from './estate/statistics.ts';
import { Vm } from './estate/vm.ts';
import { Zone } from './estate/zone.ts';
import type { EventKind } from './events.ts';
import type { ResourceState } from './flow/network.ts';
import type { KernelLimits } from './kernel/kernel.ts';
import { EventLog } from './kernel/log.ts';
import type { DiskPlan, Plan, RepositoryPlan, VmPlan } from './plan.ts';
import { establish, weighEstablished } from './repository/establish.ts';
import { Repository } from './repository/repository.ts';
import { Permitted } from './schedule/permitted.ts';
import { Schedule } from './schedule/schedule.ts';
import { World } from './world.ts';

export function buildWorld(plan: Plan, log: EventLog<EventKind>, limits: KernelLimits): World {
  const world = layOut(plan, log, limits);
  for (const job of world.jobs) if (job.plan.initial === 'established') establish(world, job, headSchedule(world, job));
  for (const repository of world.repositories) {
    repository.startUsedBytes = world.storage.usedNow(repository);
    world.storage.notePeak(repository);
  }
  return world;
}

/** Bytes that each repository of a plan holds before anything happens: the chains of established jobs. */
export function repositoryBytesAtStart(plan: Plan): Record<string, number> {
  const world = layOut(plan, new EventLog(), { eventsPerInstant: 0, eventsInAll: 0 });
  for (const job of world.jobs) if (job.plan.initial === 'established') weighEstablished(world, job, headSchedule(world, job));
  return Object.fromEntries(world.repositories.map((repository) => [repository.name, world.storage.usedNow(repository)]));
}

/** Everything but the past of its jobs. */
function layOut(plan: Plan, log: EventLog<EventKind>, limits: KernelLimits): World {
  const world = new World(new Zone(plan.zone), plan.durationMs, plan.operatorRespondsAfterMs, plan.policy, log, limits);
  world.startEvent = log.record(0, 'scenario-started', { scenario: plan.name, seed: plan.seed }, []);
  for (const activity of plan.activities) world.activities.push(new Activity(activity, world.zone));
  addDatastores(world, plan);
  addTransport(world, plan);
  addRepositories(world, plan);
  for (const vm of plan.vms) addVm(world, vm, plan);
  addJobs(world, plan);
  return world;
}

function addDatastores(world: World, plan: Plan): void {
  const arrays = new Map(plan.arrays.map((array) => [array.name, { array, resource: addDevice(world, `array:${array.name}`, 1) }]));
  for (const spec of plan.datastores) {
    const index = world.datastores.length;
    const label = `datastore:${spec.name}`;
    const device = world.addResource(label, 1, (state) => {
      world.guests.deviceSolved(world.datastores[index] as Datastore, state);
    });
    const datastore = new Datastore(index, spec, device, world.datastoreChanges, world.policy.thresholds('datastore', spec.name));
    if (spec.array !== null) {
      const behind = known(arrays.get(spec.array), 'array', spec.array);
      datastore.devices.push(storageDevice(behind.resource, behind.array, spec.ioSizeBytes));
    }
    if (spec.latencyControl !== null) datastore.throttle = world.addResource(label, 1, () => {});
    world.datastores.push(datastore);
  }
}

/** Adds a device that only has a load; capacity null: no limit, no resource. */
function addDevice(world: World, label: string, capacity: number | null): number {
  if (capacity === null) return -1;
  const device = new Device(label);
  world.devices.set(label, [...(world.devices.get(label) ?? []), device]);
  return world.addResource(label, capacity, (state) => device.setLoad(world.kernel.nowMs, busyOf(state)));
}

/** Busy fraction. What lets nothing through is busy as long as somebody waits for it. */
function busyOf({ load, capacity, queuedFlows }: ResourceState): number {
  if (capacity > 0) return load / capacity;
  return queuedFlows > 0 ? 1 : 0;
}

function perMs(bytesPerSecond: number | null): number | null {
  return bytesPerSecond === null ? null : bytesPerSecond / 1000;
}

/** The network of a host without a limit matters where it fails. */
function hostRate(plan: Plan, host: string, bytesPerSecond: number | null): number | null {
  const fails = plan.faults.some((fault) => fault.kind === 'network-outage' && fault.host === host);
  return perMs(bytesPerSecond) ?? (fails ? Number.POSITIVE_INFINITY : null);
}

function addTransport(world: World, plan: Plan): void {
  for (const host of plan.hosts) {
    const label = `host:${host.name}`;
    world.hosts.push(
      new Host(
        host.name,
        addDevice(world, label, hostRate(plan, host.name, host.nbdBytesPerSecond)),
        addDevice(world, label, hostRate(plan, host.name, host.networkBytesPerSecond)),
        host.datastores,
      ),
    );
  }
  const { links } = world;
  for (const link of plan.links) links.set(link.name, addDevice(world, `link:${link.name}`, link.bandwidthBytesPerSecond / 1000));
  for (const proxy of plan.proxies) {
    const label = `proxy:${proxy.name}`;
    world.proxies.push(
      new Proxy({
        name: proxy.name,
        slots: proxy.slots,
        slotUnit: proxy.slotUnit,
        cores: addDevice(world, label, proxy.cores),
        network: addDevice(world, label, perMs(proxy.networkBytesPerSecond)),
        fabric: addDevice(world, label, perMs(proxy.fabricBytesPerSecond)),
        fabricDatastores: proxy.fabricDatastores,
        host: proxy.host === null ? null : named(world.hosts, 'host', proxy.host),
        links: proxy.links.map((name) => known(links.get(name), 'link', name)),
        perCoreFull: proxy.perCoreFullBytesPerSecond / 1000,
        perCoreIncremental: proxy.perCoreIncrementalBytesPerSecond / 1000,
      }),
    );
  }
}

function addRepositories(world: World, plan: Plan): void {
  const { links } = world;
  for (const spec of plan.repositories) {
    const index = world.repositories.length;
    const label = `repository:${spec.name}`;
    const device = new Device(label);
    world.devices.set(label, [device]);
    const resource = world.addResource(label, 1, (state) => {
      device.setLoad(world.kernel.nowMs, state.load);
      (world.repositories[index] as Repository).spaceDirty = true;
    });
    world.repositories.push(new Repository(index, spec, resource, linksOf(spec.links, links)));
  }
  for (const repository of world.repositories) {
    const { copyTo } = repository.plan;
    if (copyTo === null) continue;
    repository.copyTarget = named(world.repositories, 'repository', copyTo.repository);
    repository.copyLinks = [...new Set([...linksOf(copyTo.links, links), ...repository.copyTarget.links])];
  }
}

function linksOf(names: readonly string[], links: ReadonlyMap<string, number>): number[] {
  return names.map((name) => known(links.get(name), 'link', name));
}

function addVm(world: World, spec: VmPlan, plan: Plan): void {
  const host = spec.host === null ? null : named(world.hosts, 'host', spec.host);
  const activity = plan.activities.findIndex((profile) => profile.name === spec.activity);
  if (activity < 0) throw new Error(`VM ${spec.name}: no activity named ${spec.activity}`);
  const network = addDevice(world, `vm:${spec.name}`, perMs(spec.networkBytesPerSecond));
  const vm = new Vm(world.vms.length, spec, host, network);
  world.vms.push(vm);
  for (const disk of spec.disks) addDisk(world, vm, disk, activity);
}

function addDisk(world: World, vm: Vm, spec: DiskPlan, activity: number): void {
  const datastore = named(world.datastores, 'datastore', spec.datastore);
  const disk = new Disk(world.disks.length, vm, datastore, datastore.clockFor(activity), spec);
  world.disks.push(disk);
  vm.disks.push(disk);
  for (const snapshot of spec.snapshots) {
    disk.top?.freeze(0);
    const written = writtenFor(disk.law, snapshot.sizeBytes / vm.deltaOverhead);
    if (written === Number.POSITIVE_INFINITY)
      throw new Error(`VM ${vm.name}: a snapshot of ${snapshot.sizeBytes} bytes cannot come about by its law`);
    disk.chain = withAdded(disk.chain, new Delta(disk, snapshot.kind, null, disk.law, written, 0, 0, snapshot.takenMs));
    if (datastore.plan.countOrphans) datastore.snapshotSlots.used++;
  }
  if (disk.chain.length > vm.maxChainDepth) vm.maxChainDepth = disk.chain.length;
  disk.latency.changeSpeed(datastore.latency.distribution, vm.exists ? relativeReadSpeed(disk.chain.length) : ABSENT);
  datastore.diskChanged(disk, 0);
}

function addJobs(world: World, plan: Plan): void {
  for (const spec of plan.jobs) {
    const uses = {
      schedule: new Schedule(spec.schedule, world.zone),
      permitted: spec.window === null ? null : new Permitted(spec.window, world.zone),
      repository: spec.repository === null ? noRepository() : named(world.repositories, 'repository', spec.repository),
      proxies: spec.proxies.map((name) => named(world.proxies, 'proxy', name)),
      fleecing: spec.fleecing === null ? null : named(world.datastores, 'datastore', spec.fleecing),
      candidates: world.vms.filter((_, index) => selects(spec.selection, plan.vms[index] as VmPlan)),
    };
    world.jobs.push(new Job(world.jobs.length, spec, uses));
  }
  for (const job of world.jobs) predecessorOf(world, job)?.followers.push(job);
}

function predecessorOf(world: World, job: Job): Job | null {
  const { schedule } = job.plan;
  return schedule.kind === 'after' ? named(world.jobs, 'job', schedule.job) : null;
}

/** The schedule with times of its own at the head of a job's chain. @throws Error where jobs wait for each other. */
function headSchedule(world: World, job: Job): Schedule {
  let head = job;
  for (let length = 0; length <= world.jobs.length; length++) {
    const before = predecessorOf(world, head);
    if (before === null) return head.schedule;
    head = before;
  }
  throw new Error(`job ${job.name} is after itself`);
}

/** For a job that copies nothing anywhere: it has room and slots without end. */
function noRepository(): Repository {
  const plan: RepositoryPlan = {
    name: '',
    capacityBytes: Number.POSITIVE_INFINITY,
    readBytesPerSecond: 1,
    writeBytesPerSecond: 1,
    slots: null,
    links: [],
    mergeBytesPerSecond: 1,
    blockClone: false,
    immutableMs: null,
    gcGraceMs: 0,
    garbageCollection: null,
    verify: null,
    copyTo: null,
    origin: '',
  };
  return new Repository(-1, plan, -1, []);
}

function named<T extends { name: string }>(list: readonly T[], kind: string, name: string): T {
  return known(
    list.find((entry) => entry.name === name),
    kind,
    name,
  );
}

function known<T>(value: T | undefined, kind: string, name: string): T {
  if (value === undefined) throw new Error(`the plan names a ${kind} "${name}" that it does not contain`);
  return value;
}
