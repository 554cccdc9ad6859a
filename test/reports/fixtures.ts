/** Small plans and results made by hand, so that the reports can be checked without a simulation. */
import { type ReportContext, reportContext } from '../../reports/context.ts';
import type { Plan, ZoneTable } from '../../sim/plan.ts';
import type { DatastoreResult, Finding, Result, RunResult, TaskResult, VmResult } from '../../sim/result.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const GIB = 1024 ** 3;
export const TIB = 1024 ** 4;

/** Berlin in 2026: winter time until 29 March 01:00 UTC, summer time until 25 October 01:00 UTC. */
export function berlin(startIso: string): ZoneTable {
  const startEpochMs = Date.parse(startIso);
  const since = (iso: string) => Date.parse(iso) - startEpochMs;
  return {
    name: 'Europe/Berlin',
    startEpochMs,
    dataVersion: '2026a',
    offsets: [
      { fromMs: since('2025-10-26T01:00:00Z'), offsetMs: HOUR },
      { fromMs: since('2026-03-29T01:00:00Z'), offsetMs: 2 * HOUR },
      { fromMs: since('2026-10-25T01:00:00Z'), offsetMs: HOUR },
    ],
  };
}

export function task(vm: string, values: Partial<TaskResult> = {}): TaskResult {
  return {
    vm,
    status: 'success',
    attempt: 1,
    kind: 'incremental',
    reason: null,
    consistency: null,
    queuedMs: 0,
    snapshotMs: 500,
    transferMs: 500,
    transferEndMs: HOUR,
    consolidatedMs: HOUR + 60_000,
    endedMs: HOUR + 60_000,
    readBytes: 8 * GIB,
    storedBytes: 4 * GIB,
    peakDeltaBytes: GIB,
    bottleneck: { 'repository:r1': 0.75, 'waiting:proxy:p1': 0.25 },
    ...values,
  };
}

export function run(id: string, values: Partial<RunResult> = {}): RunResult {
  return { id, dueMs: 0, startedMs: 0, endedMs: 2 * HOUR, status: 'success', overlapsPrevious: false, lowerBoundMs: null, tasks: [], ...values };
}

export function vm(values: Partial<VmResult> = {}): VmResult {
  return {
    createdAtMs: null,
    deletedAtMs: null,
    pausedAtMs: null,
    pausedMs: 0,
    crashedAtMs: null,
    downMs: 0,
    lostAtMs: null,
    stunMs: 0,
    maxChainDepth: 1,
    snapshotOpenMs: HOUR,
    writeHeldMs: 0,
    worstLagMs: null,
    restorePoints: 7,
    worstRpoMs: 26 * HOUR,
    survives: { 'datastore:ds1': 7, 'repository:r1': 0 },
    latencyMs: { p50: 1, p95: 2, p99: 3, max: 4 },
    ...values,
  };
}

export function datastore(values: Partial<DatastoreResult> = {}): DatastoreResult {
  return {
    capacityBytes: 20 * TIB,
    startUsedBytes: 16 * TIB,
    peakUsedBytes: 17 * TIB,
    peakAtMs: DAY,
    minFreeBytes: 3 * TIB,
    fullAtMs: null,
    utilisation: { mean: 0.2, p95: 0.6, max: 0.9 },
    saturatedMs: 0,
    guestServedFraction: 1,
    latencyMs: { p50: 3, p95: 5, p99: 8, max: 12 },
    peakLedger: [{ owner: 'vm-01', kind: 'base', bytes: 17 * TIB }],
    ...values,
  };
}

export function finding(values: Partial<Finding> & Pick<Finding, 'rule' | 'subject'>): Finding {
  return { id: 'F1', severity: 'error', atMs: DAY, untilMs: null, causes: ['e1'], evidence: {}, ...values };
}

