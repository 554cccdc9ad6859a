/** What is assumed where a scenario says nothing: each value with the source of its figure. Whatever is used ends up in the plan's `assumptions`. */
import type { Assumption, DatastorePlan, MethodName } from '../../sim/plan.ts';
import type { COMPRESSIONS } from './schema-methods.ts';
import { formatDuration, formatRate, formatSize } from './units.ts';

export interface Default<T> {
  value: T;
  text: string;
  source: string;
}

/** Collects assumptions by their path in the file. */
export class Assumptions {
  readonly list: Assumption[] = [];

  note(path: string, value: string, source: string): void {
    this.list.push({ path, value, source });
  }

  /** The given value, or the default, which is then noted. */
  fill<T>(given: T | undefined, path: string, fallback: Default<T>): T {
    if (given !== undefined) return given;
    this.note(path, fallback.text, fallback.source);
    return fallback.value;
  }

  /** The same for a key that has no effect unless `matters`: its default is then no assumption. */
  fillIf<T>(matters: boolean, given: T | undefined, path: string, fallback: Default<T>): T {
    return matters ? this.fill(given, path, fallback) : (given ?? fallback.value);
  }
}

const OWN = 'default of the scenario format';
const NO_LIMIT = 'default of the scenario format: what is not stated does not limit';

const MIB = 1024 ** 2;
const sizeDefault = (text: number, source: string): Default<number> => ({ value: text, text: formatSize(text), source });
const rateDefault = (bytesPerSecond: number, source: string): Default<number> => ({
  value: bytesPerSecond,
  text: formatRate(bytesPerSecond),
  source,
});
const durationDefault = (ms: number, source: string): Default<number> => ({ value: ms, text: formatDuration(ms), source });
const plain = <T extends string | number | boolean>(value: T, source = OWN): Default<T> => ({ value, text: String(value), source });
export const unlimited: Default<number | null> = { value: null, text: 'unlimited', source: NO_LIMIT };

type Compression = (typeof COMPRESSIONS)[number];

export type DatastoreClass = 'hdd' | 'hybrid' | 'all-flash';

interface ClassFigures {
  read: Default<number>;
  write: Default<number>;
  iops: Default<number>;
  latency: Default<number>;
  mergeRate: Default<number>;
}

const MERGE_SOURCES: Record<DatastoreClass, string> = {
  hdd: '30 to 40 MB/s measured for merges on thirteen 7,200 rpm disks in RAID 6 (Veeam forum, thread 35893)',
  hybrid: 'low confidence: no vendor states one, placed between the measured figure of disks and flash',
  'all-flash': 'low confidence: no vendor states one',
};

function classFigures(name: DatastoreClass, readMib: number, writeMib: number, iops: number, latencyMs: number, mergeMib: number): ClassFigures {
  const source = `default of class ${name}`;
  return {
    read: rateDefault(readMib * MIB, source),
    write: rateDefault(writeMib * MIB, source),
    iops: plain(iops, source),
    latency: { value: latencyMs, text: `${latencyMs}ms`, source },
    mergeRate: rateDefault(mergeMib * MIB, `${source} (${MERGE_SOURCES[name]})`),
  };
}

export const CLASS_FIGURES: Record<DatastoreClass, ClassFigures> = {
  hdd: classFigures('hdd', 400, 300, 1500, 8, 35),
  hybrid: classFigures('hybrid', 900, 700, 15_000, 3, 100),
  'all-flash': classFigures('all-flash', 2500, 1500, 100_000, 0.5, 300),
};

