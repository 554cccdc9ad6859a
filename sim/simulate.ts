/**
 * The one door to the simulator: a plan goes in, a result comes out.
 *
 * A run is a world of entities (`build.ts`) over a clock with a totally ordered queue (`kernel/`) and a network of flows (`flow/`). Ticks of schedules make
 * runs, runs make tasks (`backup/runs.ts`); tasks wait for slots (`backup/admission.ts`), go through their stages (`backup/stages.ts`), and their snapshots
 * are merged (`backup/consolidation.ts`). Guests write meanwhile (`estate/guests.ts`), VMs come and go (`estate/lifecycle.ts`), datastores fill
 * (`estate/space.ts`), repositories too (`repository/storage.ts`). What happens is logged with its causes (`kernel/log.ts`); rules over the log make the
 * findings (`findings/`).
 */
import { buildWorld } from './build.ts';
import type { EventKind } from './events.ts';
import type { KernelLimits } from './kernel/kernel.ts';
import { EventLog } from './kernel/log.ts';
import type { StreamingSha256 } from './kernel/sha256.ts';
import type { Plan } from './plan.ts';
import { closeBooks, makeResult } from './report.ts';
import type { PointKind } from './repository/point.ts';
import { type RecoveryChange, RecoveryChanges } from './repository/recovery-changes.ts';
import { RecoveryStates } from './repository/recovery-states.ts';
import type { Result } from './result.ts';
import type { World } from './world.ts';

/** Observers of a run; all are optional and none can change it. Called in the order in which they stand here whenever time moves. */
export interface SimulateOptions {
  /** Each line of the canonical event log, without its line feed. */
  onEvent?: (line: string) => void;
  /** The platform's own SHA-256 for the fingerprint, which takes less time than ours; the fingerprint is the same. */
  hash?: StreamingSha256;
  /** Levels on a grid of instants that includes the start and the end. */
  sample?: { everyMs: number; onSample?: Sampler; onRepositorySample?: RepositorySampler };
  /** Instants at which the result is to say what could be restored, in milliseconds since the start. @throws RangeError for one outside of the scenario. */
  recoveryAt?: readonly number[];
  /** Each change of what can be restored of a VM, first the state at the start; one for each VM and instant, in the order of time. */
  onRecoveryChange?: (change: RecoveryChange) => void;
  /** Fraction of the simulated time that has passed, 0 to 1; called at every step of time, so keep it cheap. */
  onProgress?: (fractionDone: number) => void;
  limits?: Partial<KernelLimits>;
}

export type Sampler = (atMs: number, datastore: string, usedBytes: number, freeBytes: number, guestServedFraction: number, latencyMs: number) => void;

/** `points`: how many a repository holds of each kind. */
export type RepositorySampler = (atMs: number, repository: string, usedBytes: number, points: Readonly<Record<PointKind, number>>) => void;

/** Enough for 100,000 VMs in one run; beyond it something goes round in circles. */
const DEFAULT_LIMITS: KernelLimits = { eventsPerInstant: 5_000_000, eventsInAll: 1_000_000_000 };

/**
 * A continuous backup sends what its guest writes, which on a busy datastore depends on what others send: rates are shared out again until they agree, each
 * time with a fraction of the difference before.
 */
const MOST_ROUNDS = 100;

/**
 * Simulates a plan from its start to its end. The same plan gives the same result, bit for bit, on every engine.
 * Throws an Error for a plan that contradicts itself (an unknown name) and EventLimitError for one that does not come to an end.
 */
export function simulate(plan: Plan, options: SimulateOptions = {}): Result {
  return run(plan, options, new EventLog(options.onEvent, options.hash));
}

/** The figures of a run alone, which take less time: the log is not written, so there is no fingerprint. */
export function simulateFigures(plan: Plan, options: Omit<SimulateOptions, 'onEvent' | 'hash'> = {}): Figures {
  return run(plan, options, new EventLog(undefined, null));
}

export type Figures = Omit<Result, 'fingerprint'>;

function run(plan: Plan, options: SimulateOptions, log: EventLog<EventKind>): Result {
  const world = buildWorld(plan, log, { ...DEFAULT_LIMITS, ...options.limits });
  const startUsed = world.datastores.map((datastore) => datastore.ledgerAt(0).reduce((sum, entry) => sum + entry.bytes, 0));
  for (const datastore of world.datastores) datastore.notePeak(0);
  const sampler = options.sample === undefined ? null : new GridSampler(world, options.sample);
  const asked = options.recoveryAt === undefined ? null : new RecoveryStates(world, options.recoveryAt);
  const changes = options.onRecoveryChange === undefined ? null : new RecoveryChanges(world, options.onRecoveryChange);
  world.recovery.changes = changes;
  world.conditions.begin();
  world.guests.begin();
  world.lifecycle.begin();
  world.windows.begin();
  world.runs.begin();
  world.copies.begin();
  world.upkeep.begin();
  world.restores.begin(plan.restores);
  world.orphans.begin();
  world.faults.begin(plan.faults, plan.seed);
  world.kernel.run(plan.durationMs, {
    advance(_fromMs, toMs) {
      sampler?.sampleBefore(toMs);
      asked?.before(toMs);
      changes?.settle();
      options.onProgress?.(toMs / plan.durationMs);
    },
    settle() {
      if (world.space.settle()) return true;
      // Runs after others are due before slots are given away, or what waits already would always go first.
      return world.storage.settle() || world.runs.settle() || world.admission.scan();
    },
    // What repositories do by themselves comes after the tasks that can start at the instant, those of the runs that are due then included.
    settleLast: () => world.works.scan(),
    solve() {
      world.guests.refreshDemand();
      for (let round = 0; round < MOST_ROUNDS; round++) {
        world.network.solve();
        world.guests.settlePaces();
        if (!world.cdp.settle()) break;
      }
      world.faults.stalls.settle();
      world.copyBeforeWrite.settle();
      world.space.scheduleChecks();
      world.storage.scheduleChecks();
    },
  });
  sampler?.sampleEnd();
  asked?.end();
  changes?.settle();
  closeBooks(world);
  const result = makeResult(world, plan, startUsed);
  return asked === null ? result : { ...result, recovery: asked.states };
}

/** Reads the levels on a grid between events, where every quantity is a known function of time: looking changes nothing. */
class GridSampler {
  private readonly world: World;
  private readonly observers: NonNullable<SimulateOptions['sample']>;
  private nextMs = 0;

  constructor(world: World, observers: NonNullable<SimulateOptions['sample']>) {
    this.world = world;
    this.observers = observers;
  }

  sampleBefore(toMs: number): void {
    for (; this.nextMs < toMs; this.nextMs += this.observers.everyMs) this.sampleAt(this.nextMs);
  }

  sampleEnd(): void {
    this.sampleAt(this.world.endMs);
  }

  private sampleAt(atMs: number): void {
    const { onSample, onRepositorySample } = this.observers;
    if (onRepositorySample !== undefined) {
      for (const repository of this.world.repositories) {
        onRepositorySample(atMs, repository.name, Math.ceil(this.world.storage.usedAt(repository, atMs)), repository.pointCounts());
      }
    }
    if (onSample === undefined) return;
    for (const datastore of this.world.datastores) {
      const used = datastore.reportedUsedAt(atMs);
      onSample(atMs, datastore.name, used, datastore.capacityBytes - used, datastore.servedFraction, datastore.latency.value);
    }
  }
}
