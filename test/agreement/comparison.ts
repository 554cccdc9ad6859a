/** Where two results of one scenario differ by more than rounding. */
import { type WorkFigures, worksByChain } from './works.ts';

interface Entry {
  owner: string;
  kind: string;
  bytes: number;
  run?: string;
}

interface TaskFigures {
  vm: string;
  attempt: number;
  status: string;
  kind: string | null;
  reason: string | null;
  consistency: string | null;
  queuedMs: number;
  snapshotMs: number | null;
  transferMs: number | null;
  transferEndMs: number | null;
  consolidatedMs: number | null;
  endedMs: number | null;
  readBytes: number;
  storedBytes: number;
  peakDeltaBytes: number;
}

interface RunFigures {
  id: string;
  dueMs: number;
  startedMs: number | null;
  endedMs: number | null;
  status: string;
  overlapsPrevious: boolean;
  tasks: TaskFigures[];
}

/** What both the engine and the integrator report. */
export interface Figures {
  datastores: Record<string, { peakUsedBytes: number; peakAtMs: number; fullAtMs: number | null; peakLedger: Entry[]; guestServedFraction: number }>;
  repositories: Record<string, { startUsedBytes: number; peakUsedBytes: number; endUsedBytes: number; fullAtMs: number | null }>;
  vms: Record<
    string,
    {
      pausedAtMs: number | null;
      pausedMs: number;
      crashedAtMs: number | null;
      downMs: number;
      lostAtMs: number | null;
      worstLagMs: number | null;
      maxChainDepth: number;
      stunMs: number;
      restorePoints: number;
      survives: Record<string, number>;
      worstRpoMs: number;
    }
  >;
  jobs: Record<string, { firstOverlapAtMs: number | null; runs: RunFigures[] }>;
  works: WorkFigures[];
  restores: RestoreFigures[];
}

interface RestoreFigures {
  vm: string;
  atMs: number;
  repository: string | null;
  pointAtMs: number | null;
  startedMs: number | null;
  endedMs: number | null;
  readBytes: number;
}

/** Half a per cent, and a few ms for what two roundings can add up to. */
export interface Tolerance {
  share: number;
  ms: number;
  bytes: number;
}

/** Peaks that differ by less are the same one. */
const TIED_SHARE = 2e-5;

export const TOLERANCE: Tolerance = { share: 0.005, ms: 10, bytes: 100_000 };

/** One line per difference: where, the first result's value, the second's. */
export function differences(first: Figures, second: Figures, tolerance: Tolerance = TOLERANCE): string[] {
  const runs = Object.values(first.jobs).flatMap((job) => job.runs);
  const comparison = new Comparison(tolerance, runs);
  for (const [name, one] of Object.entries(first.datastores)) comparison.datastore(name, one, second.datastores[name]);
  for (const [name, one] of Object.entries(first.repositories)) comparison.repository(name, one, second.repositories[name]);
  for (const [name, one] of Object.entries(first.vms)) comparison.vm(name, one, second.vms[name]);
  for (const [name, one] of Object.entries(first.jobs)) comparison.job(name, one, second.jobs[name]);
  comparison.works(first.works, second.works);
  comparison.restores(first.restores, second.restores);
  return comparison.found.sort((a, b) => a.atMs - b.atMs).map(({ text }) => text);
}

class Comparison {
  readonly found: { atMs: number; text: string }[] = [];
  private readonly tolerance: Tolerance;
  private readonly runs: RunFigures[];

  constructor(tolerance: Tolerance, runs: RunFigures[]) {
    this.tolerance = tolerance;
    this.runs = runs;
  }

  datastore(name: string, one: Figures['datastores'][string], other: Figures['datastores'][string] | undefined): void {
    if (other === undefined) return this.note(0, name, 'present', 'missing');
    this.instant(`${name} fullAtMs`, one.fullAtMs, other.fullAtMs, 0);
    this.bytes(`${name} peakUsedBytes`, one.peakAtMs, one.peakUsedBytes, other.peakUsedBytes);
    if (Math.abs(one.guestServedFraction - other.guestServedFraction) > this.tolerance.share) {
      this.note(one.peakAtMs, `${name} guestServedFraction`, one.guestServedFraction, other.guestServedFraction);
    }
    // Like runs make like peaks, and what stands still is as high for long: which moment is a byte higher is a matter of rounding.
    const tied = Math.abs(one.peakUsedBytes - other.peakUsedBytes) <= Math.max(this.tolerance.bytes, TIED_SHARE * one.peakUsedBytes);
    if (tied && Math.abs(one.peakAtMs - other.peakAtMs) > this.tolerance.ms) return;
    this.instant(`${name} peakAtMs`, one.peakAtMs, other.peakAtMs, 0);
    const [ours, theirs] = [bytesByOwner(one.peakLedger), bytesByOwner(other.peakLedger)];
    for (const label of new Set([...ours.keys(), ...theirs.keys()])) {
      this.bytes(`${name} peakLedger ${label}`, one.peakAtMs, ours.get(label) ?? 0, theirs.get(label) ?? 0);
    }
  }

