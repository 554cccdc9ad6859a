/**
 * Everything that a run consists of: the plan's entities as objects, the machinery below them, and the parts that drive them. Parts know the world and
 * find each other through it.
 */
import { Admission } from './backup/admission.ts';
import { Cdp } from './backup/cdp.ts';
import { Consolidation } from './backup/consolidation.ts';
import { CopyBeforeWrite } from './backup/copy-before-write.ts';
import { Orphans } from './backup/orphans.ts';
import { Quiescing } from './backup/quiescing.ts';
import { Merge } from './backup/removal.ts';
import type { Job } from './backup/run.ts';
import { Runs } from './backup/runs.ts';
import { Stages } from './backup/stages.ts';
import type { Task, TaskDisk } from './backup/task.ts';
import { Windows } from './backup/windows.ts';
import type { Activity } from './estate/activity.ts';
import { type Datastore, DatastoreChanges } from './estate/datastore.ts';
import type { Disk } from './estate/disk.ts';
import { Guests } from './estate/guests.ts';
import type { Device, Host, Proxy } from './estate/host.ts';
import { Lifecycle } from './estate/lifecycle.ts';
import { Space } from './estate/space.ts';
import type { Vm } from './estate/vm.ts';
import type { Zone } from './estate/zone.ts';
import type { EventKind } from './events.ts';
import { Faults } from './faults/faults.ts';
import { FindingBook } from './findings/book.ts';
import { Conditions } from './findings/conditions.ts';
import { Policy } from './findings/policy.ts';
import { FlowNetwork, type ResourceState } from './flow/network.ts';
import { Kernel, type KernelLimits } from './kernel/kernel.ts';
import type { EventLog } from './kernel/log.ts';
import type { PolicyPlan } from './plan.ts';
import { Chains } from './repository/chains.ts';
import { Copies } from './repository/copies.ts';
import { Recovery } from './repository/recovery.ts';
import type { Repository } from './repository/repository.ts';
import { Restores } from './repository/restores.ts';
import { Storage } from './repository/storage.ts';
import { Theft } from './repository/theft.ts';
import { Upkeep } from './repository/upkeep.ts';
import { Works } from './repository/works.ts';

export class World {
  readonly kernel: Kernel;
  readonly log: EventLog<EventKind>;
  readonly network: FlowNetwork;
  readonly endMs: number;
  readonly zone: Zone;
  readonly activities: Activity[] = [];
  readonly datastores: Datastore[] = [];
  readonly datastoreChanges = new DatastoreChanges();
  readonly hosts: Host[] = [];
  /** Resource numbers by name. */
  readonly links = new Map<string, number>();
  readonly proxies: Proxy[] = [];
  readonly repositories: Repository[] = [];
  readonly vms: Vm[] = [];
  readonly disks: Disk[] = [];
  readonly jobs: Job[] = [];
  /** By number; undefined: nothing can happen to it any more. */
  readonly tasks: (Task | undefined)[] = [];
  /** Disks of tasks, and merges, by number; flows belong to them. */
  readonly parts: (TaskDisk | Merge | undefined)[] = [];
  readonly operatorRespondsAfterMs: number | null;
  /** By resource number: the name under which it appears as a bottleneck, and what is to be told of its load. */
  readonly resourceLabels: string[] = [];
  /** Undisturbed: what it can do at the most. */
  readonly fullCapacities: number[] = [];
  readonly loadListeners: ((state: ResourceState) => void)[] = [];
  /** Devices by label, for their figures. */
  readonly devices = new Map<string, Device[]>();

  readonly policy: Policy;
  readonly findings: FindingBook;
  readonly conditions: Conditions;
  readonly guests: Guests;
  readonly lifecycle: Lifecycle;
  readonly space: Space;
  readonly admission: Admission;
  readonly stages: Stages;
  readonly copyBeforeWrite: CopyBeforeWrite;
  readonly cdp: Cdp;
  readonly consolidation: Consolidation;
  readonly orphans: Orphans;
  readonly quiescing: Quiescing;
  readonly faults: Faults;
  readonly storage: Storage;
  readonly works: Works;
  readonly recovery: Recovery;
  readonly chains: Chains;
  readonly copies: Copies;
  readonly upkeep: Upkeep;
  readonly restores: Restores;
  readonly theft: Theft;
  readonly windows: Windows;
  readonly runs: Runs;

  /** Log event of the start. */
  startEvent = 0;

  constructor(zone: Zone, endMs: number, operatorRespondsAfterMs: number | null, policy: PolicyPlan, log: EventLog<EventKind>, limits: KernelLimits) {
    this.zone = zone;
    this.endMs = endMs;
    this.operatorRespondsAfterMs = operatorRespondsAfterMs;
    this.log = log;
    this.policy = new Policy(policy);
    this.findings = new FindingBook(this.policy);
    log.listen(this.findings.kinds(), (event) => this.findings.observe(event));
    this.kernel = new Kernel(limits);
    this.network = new FlowNetwork(this.kernel, {
      completed: (owner) => (owner < 0 ? this.works.flowCompleted(owner) : this.flowCompleted(this.parts[owner] as TaskDisk | Merge)),
      resourceSolved: (resource, state) => this.loadListeners[resource]?.(state),
    });
    this.conditions = new Conditions(this);
    this.guests = new Guests(this);
    this.lifecycle = new Lifecycle(this);
    this.space = new Space(this);
    this.admission = new Admission(this);
    this.stages = new Stages(this);
    this.copyBeforeWrite = new CopyBeforeWrite(this);
    this.cdp = new Cdp(this);
    this.consolidation = new Consolidation(this);
    this.orphans = new Orphans(this);
    this.quiescing = new Quiescing(this);
    this.faults = new Faults(this);
    this.storage = new Storage(this);
    this.works = new Works(this);
    this.recovery = new Recovery(this);
    this.chains = new Chains(this);
    this.copies = new Copies(this);
    this.upkeep = new Upkeep(this);
    this.restores = new Restores(this);
    this.theft = new Theft(this);
    this.windows = new Windows(this);
    this.runs = new Runs(this);
  }

  /** Adds a resource to the network; `label` names it as a bottleneck. */
  addResource(label: string, capacity: number, loaded: (state: ResourceState) => void): number {
    const resource = this.network.addResource(capacity);
    this.resourceLabels[resource] = label;
    this.fullCapacities[resource] = capacity;
    this.loadListeners[resource] = loaded;
    return resource;
  }

  private flowCompleted(part: TaskDisk | Merge): void {
    if (part instanceof Merge) this.consolidation.mergeCompleted(part);
    else this.stages.transferCompleted(part);
  }
}
