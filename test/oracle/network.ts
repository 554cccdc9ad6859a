import { activityAt } from './activity.ts';
import { factorOn, isStruck } from './faults.ts';
import { adjustFeeds } from './feeds.ts';
import { readSpeed } from './laws.ts';
import { isRestoring } from './restores.ts';
import { adjustSavings } from './savings.ts';
import { disksOf, disksOn, isTop } from './space.ts';
import { type Demand, waterFill } from './waterfill.ts';
import type { Copy, Datastore, Disk, Feed, Host, Restore, Saving, Stream, Transfer, Transform, Upkeep, Vm, World } from './world.ts';

/** Of solving anew. */
const MOST_ROUNDS = 60;

const REQUEST_BYTES = 512 * 1024;

/** Elastic flows are never held below this fraction of a device. */
const LEAST_ELASTIC = 0.05;

/** How a solved flow goes back to where it belongs; elastic flows name the datastore whose device they use. */
interface Flow {
  demand: Demand;
  elasticOn: Datastore | null;
  use: (bytesPerSecond: number) => void;
}

/** Remaining bytes below which a transfer counts as complete: what flows in a millionth of a millisecond. */
export function isComplete(transfer: Transfer): boolean {
  return transfer.leftBytes <= transfer.bytesPerMs * 1e-6 || transfer.leftBytes <= transfer.workBytes * 1e-13;
}

/**
 * Sets the rates of all transfers, merges and guests for the coming step, and the latencies that follow (MODEL.md 3). What guests may write depends
 * on the rates of copies, and those on what guests write, so it is solved again until both fit.
 */
export function solveRates(world: World): void {
  for (const disk of disksOf(world)) disk.writtenFraction = 1;
  setSpeeds(world);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    solveOnce(world);
    // Both shall be looked at each time.
    if (![adjustSavings(world, round), adjustFeeds(world)].includes(true)) return;
  }
}

function solveOnce(world: World): void {
  const flows: Flow[] = [];
  for (const datastore of world.datastores) flows.push(...guestFlow(world, datastore));
  for (const task of world.tasks) {
    for (const stream of task.streams) {
      if (stream.stage === 'moving') flows.push(...streamFlow(world, stream));
      if (stream.saving !== null) flows.push(...savingFlow(stream.saving));
      if (stream.feed !== null && stream.feed.stage !== 'copying') flows.push(feedFlow(stream, stream.feed));
    }
  }
  for (const disk of disksOf(world)) flows.push(...mergeFlows(disk));
  for (const transform of world.transforms) flows.push(...transformFlow(transform));
  for (const upkeep of world.upkeeps) flows.push(...upkeepFlow(upkeep));
  for (const restore of world.restores.filter(isRestoring)) flows.push(...restoreFlows(restore));
  for (const copy of world.copies) flows.push(...copyFlow(copy));
  const capacities = capacitiesOf(world);
  for (const datastore of world.datastores) throttle(datastore, flows, capacities);
  const demands = flows.map(({ demand }) => demand);
  const shares = waterFill(capacities, demands);
  shares.forEach(({ rate }, index) => {
    flows[index]?.use(rate);
  });
  for (const disk of disksOf(world)) disk.writtenBytesPerMs = (guestRates(world, disk).writes * disk.datastore.servedFraction) / 1000;
  for (const datastore of world.datastores) {
    const device = deviceOf(datastore);
    const queued = shares.filter(({ limit }, index) => flows[index]?.elasticOn === datastore && limit === device).length;
    const busy = flows.reduce((sum, { demand, elasticOn }, index) => {
      const own = elasticOn === datastore && shares[index]?.limit === device;
      return sum + (own ? 0 : (shares[index]?.rate ?? 0) * (demand.costs.get(device) ?? 0));
    }, 0);
    const queueMs = (queued * datastore.queueDepth * REQUEST_BYTES * 1000) / datastore.readBytesPerSecond;
    datastore.latencyMs = datastore.idleLatencyMs / (1 - Math.min(busy, 0.98)) + queueMs;
  }
}