  repository(name: string, one: Figures['repositories'][string], other: Figures['repositories'][string] | undefined): void {
    if (other === undefined) return this.note(0, name, 'present', 'missing');
    this.instant(`${name} fullAtMs`, one.fullAtMs, other.fullAtMs, 0);
    this.bytes(`${name} startUsedBytes`, 0, one.startUsedBytes, other.startUsedBytes);
    this.bytes(`${name} peakUsedBytes`, one.fullAtMs ?? 0, one.peakUsedBytes, other.peakUsedBytes);
    this.bytes(`${name} endUsedBytes`, Number.POSITIVE_INFINITY, one.endUsedBytes, other.endUsedBytes);
  }

  vm(name: string, one: Figures['vms'][string], other: Figures['vms'][string] | undefined): void {
    if (other === undefined) return this.note(0, name, 'present', 'missing');
    this.instant(`${name} pausedAtMs`, one.pausedAtMs, other.pausedAtMs, 0);
    this.instant(`${name} crashedAtMs`, one.crashedAtMs, other.crashedAtMs, 0);
    for (const key of ['pausedMs', 'downMs', 'lostAtMs', 'worstLagMs', 'worstRpoMs'] as const)
      this.instant(`${name} ${key}`, one[key], other[key], 0);
    // A sum of many, each rounded up to a ms. Most last whole ms by themselves; for the others that ms is within the share, as they seldom last less than 200 ms.
    this.instant(`${name} stunMs`, one.stunMs, other.stunMs, 0);
    this.same(Number.POSITIVE_INFINITY, `${name} restorePoints`, one.restorePoints, other.restorePoints);
    for (const loss of new Set([...Object.keys(one.survives), ...Object.keys(other.survives)]))
      this.same(Number.POSITIVE_INFINITY, `${name} survives ${loss}`, one.survives[loss], other.survives[loss]);
    this.same(one.pausedAtMs ?? 0, `${name} maxChainDepth`, one.maxChainDepth, other.maxChainDepth);
  }

  job(name: string, one: Figures['jobs'][string], other: Figures['jobs'][string] | undefined): void {
    if (other === undefined) return this.note(0, name, 'present', 'missing');
    // The run that it belongs to may follow another one.
    const overlapping = one.runs.find(({ overlapsPrevious }) => overlapsPrevious);
    this.instant(`${name} firstOverlapAtMs`, one.firstOverlapAtMs, other.firstOverlapAtMs, overlapping ? this.sinceMs(overlapping) : 0);
    this.same(0, `${name} runs`, one.runs.map(({ id }) => id).join(), other.runs.map(({ id }) => id).join());
    one.runs.forEach((run, index) => {
      const match = other.runs[index];
      if (match !== undefined) this.run(run, match);
    });
  }

  works(ours: WorkFigures[], theirs: WorkFigures[]): void {
    const [one, other] = [worksByChain(ours), worksByChain(theirs)];
    for (const label of new Set([...one.keys(), ...other.keys()])) {
      const [mine, matches] = [one.get(label) ?? [], other.get(label) ?? []];
      if (mine.length !== matches.length) this.note(mine.at(-1)?.startedMs ?? 0, `${label} count`, mine.length, matches.length);
      mine.forEach((work, index) => {
        const match = matches[index];
        if (match === undefined) return;
        this.instant(`${label} ${index} startedMs`, work.startedMs, match.startedMs, 0);
        this.instant(`${label} ${index} endedMs`, work.endedMs, match.endedMs, 0);
        this.bytes(`${label} ${index} bytes`, work.startedMs, work.bytes, match.bytes);
      });
    }
  }

  restores(ours: RestoreFigures[], theirs: RestoreFigures[]): void {
    this.same(0, 'restores', ours.map(({ vm }) => vm).join(), theirs.map(({ vm }) => vm).join());
    ours.forEach((one, index) => {
      const other = theirs[index];
      if (other === undefined) return;
      const name = `restore ${index} ${one.vm}`;
      this.same(one.atMs, `${name} repository`, one.repository, other.repository);
      // A moment may lie before the start, where it is exact.
      this.instant(`${name} pointAtMs`, one.pointAtMs, other.pointAtMs, Math.min(0, one.pointAtMs ?? 0, other.pointAtMs ?? 0));
      for (const key of ['atMs', 'startedMs', 'endedMs'] as const) this.instant(`${name} ${key}`, one[key], other[key], one.atMs);
      this.bytes(`${name} readBytes`, one.startedMs ?? one.atMs, one.readBytes, other.readBytes);
    });
  }