export const DATASTORE = {
  class: plain<DatastoreClass | 'custom'>('hybrid'),
  otherUsed: sizeDefault(0, 'nothing else is stated on this datastore'),
  floor: sizeDefault(100 * MIB, 'VMFS reaches its critical level at 100 MB of free space (Broadcom KB 318856)'),
  resumeMargin: sizeDefault(1024 * MIB, OWN),
  onFull: plain<'pause-writers' | 'all'>('pause-writers', 'VMs pause at their own next write that needs a new block (Broadcom KB 304464)'),
  onSpaceFreed: plain<'stay-paused' | 'resume'>('stay-paused', 'a paused VM waits until an operator answers (Broadcom KB 304464)'),
  countOrphans: plain(false, 'default of the scenario format: only snapshots of jobs take a slot'),
  consolidation: plain<'mirror' | 'helper'>('mirror', 'vSphere 6 and later mirror writes while merging'),
  passLimit: plain(10, 'low confidence: ten passes, as usually reported of versions before vSphere 6'),
  merges: plain<'parallel' | 'serial'>('parallel', 'VMs consolidate independently of each other on vSphere'),
  orphanCleanup: { value: { kind: 'never' }, text: 'never', source: `${OWN}: somebody has to see it` } as Default<DatastorePlan['orphanCleanup']>,
  latencyControl: { value: null, text: 'none', source: 'off unless somebody switches it on (Veeam user guide, I/O settings)' } as Default<{
    stop: number;
    throttle: number;
  } | null>,
  array: { value: null, text: 'none', source: NO_LIMIT } as Default<string | null>,
  ioSize: sizeDefault(16 * 1024, 'median write touches 16.6 KiB on 106 production disks (CloudPhysics traces)'),
  queueDepth: plain(8, 'low end of the 8 to 32 outstanding operations of a backup stream'),
};

export const NBD_SHARE = 0.4;
export const NBD_SOURCE = '40 % of `network`: 400 to 500 MB/s over 10 GbE (Veeam best practice guide, network mode)';

const PER_CORE_SOURCE = 'Veeam best practice guide, sizing a backup proxy';

export const PROXY = {
  slotUnit: plain<'disk' | 'vm'>('disk', 'one task is one disk (Veeam user guide, limiting tasks)'),
  perCoreFull: rateDefault(100 * MIB, PER_CORE_SOURCE),
  perCoreIncremental: rateDefault(25 * MIB, PER_CORE_SOURCE),
};

export const LINKS: Default<string[]> = { value: [], text: 'none', source: NO_LIMIT };

/** Fraction of the used bytes. */
export const CHANGED_FRACTION_PER_DAY = 0.05;
export const CHANGED_SOURCE = '5 % of used a day: the optimistic end of the usual 5 to 10 % (Veeam best practice guide; restore point simulator)';

/** Unique over written bytes of 24 h. */
export const UNIQUE_SHARE_OF_24H = 0.18;

export const WRITE_RATE_SOURCES = {
  append: 'every written byte is new under the law append',
  'working-set': 'follows from `changed` and `workingSet`',
  power: 'median share of unique bytes in 24 h on 106 production disks: 18 % (CloudPhysics traces)',
};

export const VM = {
  vary: plain(0),
  host: { value: null, text: 'none', source: NO_LIMIT } as Default<string | null>,
  provisioning: plain<'thin' | 'thick'>('thin'),
  law: plain<'append' | 'working-set' | 'power'>('power', 'fits the unique bytes over time of 106 production disks (CloudPhysics traces)'),
  exponent: plain(0.72, 'median exponent of 106 production disks (CloudPhysics traces)'),
  activity: plain('flat', 'default of the scenario format: writes spread evenly'),
  tags: { value: [], text: 'none', source: OWN } as Default<string[]>,
  changeTracking: plain(true),
  deltaOverhead: plain(1, 'default of the scenario format: space for metadata is left out (0.2 to 0.4 % in SEsparse)'),
  toleratesPause: { value: null, text: 'unlimited', source: 'default of the scenario format: a paused guest never crashes' } as Default<
    number | null
  >,
  maxChain: plain(32, 'limit of vSphere (Broadcom KB 318825)'),
  snapshotKind: plain<'user' | 'orphan'>('user'),
  snapshotDisk: plain(0, 'default of the scenario format: the first disk'),
};

export const OPERATOR_RESPONDS_AFTER: Default<number | null> = {
  value: null,
  text: 'never',
  source: 'default of the scenario format: nobody answers',
};

