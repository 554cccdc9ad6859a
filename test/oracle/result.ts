import { goodMoments } from './recovery.ts';
import { restoredBytes } from './restores.ts';
import { statusOf } from './runs.ts';
import { bytesRead, repositoryBytes } from './space.ts';
import { survivalOf } from './survival.ts';
import type { LedgerEntry, Restore, Run, Task, Work, World } from './world.ts';

/** Instants and durations in ms since the scenario's start; an instant never reached is null. */
export interface OracleResult {
  datastores: Record<
    string,
    { peakUsedBytes: number; peakAtMs: number; fullAtMs: number | null; peakLedger: LedgerEntry[]; guestServedFraction: number }
  >;
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
      /** Of them without `datastore:NAME`, `repository:NAME`, `account:NAME`. */
      survives: Record<string, number>;
      worstRpoMs: number;
    }
  >;
  jobs: Record<string, { firstOverlapAtMs: number | null; runs: OracleRun[] }>;
  works: Work[];
  restores: OracleRestore[];
}

/** What was read, in stored bytes, of the point of which moment. */
export interface OracleRestore {
  vm: string;
  atMs: number;
  repository: string | null;
  pointAtMs: number | null;
  startedMs: number | null;
  endedMs: number | null;
  readBytes: number;
}

export interface OracleRun {
  id: string;
  dueMs: number;
  startedMs: number | null;
  endedMs: number | null;
  status: 'success' | 'warning' | 'failed' | 'skipped' | 'aborted' | 'queued' | 'running';
  overlapsPrevious: boolean;
  tasks: OracleTask[];
}

export interface OracleTask {
  vm: string;
  attempt: number;
  status: 'queued' | 'running' | 'success' | 'warning' | 'failed' | 'aborted';
  /** Null until the snapshot exists. */
  kind: 'full' | 'incremental' | 'differential' | null;
  reason: string | null;
  consistency: 'application' | 'crash' | null;
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

export function resultOf(world: World): OracleResult {
  const result: OracleResult = {
    datastores: {},
    repositories: {},
    vms: {},
    jobs: {},
    restores: world.restores.map(restoreResult),
    works: world.works.map((work) => ({ ...work, bytes: wholeBytes(work.bytes) })),
  };
  for (const datastore of world.datastores) {
    const { name, peakAtMs, fullAtMs, servedMs } = datastore;
    const peakLedger = datastore.peakLedger.map((entry) => ({ ...entry, bytes: Math.ceil(entry.bytes) }));
    const peakUsedBytes = peakLedger.reduce((sum, { bytes }) => sum + bytes, 0);
    result.datastores[name] = { peakUsedBytes, peakAtMs, fullAtMs, peakLedger, guestServedFraction: servedMs / world.durationMs };
  }
  for (const repository of world.repositories) {
    const { name, startUsedBytes, peakUsedBytes, fullAtMs } = repository;
    const endUsedBytes = wholeBytes(repositoryBytes(world, repository, 0));
    result.repositories[name] = { startUsedBytes: wholeBytes(startUsedBytes), peakUsedBytes: wholeBytes(peakUsedBytes), endUsedBytes, fullAtMs };
  }
  for (const vm of world.everyVm) {
    const { name, pausedAtMs, pausedMs, crashedAtMs, downMs, lostAtMs, worstLagMs, maxChainDepth, worstRpoMs, stunMs } = vm;
    const restorePoints = goodMoments(world, vm).length;
    const survives = survivalOf(world, vm);
    const times = { pausedAtMs, pausedMs, crashedAtMs, downMs, lostAtMs, worstLagMs, worstRpoMs, stunMs };
    result.vms[name] = { ...times, maxChainDepth, restorePoints, survives };
  }
  for (const { name, runs } of world.jobs) {
    const firstOverlapAtMs = runs.find((run) => run.overlapsPrevious)?.dueMs ?? null;
    result.jobs[name] = { firstOverlapAtMs, runs: runs.map(runResult) };
  }
  return result;
}

function restoreResult(restore: Restore): OracleRestore {
  const { vm, atMs, source, startedMs, endedMs } = restore;
  const where = { repository: source?.chain.repository.name ?? null, pointAtMs: source === null ? null : Math.round(source.momentMs) };
  return { vm: vm.name, atMs, ...where, startedMs, endedMs, readBytes: wholeBytes(restoredBytes(restore)) };
}

/** Rounded up, but for what sums of parts miss of a whole number. */
function wholeBytes(bytes: number): number {
  return Math.max(0, Math.ceil(bytes - 1e-3));
}

function runResult(run: Run): OracleRun {
  const { id, dueMs, startedMs, endedMs, overlapsPrevious } = run;
  return { id, dueMs, startedMs, endedMs, status: statusOf(run), overlapsPrevious, tasks: run.tasks.map(taskResult) };
}

function taskResult(task: Task): OracleTask {
  const { kind, reason, queuedMs, snapshotMs, transferMs, transferEndMs, consolidatedMs, endedMs } = task;
  const status = task.stage === 'ended' ? task.outcome : task.stage === 'queued' ? 'queued' : 'running';
  const read = bytesRead(task, 0);
  // READING: nothing of a failed or aborted task stays stored, but the replica of one that was streaming.
  const isLost = (task.outcome === 'failed' || task.outcome === 'aborted') && transferEndMs === null;
  const stored = isLost ? 0 : read / task.run.job.reduction;
  const bytes = { readBytes: Math.ceil(read), storedBytes: Math.ceil(stored), peakDeltaBytes: Math.ceil(task.peakDeltaBytes) };
  return {
    vm: task.vm.name,
    attempt: task.attempt,
    status,
    kind,
    reason,
    consistency: task.consistency,
    queuedMs,
    snapshotMs,
    transferMs,
    transferEndMs,
    consolidatedMs,
    endedMs,
    ...bytes,
  };
}