function deviceOf({ name }: Datastore): string {
  return `datastore ${name}`;
}

/** What faults leave of the devices. */
function setSpeeds(world: World): void {
  for (const datastore of world.datastores) {
    const factor = factorOn(world, 'datastore-degraded', datastore);
    datastore.readBytesPerSecond = datastore.nominal.readBytesPerSecond * factor;
    datastore.writeBytesPerSecond = datastore.nominal.writeBytesPerSecond * factor;
    datastore.operationsPerSecond = datastore.nominal.operationsPerSecond * factor;
    datastore.idleLatencyMs = datastore.nominal.idleLatencyMs / factor;
  }
}

function capacitiesOf(world: World): Map<string, number> {
  const capacities = nominalCapacitiesOf(world);
  const set = (resource: string, factor: number): void => {
    const capacity = capacities.get(resource) ?? Number.POSITIVE_INFINITY;
    capacities.set(resource, factor === 0 ? 0 : capacity * factor);
  };
  const network = (on: object): number => (isStruck(world, 'network-outage', on) ? 0 : factorOn(world, 'network-slowdown', on));
  for (const host of world.hosts) for (const resource of networkOf(host)) set(resource, network(host));
  for (const link of world.links) set(`link ${link.name}`, network(link));
  for (const proxy of world.proxies) set(`cores ${proxy.name}`, factorOn(world, 'server-resources', proxy));
  return capacities;
}

function networkOf({ name }: Host): string[] {
  return [`host ${name}`, `host network ${name}`];
}

/** Whether a network that a transfer crosses lets nothing through. */
export function crossesOutage(world: World, stream: Stream): boolean {
  const { costs } = transferDemand(stream);
  const crosses = (resource: string): boolean => (costs.get(resource) ?? 0) > 0;
  return (
    world.hosts.some((host) => isStruck(world, 'network-outage', host) && networkOf(host).some(crosses)) ||
    world.links.some((link) => isStruck(world, 'network-outage', link) && crosses(`link ${link.name}`))
  );
}

/** What things can do without faults. */
function nominalCapacitiesOf(world: World): Map<string, number> {
  const capacities = new Map<string, number>();
  for (const datastore of world.datastores) capacities.set(deviceOf(datastore), 1);
  for (const { name } of world.arrays) capacities.set(`array ${name}`, 1);
  for (const { name, nbdBytesPerSecond, networkBytesPerSecond } of world.hosts) {
    capacities.set(`host ${name}`, nbdBytesPerSecond);
    capacities.set(`host network ${name}`, networkBytesPerSecond);
  }
  for (const { name, networkBytesPerSecond } of world.vms) capacities.set(`vm ${name}`, networkBytesPerSecond);
  for (const { name, bytesPerSecond } of world.links) capacities.set(`link ${name}`, bytesPerSecond);
  for (const { name, cores, networkBytesPerSecond, fabricBytesPerSecond } of world.proxies) {
    capacities.set(`cores ${name}`, cores);
    capacities.set(`network ${name}`, networkBytesPerSecond);
    capacities.set(`fabric ${name}`, fabricBytesPerSecond);
  }
  for (const { name } of world.repositories) capacities.set(`repository ${name}`, 1);
  return capacities;
}

/** Holds the elastic flows of a datastore together to what keeps its latency at `throttle`. */
function throttle(datastore: Datastore, flows: Flow[], capacities: Map<string, number>): void {
  if (datastore.throttleLatencyMs === Number.POSITIVE_INFINITY) return;
  const device = deviceOf(datastore);
  const limit = `elastic ${datastore.name}`;
  let guests = 0;
  for (const { demand, elasticOn } of flows) {
    const cost = demand.costs.get(device);
    if (cost === undefined) continue;
    // READING: what the guests ask for counts, not what they get.
    if (elasticOn === null) guests += demand.cap * cost;
    else demand.costs.set(limit, cost);
  }
  capacities.set(limit, Math.max(LEAST_ELASTIC, 1 - datastore.idleLatencyMs / datastore.throttleLatencyMs - guests));
}