export const JOB = {
  proxies: { value: [], text: 'none', source: NO_LIMIT } as Default<string[]>,
  initial: plain<'full' | 'established'>('full', 'default of the scenario format: no run before the start'),
  ifRunning: plain<'skip' | 'queue' | 'queue-all' | 'start' | 'cancel-previous'>(
    'skip',
    'a periodic job misses the slots during its run (Veeam user guide, job schedule)',
  ),
  ifVmBusy: plain<'wait' | 'stack'>('wait', 'the second job waits for the VM (Veeam user guide)'),
  snapshots: plain<'per-task' | 'whole-run'>('per-task'),
  priority: plain(0),
  zeroDetection: plain(true),
  cbtOverhead: plain(1, 'default of the scenario format: tracked extents as small as the changes (64 KiB and more are seen)'),
  quiesce: durationDefault(0, 'default of the scenario format: crash-consistent'),
  create: durationDefault(500, 'typically below 1 s (Veeam best practice guide; stuns of 0.4 s in Broadcom KB 417644)'),
  remove: durationDefault(1000, 'a few seconds or less (Veeam best practice guide)'),
  attach: durationDefault(90_000, '1 to 2 minutes per VM to attach and detach (Veeam best practice guide, virtual appliance mode)'),
};

export const QUIESCE = {
  mode: plain<'crash-consistent' | 'application'>('crash-consistent'),
  onFailure: plain<'fail' | 'crash-consistent'>(
    'fail',
    'success is required unless failures are to be ignored (Veeam user guide, application-aware processing)',
  ),
  freezeLimit: durationDefault(60_000, 'writers of Windows stay frozen for 60 s at most (Veeam KB 1377; Exchange 20 s)'),
};

const DEDUPLICATION_GUIDE = 'Veeam best practice guide, deduplication and compression';

export const METHOD = {
  method: plain<MethodName>('snapshot'),
  fallback: plain<'nbd' | 'fail'>('nbd', 'falls back to the network of the host (Veeam best practice guide, virtual appliance mode)'),
  fleecing: { value: null, text: 'none', source: 'off unless somebody switches it on (Proxmox VE, backup options)' } as Default<string | null>,
  keep: plain(3, 'two to three snapshots at most (Broadcom KB 318825)'),
  compression: plain<Compression>('optimal', DEDUPLICATION_GUIDE),
  deduplication: plain<'none' | 'inline'>('none', 'default of the scenario format: `reduction` says what is saved'),
  /** Processor time per byte to that of `optimal`: 150, 100 and 50 MB/s a core; `none` is a guess. */
  compressionWork: { none: 0.5, optimal: 1, high: 1.5, extreme: 3 } as Record<Compression, number>,
  /** SHA-256 at 2,067 MB/s on one core (Proxmox Backup Server's reference machine). */
  checksumSecondsPerByte: 1 / 2067e6,
  reductions: {
    none: plain(1, 'nothing is compressed'),
    optimal: plain(2, `about 2:1 with usual compression (${DEDUPLICATION_GUIDE})`),
    high: plain(2.4, 'low confidence: up to 60 % more is saved than with `optimal` (Veeam user guide, compression)'),
    extreme: plain(2.6, 'low confidence: a little more than with `high` (Veeam user guide, compression)'),
  } as Record<Compression, Default<number>>,
};

export const LIMITS = {
  retries: { value: null, text: 'none', source: 'default of the scenario format: a failed task is not tried again' } as Default<{
    times: number;
    wait?: number | undefined;
  } | null>,
  wait: durationDefault(600_000, '10 minutes (Veeam, retries of a job)'),
  atEnd: plain<'finish' | 'stop-new-tasks' | 'terminate'>('finish', 'a run that has begun goes on (NetBackup, windows of a schedule)'),
  catchUp: plain(false, 'default of the scenario format: what the window denies is lost'),
};

/** Memory that one task takes on a proxy. */
export const MEMORY_PER_TASK = sizeDefault(2048 * MIB, '2 GB a task (Veeam best practice guide, sizing a backup proxy)');

export const SCENARIO_SOURCE = OWN;
