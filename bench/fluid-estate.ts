/** A plan's devices for the bare fluid loop, with the costs and caps that the simulator gives its own flows (MODEL 3), for one-disk VMs and incrementals. */
import type { Plan, TaskResult } from '../sim/index.ts';
import type { FluidEstate, FluidFlow } from './fluid-loop.ts';

export interface NumberedTask extends TaskResult {
  repository: number;
}

/** `tasks` by number; a merge is of what the task's snapshot came to. */
export function fluidEstate(plan: Plan, tasks: readonly NumberedTask[]): FluidEstate {
  const { datastores, hosts, proxies, repositories } = plan;
  const firstHost = datastores.length;
  const firstCores = firstHost + hosts.length;
  const firstNetwork = firstCores + proxies.length;
  const firstRepository = firstNetwork + proxies.length;
  const capacities = [
    ...datastores.map(() => 1),
    ...hosts.map(({ nbdBytesPerSecond }) => (nbdBytesPerSecond ?? Number.POSITIVE_INFINITY) / 1000),
    ...proxies.map(({ cores }) => cores ?? Number.POSITIVE_INFINITY),
    ...proxies.map(({ networkBytesPerSecond }) => (networkBytesPerSecond ?? Number.POSITIVE_INFINITY) / 1000),
    ...repositories.map(() => 1),
  ];
  const datastoreNumbers = new Map(datastores.map(({ name }, index) => [name, index]));
  const hostNumbers = new Map(hosts.map(({ name }, index) => [name, index]));
  const places = new Map(
    plan.vms.map(({ name, host, disks }) => [
      name,
      { datastore: datastoreNumbers.get(disks[0]?.datastore ?? '') as number, host: hostNumbers.get(host ?? '') as number },
    ]),
  );
  const placeOf = (task: number): { datastore: number; host: number } => places.get(tasks[task]?.vm ?? '') as { datastore: number; host: number };
  return {
    capacities,
    repositorySlots: repositories.map(({ slots }) => slots ?? Number.POSITIVE_INFINITY),
    proxySlots: proxies.map(({ slots }) => slots ?? Number.POSITIVE_INFINITY),
    transfer(task, proxy): FluidFlow {
      const { datastore, host } = placeOf(task);
      const { repository, readBytes } = tasks[task] as NumberedTask;
      const core = (proxies[proxy]?.perCoreIncrementalBytesPerSecond as number) / 1000;
      const stored = 1 / (plan.jobs[repository]?.reduction as number);
      return {
        bytes: readBytes,
        cap: core,
        resources: [datastore, firstHost + host, firstNetwork + proxy, firstCores + proxy, firstRepository + repository],
        costs: [
          1000 / (datastores[datastore]?.readBytesPerSecond as number),
          1,
          1,
          1 / core,
          (1000 / (repositories[repository]?.writeBytesPerSecond as number)) * stored,
        ],
      };
    },
    merge(task): FluidFlow | null {
      const bytes = tasks[task]?.peakDeltaBytes as number;
      if (bytes === 0) return null;
      const { datastore } = placeOf(task);
      const device = datastores[datastore] as Plan['datastores'][number];
      const cost = 1000 / device.readBytesPerSecond + 1000 / device.writeBytesPerSecond;
      return { bytes, cap: device.mergeBytesPerSecond / 1000, resources: [datastore], costs: [cost] };
    },
  };
}