/** Neither paused nor crashed, and its host and its disks are there. */
export function isRunning(vm: Vm): boolean {
  return vm.pausedSinceMs === null && vm.crashedAtMs === null && !vm.isDown && vm.lostAtMs === null;
}

/** Running, and no last pass of a merge makes it stand still. */
export function isActive(vm: Vm): boolean {
  return isRunning(vm) && !vm.disks.some(({ chain }) => chain.some(({ merge }) => merge?.stuns));
}

/** What a guest would write to a disk if no copy held it. */
export function wishBytesPerMs(world: World, disk: Disk): number {
  return isActive(disk.vm) ? (disk.writeBytesPerSecond * multiplierOf(world, disk.vm) * disk.datastore.servedFraction) / 1000 : 0;
}

function multiplierOf(world: World, vm: Vm): number {
  return activityAt(vm, world.zone, world.startUtcMs + world.nowMs);
}

/** Bytes per second the guest asks of a disk now. */
function guestRates(world: World, disk: Disk): { reads: number; writes: number } {
  if (!isActive(disk.vm)) return { reads: 0, writes: 0 };
  // READING: reads follow the activity too, not only the writes.
  const multiplier = multiplierOf(world, disk.vm);
  return { reads: disk.readBytesPerSecond * multiplier, writes: disk.writeBytesPerSecond * multiplier * disk.writtenFraction };
}

/** All guests of a datastore as one inelastic flow. */
function guestFlow(world: World, datastore: Datastore): Flow[] {
  datastore.servedFraction = 1;
  let asking = 0;
  let bytesPerSecond = 0;
  let operations = 0;
  for (const vm of world.vms) {
    let asks = false;
    for (const disk of disksOn(vm, datastore)) {
      const { reads, writes } = guestRates(world, disk);
      if (reads + writes > 0) asks = true;
      const mirrored = !datastore.helps && disk.chain.some((delta) => delta.merge !== null && isTop(delta));
      bytesPerSecond += reads + writes;
      // READING: d counts every delta in the chain, whoever opened it, the one being merged included.
      operations += (reads / readSpeed(disk.chain.length) + writes * (mirrored ? 2 : 1)) / datastore.ioSizeBytes;
    }
    if (asks) asking++;
  }
  if (bytesPerSecond === 0) return [];
  const operationsPerByte = operations / bytesPerSecond;
  const secondsPerByte = operationsPerByte / datastore.operationsPerSecond;
  const costs = new Map([[deviceOf(datastore), secondsPerByte]]);
  if (datastore.array) costs.set(`array ${datastore.array.name}`, operationsPerByte / datastore.array.operationsPerSecond);
  const weight = asking / (datastore.readBytesPerSecond * secondsPerByte);
  const use = (rate: number): void => {
    datastore.servedFraction = rate / bytesPerSecond;
  };
  return [{ demand: { weight, cap: bytesPerSecond, costs }, elasticOn: null, use }];
}

function mergeFlows({ datastore, chain }: Disk): Flow[] {
  const costs = new Map([[deviceOf(datastore), 1 / datastore.readBytesPerSecond + 1 / datastore.writeBytesPerSecond]]);
  const { array } = datastore;
  if (array) costs.set(`array ${array.name}`, 1 / array.readBytesPerSecond + 1 / array.writeBytesPerSecond);
  const merges = chain.map(({ merge }) => merge).filter((merge) => merge !== null && !merge.stuns);
  return merges.map((merge) => ({
    demand: { weight: 1, cap: datastore.mergeBytesPerSecond, costs: new Map(costs) },
    elasticOn: datastore,
    use: (rate) => {
      if (merge) merge.bytesPerMs = rate / 1000;
    },
  }));
}
function streamFlow(world: World, stream: Stream): Flow[] {
  const { transfer } = stream;
  if (stream.isHung) {
    if (transfer) transfer.bytesPerMs = 0;
    return [];
  }
  const demand = transferDemand(stream);
  if (stream.slowdown < 1) demand.cap = Math.min(demand.cap, stream.slowdown * aloneBytesPerSecond(world, stream, demand));
  const use = (rate: number): void => {
    if (transfer) transfer.bytesPerMs = rate / 1000;
  };
  return [{ demand, elasticOn: stream.disk.datastore, use }];
}