export function result(values: Partial<Result> = {}): Result {
  return {
    schema: 'overrun/result@1',
    scenario: { name: 'One night', digest: 'd'.repeat(64), start: '2026-03-02T18:00:00+01:00', durationMs: 3 * DAY, timezone: 'Europe/Berlin' },
    seed: 'night-1',
    fingerprint: 'f'.repeat(64),
    logVersion: 1,
    verdict: 'safe',
    policy: { preset: 'recommended', settings: 0, waivers: [] },
    findings: [],
    datastores: { ds1: datastore() },
    hosts: {},
    links: {},
    proxies: {},
    arrays: {},
    repositories: {},
    vms: {},
    jobs: {},
    restores: [],
    assumptions: [],
    engine: { version: '0.1.0', timeZoneData: '2026a', events: 10, solves: 5 },
    ...values,
  };
}

/** Only what reports read from a plan is filled in. */
function plan(made: Result, values: Partial<Plan> = {}): Plan {
  return {
    name: made.scenario.name,
    digest: made.scenario.digest,
    seed: made.seed,
    start: made.scenario.start,
    durationMs: made.scenario.durationMs,
    zone: berlin(made.scenario.start),
    operatorRespondsAfterMs: null,
    activities: [],
    arrays: [],
    datastores: [],
    hosts: [],
    links: [],
    proxies: [],
    repositories: [],
    vms: [],
    jobs: Object.keys(made.jobs).map((name) => ({
      name,
      selection: { all: true, names: [], tags: [], hosts: [], datastores: [], except: [] },
      method: 'snapshot',
      fallback: 'nbd',
      fleecing: null,
      keepSnapshots: 3,
      processing: { factor: 1, secondsPerByte: 0 },
      schedule: { kind: 'every', everyMs: DAY, offsetMs: 0 },
      proxies: [],
      repository: 'r1',
      mode: 'full',
      initial: 'full',
      concurrency: null,
      streamBytesPerSecond: null,
      reduction: 2,
      ifRunning: 'start',
      ifVmBusy: 'wait',
      snapshots: 'whole-run',
      priority: 0,
      window: null,
      startDeadlineMs: null,
      lockWaitMs: null,
      timeoutMs: null,
      retries: { times: 0, waitMs: 0 },
      quiesce: { mode: 'crash-consistent', onFailure: 'fail' },
      freezeLimitMs: 60_000,
      supportedGuests: null,
      zeroDetection: true,
      cbtOverhead: 1,
      fullBackups: null,
      differential: null,
      retention: { last: 7, hourly: null, daily: null, weekly: null, monthly: null, yearly: null, definition: 'proxmox' },
      account: null,
      timings: { quiesceMs: 0, createMs: 500, removeMs: 1000, attachMs: 0 },
      origin: `jobs.${name}`,
    })),
    restores: [],
    policy: { preset: 'recommended', settings: [], waivers: [] },
    faults: [],
    assumptions: made.assumptions,
    ...values,
  };
}

/** A context with the VMs of `result` on datastore `ds1`. */
export function context(made: Result, values: Partial<Plan> = {}): ReportContext {
  const base = reportContext(plan(made, values), made);
  return { ...base, datastoreOfVm: new Map(Object.keys(made.vms).map((name) => [name, 'ds1'])), floorBytesOf: new Map([['ds1', 100 * 1024 ** 2]]) };
}

