/**
 * Which lines of the scenario a step or a finding rests on. Each is a dotted path of the file (`jobs.nightly.window`); whoever loaded the file says
 * where it stands. A path that nobody stated leads to the nearest one around it that somebody did.
 */
import type { DiskPlan, Growth, Plan, VmPlan } from '../../sim/plan.ts';
import type { Finding, LedgerKind, Result } from '../../sim/result.ts';
import { heldBack } from './runs.ts';
import { jobOfRun, numberOf, type Step, textsOf } from './steps.ts';

/** A place in a file. */
export interface InputPlace {
  file: string;
  /** From 1. */
  line: number;
  /** The line itself, trimmed; null where the file cannot be read again. */
  text: string | null;
}

export interface Input extends InputPlace {
  path: string;
  /** The path itself stands there; otherwise the nearest thing around it does, and the path has its default. */
  stated: boolean;
}

/** Null for a path that stands in no file. */
export type Locate = (path: string) => InputPlace | null;

/** Stated inputs only, or, where none is stated, the nearest places around the paths. */
export function locateInputs(paths: readonly string[], locate: Locate): Input[] {
  const found = [...new Set(paths)].flatMap((path) => nearest(path, locate) ?? []);
  const stated = found.filter((input) => input.stated);
  const seen = new Set<string>();
  return (stated.length > 0 ? stated : found).filter(({ file, line }) => {
    const key = `${file}:${line}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

function nearest(path: string, locate: Locate): Input | null {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const place = locate(at);
    if (place !== null) return { ...place, path, stated: at === path };
  }
  return null;
}

/** The paths that a step rests on, the most telling first. */
export function stepPaths(step: Step, plan: Plan, result: Result): string[] {
  const { job, datastore, repository } = step;
  const ofJob = (key: string) => (job === null ? [] : [`jobs.${job}.${key}`]);
  const ofStore = (key: string) => (datastore === null ? [] : [`datastores.${datastore}.${key}`]);
  switch (step.kind) {
    case 'scenario-started':
      return ['start'];
    case 'run-due':
      return ofJob('schedule');
    case 'run-started':
      return ofJob('vms');
    case 'run-ended':
      return [
        ...textsOf(step, 'run')
          .slice(0, 1)
          .flatMap((run) => bottleneckPaths(run, result)),
        ...jobGrowth(job, plan),
      ];
    case 'run-overlap':
    case 'run-skipped':
    case 'run-queued':
    case 'run-cancelled':
      return [
        ...ofJob('ifRunning'),
        ...textsOf(step, 'active')
          .slice(0, 1)
          .flatMap((run) => bottleneckPaths(run, result)),
        ...jobGrowth(job, plan),
      ];
    case 'run-timed-out':
      return ofJob('timeout');
    case 'window-closed':
    case 'tick-dropped':
      return ofJob('window');
    case 'task-retried':
    case 'retry-dropped':
      return ofJob('retries');
    case 'snapshot-created':
      return [...ofJob('snapshots'), ...ofJob('method')];
    case 'transfer-started':
      return ofJob('mode');
    case 'growth-stepped':
      return growthPaths(plan.vms, plan);
    case 'activity-changed':
      return plan.vms.filter((vm) => textsOf(step, 'activity').includes(vm.activity)).map((vm) => `${vm.origin}.activity`);
    case 'datastore-low':
    case 'datastore-full':
    case 'datastore-ok':
    case 'datastore-freed':
      return [...ofStore('capacity'), ...ofStore('otherGrowth'), ...ownerPaths(datastore, plan, result)];
    case 'vm-paused':
      return [...ofStore('onFull'), ...vmPaths(step, plan, '')];
    case 'vm-crashed':
      return vmPaths(step, plan, '.toleratesPause');
    case 'vm-created':
    case 'vm-deleted':
    case 'vm-not-created':
      return vmPaths(step, plan, '.exists');
    case 'points-removed':
      return ofJob('retention');
    case 'fault-began':
    case 'fault-ended':
    case 'fault-hit':
      return step.events.flatMap((event) => (numberOf(event, 'number') === null ? ['faults'] : [`faults.${numberOf(event, 'number')}`]));
    default:
      if (repository !== null) return [`repositories.${repository}`];
      if (datastore !== null && job === null) return [`datastores.${datastore}`];
      return job === null ? vmPaths(step, plan, '') : [`jobs.${job}`];
  }
}

/** The paths that a finding itself rests on, before any cause: its subject, and what its rule is about. */
export function findingPaths(finding: Finding, plan: Plan): string[] {
  const { kind, name } = finding.subject;
  const subject = subjectPath(kind, name, plan);
  const { run, job, number, other, datastore, name: shared, shares } = finding.evidence;
  switch (finding.rule) {
    case 'slot-starved':
      return [kind === 'job' ? `${subject}.concurrency` : `${subject}.slots`];
    case 'snapshot-age':
    case 'snapshot-orphaned':
    case 'chain-depth':
      return typeof run === 'string' ? [`jobs.${jobOfRun(run)}`] : [`${subject}.snapshots`];
    case 'new-vm-missed':
      return [`${subject}.exists`, ...(typeof run === 'string' ? [`jobs.${jobOfRun(run)}.vms`] : [])];
    case 'job-overlap':
      return [
        `${subject}.schedule`,
        ...(typeof other === 'string' ? [`jobs.${jobOfRun(other)}.schedule`] : []),
        ...(typeof shared === 'string' && typeof shares === 'string' ? [subjectPath(shares, shared, plan)] : []),
      ];
    case 'rpo-missed':
      return [`${subject}.rpo`];
    case 'window-overrun':
      return [`${subject}.window`];
    case 'snapshot-as-backup':
    case 'direct-disk-copy':
      return kind === 'job' ? [`${subject}.method`] : [subject];
    case 'guest-agent-storm':
      return typeof run === 'string' ? [`jobs.${jobOfRun(run)}.schedule`, `jobs.${jobOfRun(run)}.concurrency`] : [subject];
    case 'unsupported-guest':
      return [`${subject}.guest`, ...(typeof run === 'string' ? [`jobs.${jobOfRun(run)}.supportedGuests`] : [])];
    case 'excessive-permission':
      return [`${subject}.immutable`, ...(typeof job === 'string' ? [`jobs.${job}.account`] : [])];
    case 'software-outdated':
      return [`faults.${number}`];
    case 'free-space':
    case 'space-exhausted':
    case 'repository-full':
      return [`${subject}.capacity`];
    case 'vm-paused':
      return typeof datastore === 'string' ? [subject, `datastores.${datastore}.capacity`] : [subject];
    case 'vm-crashed':
      return [`${subject}.toleratesPause`];
    default:
      return [subject];
  }
}

const SECTION_OF: Record<string, string> = {
  datastore: 'datastores',
  host: 'hosts',
  link: 'links',
  proxy: 'proxies',
  repository: 'repositories',
  array: 'arrays',
  job: 'jobs',
};

/** Where an entity stands; a VM that was counted out stands at its group. */
export function subjectPath(kind: string, name: string, plan: Plan): string {
  if (kind === 'vm') return plan.vms.find((vm) => vm.name === name)?.origin ?? `vms.${name}`;
  return `${SECTION_OF[kind] ?? kind}.${name}`;
}

/** The paths of every growth line of these VMs and of their datastores. */
export function growthPaths(vms: readonly VmPlan[], plan: Plan): string[] {
  const datastores = new Set(vms.flatMap((vm) => vm.disks.map((disk) => disk.datastore)));
  const others = plan.datastores.filter((datastore) => datastores.has(datastore.name) && grows(datastore.otherGrowth));
  return [...new Set([...vms.flatMap(vmGrowth), ...others.map((datastore) => `${datastore.origin}.otherGrowth`)])];
}

/** What the peak ledger says of a datastore: whose growth is in it, and which snapshots lie there that no job took. */
function ownerPaths(datastore: string | null, plan: Plan, result: Result): string[] {
  const ledger = datastore === null ? [] : (result.datastores[datastore]?.peakLedger ?? []).filter((entry) => entry.bytes > 0);
  const ownersOf = (kinds: readonly LedgerKind[]) => {
    const names = new Set(ledger.filter((entry) => kinds.includes(entry.kind)).map((entry) => entry.owner));
    return plan.vms.filter((vm) => names.has(vm.name));
  };
  return [...ownersOf(['growth']).flatMap(vmGrowth), ...ownersOf(['user', 'orphan']).map((vm) => `${vm.origin}.snapshots`)];
}

function vmGrowth(vm: VmPlan): string[] {
  const single = (key: string, wanted: (disk: DiskPlan) => Growth) => {
    if (!vm.disks.some((disk) => grows(wanted(disk)))) return [];
    return [`${vm.origin}.${key}`, ...vm.disks.flatMap((disk, index) => (grows(wanted(disk)) ? [`${vm.origin}.disks.${index}.${key}`] : []))];
  };
  return [...single('growth', (disk) => disk.growth), ...single('writes.growth', (disk) => disk.writes.growth)];
}

function grows(growth: Growth): boolean {
  return growth.kind !== 'none';
}

/** The VMs that a job names, by its selection alone. */
function jobGrowth(job: string | null, plan: Plan): string[] {
  const selection = plan.jobs.find((each) => each.name === job)?.selection;
  if (selection === undefined) return [];
  const taken = plan.vms.filter(
    (vm) =>
      selection.all ||
      selection.names.includes(vm.name) ||
      selection.names.includes(vm.group) ||
      vm.tags.some((tag) => selection.tags.includes(tag)) ||
      (vm.host !== null && selection.hosts.includes(vm.host)) ||
      vm.disks.some((disk) => selection.datastores.includes(disk.datastore)),
  );
  return growthPaths(taken, plan);
}

/** The limit that held a run back, as lines of the file. */
export function bottleneckPaths(run: string, result: Result): string[] {
  const held = heldBack(run, result);
  if (held === null) return [];
  const [kind = '', ...rest] = held.label.split(':');
  const name = rest.join(':');
  const keys = held.waiting ? SLOT_KEYS[kind] : SPEED_KEYS[kind];
  const section = kind === 'stream-limit' ? 'jobs' : SECTION_OF[kind];
  if (keys === undefined || section === undefined) return [];
  return name.split(kind === 'proxy' ? '+' : '\n').flatMap((each) => keys.map((key) => `${section}.${each}.${key}`));
}

const SLOT_KEYS: Record<string, string[]> = { job: ['concurrency'], proxy: ['slots'], repository: ['slots'], datastore: ['maxOpenSnapshots'] };

const SPEED_KEYS: Record<string, string[]> = {
  repository: ['write'],
  datastore: ['read', 'write', 'iops', 'class'],
  array: ['read', 'write', 'iops'],
  host: ['nbd', 'network'],
  link: ['bandwidth'],
  proxy: ['perCore', 'cores', 'network', 'fabric'],
  'stream-limit': ['streamRate'],
};

function vmPaths(step: Step, plan: Plan, suffix: string): string[] {
  const names = new Set(textsOf(step, 'vm'));
  return [...new Set(plan.vms.filter((vm) => names.has(vm.name)).map((vm) => `${vm.origin}${suffix}`))];
}