function transferDemand(stream: Stream): Demand {
  const { datastore } = stream.disk;
  const { kind, run } = stream.task;
  const { cap, costs } = wayDemand(stream, kind === 'full');
  if (kind !== 'full' && run.job.mode === 'reverse' && run.job.repository) {
    const { name, readBytesPerSecond, writeBytesPerSecond } = run.job.repository;
    costs.set(`repository ${name}`, (1 / readBytesPerSecond + 2 / writeBytesPerSecond) / run.job.reduction);
  }
  costs.set(deviceOf(datastore), 1 / datastore.readBytesPerSecond);
  if (datastore.array) costs.set(`array ${datastore.array.name}`, 1 / datastore.array.readBytesPerSecond);
  return { weight: 1, cap, costs };
}

/** What the path of a transfer carries if nothing else is there, and nothing is wrong. */
function aloneBytesPerSecond(world: World, { disk }: Stream, { cap, costs }: Demand): number {
  const capacities = nominalCapacitiesOf(world);
  const { datastore } = disk;
  const limits = [...costs].map(([resource, cost]) => {
    const atFullSpeed = resource === deviceOf(datastore) ? 1 / datastore.nominal.readBytesPerSecond : cost;
    return (capacities.get(resource) ?? Number.POSITIVE_INFINITY) / atFullSpeed;
  });
  return Math.min(cap, ...limits);
}

/** What a repository does by itself, in stored bytes. */
function transformFlow({ chain, work, readsPerByte }: Transform): Flow[] {
  if (work === null) return [];
  const { name, readBytesPerSecond, writeBytesPerSecond, mergeBytesPerSecond } = chain.repository;
  const costs = new Map([[`repository ${name}`, readsPerByte / readBytesPerSecond + 1 / writeBytesPerSecond]]);
  const cap = chain.mode === 'forever-forward' ? mergeBytesPerSecond : Number.POSITIVE_INFINITY;
  const use = (rate: number): void => {
    work.bytesPerMs = rate / 1000;
  };
  return [{ demand: { weight: 1, cap, costs }, elasticOn: null, use }];
}

/** A repository reads what it holds, or for a collection a part of it. */
function upkeepFlow({ repository, work }: Upkeep): Flow[] {
  if (work === null) return [];
  const costs = new Map([[`repository ${repository.name}`, 1 / repository.readBytesPerSecond]]);
  const use = (rate: number): void => {
    work.bytesPerMs = rate / 1000;
  };
  return [{ demand: { weight: 1, cap: Number.POSITIVE_INFINITY, costs }, elasticOn: null, use }];
}

/** A point on its way to another repository, in stored bytes. */
function copyFlow({ from, work }: Copy): Flow[] {
  const target = from.repository.copyTo;
  if (work === null || target === null) return [];
  const costs = new Map([[`repository ${from.repository.name}`, 1 / from.repository.readBytesPerSecond]]);
  costs.set(`repository ${target.repository.name}`, 1 / target.repository.writeBytesPerSecond);
  // READING: a link that both lists name is crossed once.
  for (const { name } of [...target.links, ...target.repository.links]) costs.set(`link ${name}`, 1);
  const use = (rate: number): void => {
    work.bytesPerMs = rate / 1000;
  };
  return [{ demand: { weight: 1, cap: Number.POSITIVE_INFINITY, costs }, elasticOn: null, use }];
}