export function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${String(index + 1).padStart(2, '0')}`);
}

/** Nightly runs that grow until they meet, and a datastore that fills: the shape of an outage, figures invented. */
export function outage(): { made: Result; usedAt: (atMs: number) => number } {
  const nights = 127;
  const firstDueMs = 4 * HOUR;
  const names = numbered('vm', 40);
  const lengthMs = (night: number) => HOUR * 8 * 1.0115 ** night;
  const fullAtMs = 120 * DAY + 9 * HOUR + 12 * 60_000;
  const runs = Array.from({ length: nights }, (_, night) => {
    const dueMs = firstDueMs + night * DAY;
    const endMs = Math.round(dueMs + lengthMs(night));
    const ended = endMs < nights * DAY && night < 119;
    const tasks = names.map((name, index) =>
      task(name, {
        queuedMs: dueMs,
        snapshotMs: dueMs + 500,
        transferMs: dueMs + 500 + Math.round(((index >> 3) / 5) * lengthMs(night) * 0.8),
        transferEndMs: ended ? Math.round(dueMs + (((index >> 3) + 1) / 5) * lengthMs(night) * 0.8) : null,
        consolidatedMs: ended ? endMs : null,
        endedMs: ended ? endMs : null,
        status: ended ? 'success' : 'running',
      }),
    );
    return run(`nightly#${night + 1}`, {
      dueMs,
      startedMs: dueMs,
      endedMs: ended ? endMs : null,
      status: ended ? 'success' : 'running',
      overlapsPrevious: night > 97,
      tasks,
    });
  });
  const usedAt = (atMs: number) => {
    const day = Math.min(atMs, fullAtMs) / DAY;
    const open = runs.filter((each) => each.startedMs !== null && each.startedMs <= atMs && (each.endedMs ?? nights * DAY) > atMs);
    const deltas = open.reduce((sum, each) => sum + ((Math.min(atMs, fullAtMs) - each.dueMs) / DAY) ** 0.72 * 0.65 * TIB * 1.004 ** day, 0);
    return atMs >= fullAtMs ? 20 * TIB - 100 * 1024 ** 2 : Math.min(20 * TIB - 200 * 1024 ** 2, 16 * TIB + deltas * 0.62);
  };
  const made = result({
    scenario: {
      name: 'Five acts: growth',
      digest: 'd'.repeat(64),
      start: '2026-03-02T18:00:00+01:00',
      durationMs: nights * DAY,
      timezone: 'Europe/Berlin',
    },
    verdict: 'fails',
    findings: [
      finding({
        id: 'F1',
        rule: 'run-overlap',
        severity: 'warning',
        subject: { kind: 'job', name: 'nightly' },
        atMs: firstDueMs + 98 * DAY,
        evidence: { run: 'nightly#99', active: 'nightly#98', count: 29, lastAtMs: firstDueMs + 126 * DAY },
      }),
      finding({ id: 'F2', rule: 'free-space', severity: 'warning', subject: { kind: 'datastore', name: 'ds1' }, atMs: 99 * DAY }),
      finding({ id: 'F3', rule: 'space-exhausted', subject: { kind: 'datastore', name: 'ds1' }, atMs: fullAtMs }),
      ...names.map((name, index) =>
        finding({ id: `F${index + 4}`, rule: 'vm-paused', subject: { kind: 'vm', name }, atMs: fullAtMs, evidence: { datastore: 'ds1', count: 1 } }),
      ),
    ],
    datastores: {
      ds1: datastore({
        peakUsedBytes: 20 * TIB - 100 * 1024 ** 2,
        peakAtMs: fullAtMs,
        minFreeBytes: 100 * 1024 ** 2,
        fullAtMs,
        peakLedger: [
          ...names.map((owner) => ({ owner, kind: 'base' as const, bytes: 410 * GIB })),
          ...names.map((owner) => ({ owner, kind: 'delta' as const, bytes: 70 * GIB, run: 'nightly#118' })),
          ...names.map((owner) => ({ owner, kind: 'delta' as const, bytes: 21 * GIB, run: 'nightly#119' })),
          { owner: 'ds1', kind: 'other', bytes: 500 * GIB },
        ],
      }),
    },
    repositories: {
      r1: {
        capacityBytes: 50 * TIB,
        startUsedBytes: 0,
        peakUsedBytes: 31 * TIB,
        endUsedBytes: 31 * TIB,
        peakAtMs: 118 * DAY,
        workingSpaceBytes: 0,
        fullAtMs: null,
        utilisation: { mean: 0.4, p95: 1, max: 1 },
        saturatedMs: 0,
        slotWaitMs: 0,
      },
    },
    vms: Object.fromEntries(names.map((name) => [name, vm({ pausedAtMs: fullAtMs, pausedMs: nights * DAY - fullAtMs })])),
    jobs: { nightly: { firstOverlapAtMs: firstDueMs + 98 * DAY, runs } },
    assumptions: [{ path: 'vms.vm.writes.exponent', value: '0.72', source: 'default' }],
  });
  return { made, usedAt };
}
