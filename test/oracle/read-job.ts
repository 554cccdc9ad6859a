import { readCalendarEvent } from './calendar.ts';
import { choice, list, named, numberOf, type Section, section } from './document.ts';
import { establish } from './established.ts';
import { readHours } from './hours.ts';
import type { Retention } from './retention.ts';
import { type Schedule, ticksBetween } from './schedule.ts';
import { bytesPerSecondOf, durationMsOf } from './units.ts';
import type { Job, Vm, World } from './world.ts';
import { localMsOf, type Zone } from './zone.ts';

/** Core time per byte to that of `optimal`, and bytes read per byte stored. */
const COMPRESSIONS = {
  optimal: { work: 1, reduction: 2 },
  none: { work: 0.5, reduction: 1 },
  high: { work: 1.5, reduction: 2.4 },
  extreme: { work: 3, reduction: 2.6 },
};

const CHECKSUM_SECONDS_PER_BYTE = 1 / 2067e6;

const JOB =
  `vms method fallback fleecing keep compression deduplication schedule proxies repository mode full differential initial concurrency streamRate reduction
  ifRunning ifVmBusy snapshots retention priority zeroDetection cbtOverhead timings window blackouts catchUp startDeadline lockWait timeout retries quiesce
  freezeLimit supportedGuests account`.split(/\s+/);

/** One of the jobs of a document; of the others only the schedules are looked at. */
export function readJob(name: string, jobs: Section, order: number, world: World): Job {
  const path = `jobs.${name}`;
  const keys = section(jobs[name], path, JOB);
  const quiesce = section(keys.quiesce, `${path}.quiesce`, ['mode', 'onFailure']);
  const timings = section(keys.timings, `${path}.timings`, ['quiesce', 'create', 'remove', 'attach']);
  const full = section(keys.full, `${path}.full`, ['active', 'synthetic']);
  const scheduleOf = (value: unknown, key: string): Schedule | null =>
    value === undefined ? null : readSchedule(value, `${path}.${key}`, world.zone);
  const retries = section(keys.retries === 'none' ? {} : keys.retries, `${path}.retries`, ['times', 'wait']);
  const schedule = readSchedule(keys.schedule, `${path}.schedule`, world.zone);
  const method = choice(keys.method, `${path}.method`, [
    'snapshot',
    'hot-add',
    'direct-san',
    'agent',
    'copy-before-write',
    'cdp',
    'direct-disk',
    'snapshot-only',
  ]);
  const compression = COMPRESSIONS[choice(keys.compression, `${path}.compression`, ['optimal', 'none', 'high', 'extreme'])];
  const job: Job = {
    name,
    order,
    selects: readSelection(keys.vms, `${path}.vms`),
    method,
    fallsBack: choice(keys.fallback, `${path}.fallback`, ['nbd', 'fail']) === 'nbd',
    schedule,
    ticksMs: ticksBetween(schedule, world.zone, world.startUtcMs, world.startUtcMs + world.durationMs).map((utcMs) => utcMs - world.startUtcMs),
    proxies: list(keys.proxies).map((proxy) => named(world.proxies, proxy)),
    repository: method === 'snapshot-only' ? null : named(world.repositories, keys.repository),
    mode: choice(keys.mode, `${path}.mode`, ['forever-forward', 'forward', 'reverse', 'full']),
    activeFull: scheduleOf(full.active, 'full.active'),
    syntheticFull: scheduleOf(full.synthetic, 'full.synthetic'),
    differential: scheduleOf(keys.differential, 'differential'),
    established: choice(keys.initial, `${path}.initial`, ['full', 'established']) === 'established',
    concurrency: numberOf(keys.concurrency, Number.POSITIVE_INFINITY),
    streamBytesPerSecond: keys.streamRate === undefined ? Number.POSITIVE_INFINITY : bytesPerSecondOf(keys.streamRate),
    reduction: numberOf(keys.reduction, compression.reduction),
    compressionWork: compression.work,
    checksumSecondsPerByte: choice(keys.deduplication, `${path}.deduplication`, ['none', 'inline']) === 'inline' ? CHECKSUM_SECONDS_PER_BYTE : 0,
    ifRunning: choice(keys.ifRunning, `${path}.ifRunning`, ['skip', 'queue', 'queue-all', 'start', 'cancel-previous']),
    stacksOnBusyVm: choice(keys.ifVmBusy, `${path}.ifVmBusy`, ['wait', 'stack']) === 'stack',
    wholeRun: choice(keys.snapshots, `${path}.snapshots`, ['per-task', 'whole-run']) === 'whole-run',
    priority: numberOf(keys.priority, 0),
    zeroDetection: keys.zeroDetection !== false,
    cbtOverhead: numberOf(keys.cbtOverhead, 1),
    retention: readRetention(keys.retention, `${path}.retention`),
    quiesceMs: durationMsOf(timings.quiesce ?? 0),
    createMs: durationMsOf(timings.create ?? '500ms'),
    removeMs: durationMsOf(timings.remove ?? '1s'),
    attachMs: method === 'hot-add' ? durationMsOf(timings.attach ?? '90s') : 0,
    hours: readHours(keys.window, keys.blackouts, path, world),
    catchesUp: keys.catchUp === true,
    hasMissed: false,
    startDeadlineMs: keys.startDeadline === undefined ? Number.POSITIVE_INFINITY : durationMsOf(keys.startDeadline),
    lockWaitMs: keys.lockWait === undefined ? Number.POSITIVE_INFINITY : durationMsOf(keys.lockWait),
    timeoutMs: keys.timeout === undefined ? Number.POSITIVE_INFINITY : durationMsOf(keys.timeout),
    comesToRest: choice(quiesce.mode, `${path}.quiesce.mode`, ['crash-consistent', 'application']) === 'application',
    goesOnWithout: choice(quiesce.onFailure, `${path}.quiesce.onFailure`, ['fail', 'crash-consistent']) === 'crash-consistent',
    freezeLimitMs: durationMsOf(keys.freezeLimit ?? '60s'),
    supportedGuests: keys.supportedGuests === undefined ? null : list(keys.supportedGuests).map(String),
    account: keys.account === undefined ? null : String(keys.account),
    retries: { times: numberOf(retries.times, 0), waitMs: durationMsOf(retries.wait ?? '10m') },
    runs: [],
    bases: new Map(),
    forgottenFulls: new Set(),
    fleecing: keys.fleecing === undefined ? null : named(world.datastores, keys.fleecing),
    keepSnapshots: numberOf(keys.keep, 3),
    kept: new Map(),
  };
  if (job.established) for (const vm of world.vms.filter(job.selects)) establish(job, vm, headOf(schedule, jobs, world.zone), world);
  return job;
}