  private run(one: RunFigures, other: RunFigures): void {
    const { id } = one;
    const sinceMs = this.sinceMs(one);
    this.instant(`${id} dueMs`, one.dueMs, other.dueMs, sinceMs);
    this.same(one.endedMs ?? one.dueMs, `${id} status`, one.status, other.status);
    this.same(one.dueMs, `${id} overlapsPrevious`, one.overlapsPrevious, other.overlapsPrevious);
    for (const key of ['startedMs', 'endedMs'] as const) this.instant(`${id} ${key}`, one[key], other[key], sinceMs);
    this.same(
      one.dueMs,
      `${id} tasks`,
      one.tasks
        .map(({ vm }) => vm)
        .sort()
        .join(),
      other.tasks
        .map(({ vm }) => vm)
        .sort()
        .join(),
    );
    const [ours, theirs] = [inOrder(one.tasks), inOrder(other.tasks)];
    ours.forEach((task, index) => {
      const match = theirs[index];
      if (match !== undefined) this.task(`${id} ${task.vm}`, sinceMs, task, match);
    });
  }

  /** From when the error of a run counts: where it follows another one, from when that was due. */
  private sinceMs({ dueMs }: RunFigures): number {
    const before = this.runs.find((run) => run.endedMs === dueMs && run.dueMs < dueMs);
    return before === undefined ? dueMs : this.sinceMs(before);
  }

  private task(name: string, sinceMs: number, one: TaskFigures, other: TaskFigures): void {
    const lastMs = one.consolidatedMs ?? one.transferEndMs ?? one.transferMs ?? one.queuedMs;
    this.same(one.queuedMs, `${name} attempt`, one.attempt, other.attempt);
    this.same(lastMs, `${name} status`, one.status, other.status);
    this.same(lastMs, `${name} reason`, one.reason, other.reason);
    this.same(lastMs, `${name} consistency`, one.consistency, other.consistency);
    // What a task would have read is decided with its snapshot.
    if (one.snapshotMs !== null) this.same(one.snapshotMs, `${name} kind`, one.kind, other.kind);
    for (const key of ['queuedMs', 'snapshotMs', 'transferMs', 'transferEndMs', 'consolidatedMs', 'endedMs'] as const) {
      this.instant(`${name} ${key}`, one[key], other[key], sinceMs);
    }
    for (const key of ['readBytes', 'storedBytes', 'peakDeltaBytes'] as const) this.bytes(`${name} ${key}`, lastMs, one[key], other[key]);
  }

  /** An instant since the start, or a duration; its error is measured against the time since `sinceMs`. */
  private instant(what: string, one: number | null, other: number | null, sinceMs: number): void {
    if (one === null || other === null) {
      this.same(one ?? other ?? 0, what, one, other);
      return;
    }
    const allowed = this.tolerance.ms + this.tolerance.share * (Math.max(one, other) - sinceMs);
    if (Math.abs(one - other) > allowed) this.note(Math.min(one, other), what, one, other);
  }

  private bytes(what: string, atMs: number, one: number, other: number): void {
    const allowed = this.tolerance.bytes + this.tolerance.share * Math.max(one, other);
    if (Math.abs(one - other) > allowed) this.note(atMs, what, one, other);
  }

  private same(atMs: number, what: string, one: unknown, other: unknown): void {
    if (one !== other) this.note(atMs, what, one, other);
  }

  private note(atMs: number, what: string, one: unknown, other: unknown): void {
    this.found.push({ atMs, text: `${what}: ${String(one)} against ${String(other)}` });
  }
}

/** By VM and attempt: which of several that fail at one instant is tried again first is a matter of taste. */
function inOrder(tasks: TaskFigures[]): TaskFigures[] {
  return [...tasks].sort((a, b) => a.vm.localeCompare(b.vm) || a.attempt - b.attempt);
}

/** Other data has no owner of its own: the two results may call it differently. A VM's deltas of one kind and run count together. */
function bytesByOwner(ledger: Entry[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { owner, kind, run, bytes } of ledger) {
    const label = kind === 'other' ? kind : [owner, kind, run].join(' ');
    sums.set(label, (sums.get(label) ?? 0) + bytes);
  }
  return sums;
}
