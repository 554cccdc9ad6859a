/**
 * Jobs that behave as those of a named product do: a preset is a set of values for keys that exist, for those that the file leaves out. Each value ends up
 * among the assumptions, with its source.
 */
import type { Assumptions } from './defaults.ts';
import type { EntryOf } from './schema.ts';
import type { PRESET_NAMES } from './schema-limits.ts';
import { formatDuration } from './units.ts';

type Job = EntryOf<'jobs'>;
type PresetKeys = Pick<Job, 'ifRunning' | 'ifVmBusy' | 'retries' | 'concurrency' | 'lockWait' | 'timeout' | 'catchUp'>;

interface Preset {
  keys: PresetKeys;
  /** What happens at the end of a window, where the job has one. */
  atEnd?: NonNullable<Job['window']>['atEnd'];
  source: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What each leaves out of its product: docs/windows.md. */
const PRESETS: Record<(typeof PRESET_NAMES)[number], Preset> = {
  'veeam-periodic': {
    keys: { ifRunning: 'skip', ifVmBusy: 'wait', retries: { times: 3, wait: 10 * MINUTE }, catchUp: true },
    atEnd: 'terminate',
    source: 'preset veeam-periodic (Veeam Backup & Replication user guide: job schedule, job retry, backup window)',
  },
  'veeam-chained': {
    keys: { ifRunning: 'queue', ifVmBusy: 'wait', retries: { times: 3, wait: 10 * MINUTE } },
    atEnd: 'terminate',
    source: 'preset veeam-chained (Veeam Backup & Replication user guide: a job after another starts when all retries of that one are over)',
  },
  bareos: {
    keys: { ifRunning: 'queue-all', concurrency: 1, retries: null, timeout: 6 * 24 * HOUR },
    source: 'preset bareos (Bareos director: Allow Duplicate Jobs yes, Maximum Concurrent Jobs 1, Reschedule On Error no, watchdog after six days)',
  },
  // No `startDeadline`: vzdump waits so long for the node, not for the guests before.
  vzdump: {
    keys: { ifRunning: 'queue', concurrency: 1, lockWait: 3 * HOUR, retries: null },
    source:
      'preset vzdump (Proxmox VE: guests of a node one after another, lockwait 180 minutes; a job that is due while it runs starts once it has ended)',
  },
  netbackup: {
    keys: { ifRunning: 'skip', retries: { times: 1, wait: 10 * MINUTE }, catchUp: true },
    atEnd: 'stop-new-tasks',
    source:
      'preset netbackup (NetBackup administrator guide: two tries in 12 hours, 10 minutes apart; what has begun in the window goes on after it; what is due starts when it opens)',
  },
};

/** The entry with what its preset says where it says nothing itself. */
export function withPreset(assumptions: Assumptions, name: string, entry: Job): Job {
  if (entry.preset === undefined) return entry;
  const { keys, atEnd, source } = PRESETS[entry.preset];
  const filled: Job = { ...entry };
  const note = (key: string, value: unknown): void => assumptions.note(`jobs.${name}.${key}`, textOf(value), source);
  for (const [key, value] of Object.entries(keys)) {
    if (entry[key as keyof PresetKeys] !== undefined || (key === 'catchUp' && !isLimited(entry))) continue;
    Object.assign(filled, { [key]: value });
    note(key, value);
  }
  if (atEnd !== undefined && entry.window !== undefined && entry.window.atEnd === undefined) {
    filled.window = { ...entry.window, atEnd };
    note('window.atEnd', atEnd);
  }
  return filled;
}

/** Whether there are times at which it may not run. */
function isLimited({ window, blackouts }: Job): boolean {
  return window !== undefined || blackouts !== undefined;
}

function textOf(value: unknown): string {
  if (value === null) return 'none';
  if (typeof value === 'number') return value >= MINUTE ? formatDuration(value) : String(value);
  if (typeof value !== 'object') return String(value);
  const { times, wait } = value as { times: number; wait: number };
  return `{times: ${times}, wait: ${formatDuration(wait)}}`;
}