export function readSchedule(value: unknown, path: string, zone: Zone): Schedule {
  if (typeof value === 'string') return { kind: 'cron', fields: value.trim().split(/\s+/) };
  const keys = section(value, path, ['cron', 'calendar', 'dialect', 'every', 'offset', 'at', 'after', 'on']);
  if (keys.after !== undefined)
    return { kind: 'after', job: String(keys.after), onSuccess: choice(keys.on, `${path}.on`, ['any', 'success']) === 'success' };
  if (keys.calendar !== undefined) {
    return { kind: 'calendar', event: readCalendarEvent(String(keys.calendar), choice(keys.dialect, `${path}.dialect`, ['systemd', 'proxmox'])) };
  }
  if (keys.cron !== undefined) return { kind: 'cron', fields: String(keys.cron).trim().split(/\s+/) };
  if (keys.at !== undefined) return { kind: 'at', instants: list(keys.at).map((time) => zone.instant(localMsOf(time))) };
  return { kind: 'every', everyMs: durationMsOf(keys.every), offsetMs: durationMsOf(keys.offset ?? 0) };
}

/** The schedule at the head of a chain of jobs that follow each other. */
function headOf(schedule: Schedule, jobs: Section, zone: Zone): Schedule {
  if (schedule.kind !== 'after') return schedule;
  const path = `jobs.${schedule.job}`;
  return headOf(readSchedule(section(jobs[schedule.job], path, null).schedule, `${path}.schedule`, zone), jobs, zone);
}

function readSelection(value: unknown, path: string): (vm: Vm) => boolean {
  if (value === 'all') return () => true;
  // READING: inside the map the list of names is called `names`; a map with nothing but `except` starts from all.
  const keys: Section = Array.isArray(value) ? { names: value } : section(value, path, ['names', 'tags', 'hosts', 'datastores', 'except']);
  const has = (key: string, candidate: string): boolean => list(keys[key]).includes(candidate);
  const fromAll = Object.keys(keys).every((key) => key === 'except');
  return (vm) => {
    const taken =
      fromAll ||
      // Who is created later is on no list.
      (vm.fromMs <= 0 && (has('names', vm.name) || has('names', vm.group))) ||
      vm.tags.some((tag) => has('tags', tag)) ||
      (vm.host !== null && has('hosts', vm.host.name)) ||
      vm.disks.some(({ datastore }) => has('datastores', datastore.name));
    return taken && !has('except', vm.name) && !has('except', vm.group);
  };
}

/** READING: what is stated replaces the default as a whole. */
export function readRetention(value: unknown, path: string): Retention {
  const keys = section(value ?? { last: 7 }, path, ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly', 'definition']);
  return {
    definition: choice(keys.definition, `${path}.definition`, ['proxmox', 'veeam']),
    last: numberOf(keys.last, 0),
    hourly: numberOf(keys.hourly, 0),
    daily: numberOf(keys.daily, 0),
    weekly: numberOf(keys.weekly, 0),
    monthly: numberOf(keys.monthly, 0),
    yearly: numberOf(keys.yearly, 0),
  };
}
