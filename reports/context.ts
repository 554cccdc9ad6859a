/** What every report draws from: the result, and of the plan what the result does not repeat. */
import type { Plan, ZoneTable } from '../sim/plan.ts';
import type { Result } from '../sim/result.ts';

export interface ReportContext {
  result: Result;
  zone: ZoneTable;
  /** Job names in the order of the scenario file. */
  jobNames: string[];
  /** The datastore of a VM's first disk, by the VM's name. */
  datastoreOfVm: ReadonlyMap<string, string>;
  /** Free bytes at which a datastore refuses new blocks, by its name. */
  floorBytesOf: ReadonlyMap<string, number>;
  /** How long the window of a job is open, by its name; none: it may run at any hour. */
  windowMsOf: ReadonlyMap<string, number>;
}

export function reportContext(plan: Plan, result: Result): ReportContext {
  return {
    result,
    zone: plan.zone,
    jobNames: plan.jobs.map((job) => job.name),
    datastoreOfVm: new Map(plan.vms.flatMap((vm) => (vm.disks[0] ? [[vm.name, vm.disks[0].datastore] as const] : []))),
    floorBytesOf: new Map(plan.datastores.map((datastore) => [datastore.name, datastore.floorBytes])),
    windowMsOf: new Map(plan.jobs.flatMap(({ name, window }) => (window?.hours ? [[name, windowMs(window.hours)] as const] : []))),
  };
}

function windowMs({ fromMinute, untilMinute }: { fromMinute: number; untilMinute: number }): number {
  const minutes = untilMinute - fromMinute;
  return (minutes > 0 ? minutes : minutes + 24 * 60) * 60_000;
}