/** A flow for each disk that is written over. */
function restoreFlows({ vm, source, work }: Restore): Flow[] {
  if (source === null || work === null) return [];
  const { repository, job } = source.chain;
  return work
    .filter(({ transfer }) => !isComplete(transfer))
    .map(({ disk: { datastore }, transfer }) => {
      const costs = new Map([[`repository ${repository.name}`, 1 / (job.reduction * repository.readBytesPerSecond)]]);
      for (const link of repository.links) costs.set(`link ${link.name}`, 1 / job.reduction);
      if (vm.host) costs.set(`host ${vm.host.name}`, 1);
      costs.set(deviceOf(datastore), 1 / datastore.writeBytesPerSecond);
      if (datastore.array) costs.set(`array ${datastore.array.name}`, 1 / datastore.array.writeBytesPerSecond);
      const use = (rate: number): void => {
        transfer.bytesPerMs = rate / 1000;
      };
      return { demand: { weight: 1, cap: Number.POSITIVE_INFINITY, costs }, elasticOn: datastore, use };
    });
}

/** Blocks on their way into a file beside the disks. */
function savingFlow(saving: Saving): Flow[] {
  const { datastore, bytesPerSecond } = saving;
  if (datastore === null || bytesPerSecond === 0) return [];
  const costs = new Map([[deviceOf(datastore), 1 / datastore.writeBytesPerSecond]]);
  if (datastore.array) costs.set(`array ${datastore.array.name}`, 1 / datastore.array.writeBytesPerSecond);
  return [{ demand: { weight: 1, cap: bytesPerSecond, costs }, elasticOn: datastore, use: () => undefined }];
}

/** Writes on their way to the replica, without touching the datastore. */
function feedFlow(stream: Stream, feed: Feed): Flow {
  // READING: a feed costs a core what increments cost.
  const { cap, costs } = wayDemand(stream, false);
  const wanted = feed.stage === 'in step' ? feed.demandBytesPerSecond : Number.POSITIVE_INFINITY;
  const use = (rate: number): void => {
    feed.bytesPerMs = rate / 1000;
  };
  return { demand: { weight: 1, cap: Math.min(cap, wanted), costs }, elasticOn: null, use };
}

/** What a byte of a disk crosses on its way to the repository, and how many a second may. */
function wayDemand({ task, disk, proxy, way }: Stream, isFull: boolean): { cap: number; costs: Map<string, number> } {
  const { job } = task.run;
  const { vm } = disk;
  const costs = new Map<string, number>();
  const add = (resource: string, cost: number): void => {
    costs.set(resource, (costs.get(resource) ?? 0) + cost);
  };
  if (way === 'guest') add(`vm ${vm.name}`, 1);
  // READING: the host's share for NBD and its network for agents are two resources, neither takes from the other.
  if (vm.host && (way === 'guest' || way === 'nbd')) add(`${way === 'guest' ? 'host network' : 'host'} ${vm.host.name}`, 1);
  let cap = job.streamBytesPerSecond;
  if (proxy) {
    const perCore = isFull ? proxy.fullBytesPerCoreSecond : proxy.incrementalBytesPerCoreSecond;
    const coreSeconds = job.compressionWork / perCore + job.checksumSecondsPerByte;
    cap = Math.min(cap, 1 / coreSeconds);
    add(`cores ${proxy.name}`, coreSeconds);
    if (way === 'fabric') add(`fabric ${proxy.name}`, 1);
    else if (way === 'attached') {
      // READING: what an attaching proxy sends leaves its host beside what agents send there.
      if (proxy.host) add(`host network ${proxy.host.name}`, 1 / job.reduction);
    } else {
      add(`network ${proxy.name}`, 1);
      // READING: the links of the proxy lie before it and carry source bytes; those of the repository carry reduced bytes.
      for (const link of proxy.links) add(`link ${link.name}`, 1);
    }
  }
  if (job.repository) {
    for (const link of job.repository.links) add(`link ${link.name}`, 1 / job.reduction);
    add(`repository ${job.repository.name}`, 1 / (job.reduction * job.repository.writeBytesPerSecond));
  }
  return { cap, costs };
}
