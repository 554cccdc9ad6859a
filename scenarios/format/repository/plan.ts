/** Repositories, chains and restores of the plan. */
import type { CopyPlan, JobPlan, RepositoryPlan, RestorePlan, RetentionPlan } from '../../../sim/plan.ts';
import { unlimited } from '../defaults.ts';
import { type Draft, resolveNoted } from '../draft.ts';
import { formatLocalTime } from '../local-time.ts';
import { planSchedule } from '../schedule/plan.ts';
import type { StatedSchedule } from '../schedule/schema.ts';
import type { EntryOf } from '../schema.ts';
import { keyPlaceAt, placeAt } from '../tree.ts';
import { CHAIN, REPOSITORY } from './defaults.ts';
import type { RepositoryEntry, RestoreEntry, RetentionEntry } from './schema.ts';

export function planRepositories(draft: Draft): RepositoryPlan[] {
  for (const name of draft.entries.repositories.keys()) checkCopies(draft, name);
  return [...draft.entries.repositories].map(([name, entry]) => planRepository(draft, name, entry));
}

function planRepository(draft: Draft, name: string, entry: RepositoryEntry): RepositoryPlan {
  const { assumptions } = draft;
  const path = ['repositories', name];
  const at = (key: string) => `${path.join('.')}.${key}`;
  const merges = isMergedOn(draft, name);
  const { garbageCollection: collection } = entry;
  const needsClass = (merges && entry.mergeRate === undefined) || (collection !== undefined && collection.readShare === undefined);
  const kind = assumptions.fillIf(needsClass, entry.class, at('class'), REPOSITORY.class);
  return {
    name,
    capacityBytes: entry.capacity,
    readBytesPerSecond: entry.read,
    writeBytesPerSecond: entry.write,
    slots: assumptions.fill(entry.slots, at('slots'), unlimited),
    links: assumptions.fill(entry.links, at('links'), REPOSITORY.copyLinks),
    mergeBytesPerSecond: assumptions.fillIf(merges, entry.mergeRate, at('mergeRate'), REPOSITORY.mergeRate(kind)),
    blockClone: assumptions.fillIf(merges || isSynthesizedOn(draft, name), entry.blockClone, at('blockClone'), REPOSITORY.blockClone),
    immutableMs: assumptions.fill(entry.immutable, at('immutable'), REPOSITORY.immutable),
    gcGraceMs: assumptions.fill(entry.gcGrace, at('gcGrace'), REPOSITORY.gcGrace),
    garbageCollection:
      collection === undefined
        ? null
        : {
            schedule: planOwnTimes(draft, [...path, 'garbageCollection', 'schedule'], collection.schedule),
            readShare: assumptions.fill(collection.readShare, at('garbageCollection.readShare'), REPOSITORY.readShare[kind]),
          },
    verify: entry.verify === undefined ? null : planOwnTimes(draft, [...path, 'verify'], entry.verify),
    copyTo: entry.copyTo === undefined ? null : planCopy(draft, [...path, 'copyTo'], entry.copyTo),
    origin: path.join('.'),
  };
}

function planCopy(draft: Draft, path: readonly string[], entry: NonNullable<RepositoryEntry['copyTo']>): CopyPlan {
  return {
    repository: entry.repository,
    links: draft.assumptions.fill(entry.links, [...path, 'links'].join('.'), REPOSITORY.copyLinks),
    schedule: entry.schedule === undefined ? null : planOwnTimes(draft, [...path, 'schedule'], entry.schedule),
    retention: planRetention(draft, [...path, 'retention'], entry.retention),
    account: entry.account ?? null,
  };
}

/** Copies of copies may go on, but not come back. */
function checkCopies({ entries, problems, root }: Draft, name: string): void {
  let target = entries.repositories.get(name)?.copyTo?.repository;
  for (let length = 0; target !== undefined && length < entries.repositories.size; length++) {
    if (target === name) {
      const place = placeAt(root, ['repositories', name, 'copyTo', 'repository']);
      problems.add(place, `the copies of \`${name}\` come back to it`, { expected: 'another repository, whose copies go elsewhere' });
      return;
    }
    target = entries.repositories.get(target)?.copyTo?.repository;
  }
}

/** Whether increments are merged there: of jobs that write to it, or of copies. */
function isMergedOn({ entries }: Draft, repository: string): boolean {
  const merging = [...entries.jobs.values()].filter((job) => (job.mode ?? CHAIN.mode.value) === 'forever-forward' || job.mode === 'reverse');
  const isTarget = [...entries.repositories.values()].some(({ copyTo }) => copyTo?.repository === repository);
  return merging.some((job) => (job.repository === repository && job.mode !== 'reverse') || isTarget);
}

function isSynthesizedOn({ entries }: Draft, repository: string): boolean {
  return [...entries.jobs.values()].some((job) => job.repository === repository && job.full?.synthetic !== undefined);
}

/** Schedules of other things than jobs cannot wait for a job. */
function planOwnTimes(draft: Draft, path: readonly string[], stated: StatedSchedule): ReturnType<typeof planSchedule> {
  if (stated.kind === 'after') {
    draft.problems.add(placeAt(draft.root, path), 'this schedule cannot be after a job', { expected: 'a schedule with times of its own' });
  }
  return planSchedule(draft, path, stated);
}

export function planRetention(draft: Draft, path: readonly string[], stated: RetentionEntry | undefined): RetentionPlan {
  const origin = path.join('.');
  const { definition, ...options } = draft.assumptions.fill<RetentionEntry>(stated, origin, CHAIN.retention);
  const { last = null, hourly = null, daily = null, weekly = null, monthly = null, yearly = null } = options;
  const isPlain = Object.keys(options).every((key) => key === 'last');
  return {
    last,
    hourly,
    daily,
    weekly,
    monthly,
    yearly,
    definition: draft.assumptions.fillIf(!isPlain, definition, `${origin}.definition`, CHAIN.definition),
  };
}

type ChainPlan = Pick<JobPlan, 'mode' | 'fullBackups' | 'differential' | 'retention' | 'account'>;

/** How a job keeps its points; `copies`: it has any. */
export function planChain(draft: Draft, name: string, entry: EntryOf<'jobs'>, copies: boolean): ChainPlan {
  const path = ['jobs', name];
  const mode = draft.assumptions.fillIf(copies, entry.mode, `jobs.${name}.mode`, CHAIN.mode);
  checkChain(draft, path, entry, mode);
  return {
    mode,
    fullBackups: planFulls(draft, [...path, 'full'], entry.full),
    differential: entry.differential === undefined ? null : planOwnTimes(draft, [...path, 'differential'], entry.differential),
    retention: copies || entry.retention !== undefined ? planRetention(draft, [...path, 'retention'], entry.retention) : NOTHING_KEPT,
    account: entry.account ?? null,
  };
}

/** Of a job that keeps nothing on a repository. */
const NOTHING_KEPT: RetentionPlan = { last: 1, hourly: null, daily: null, weekly: null, monthly: null, yearly: null, definition: 'proxmox' };

function planFulls(draft: Draft, path: readonly string[], stated: EntryOf<'jobs'>['full']): JobPlan['fullBackups'] {
  if (stated?.active !== undefined) return { kind: 'active', schedule: planOwnTimes(draft, [...path, 'active'], stated.active) };
  if (stated?.synthetic !== undefined) return { kind: 'synthetic', schedule: planOwnTimes(draft, [...path, 'synthetic'], stated.synthetic) };
  return null;
}

/** Keys that only some modes have. */
function checkChain(draft: Draft, path: readonly string[], entry: EntryOf<'jobs'>, mode: JobPlan['mode']): void {
  const refuse = (key: string, text: string, expected: string) => draft.problems.add(keyPlaceAt(draft.root, [...path, key]), text, { expected });
  if (mode === 'forward' && entry.full === undefined)
    refuse('mode', 'mode `forward` does not say when it makes a full', '`full: {active: <schedule>}` or `full: {synthetic: <schedule>}` beside it');
  if (mode !== 'forward') {
    for (const key of ['full', 'differential'] as const)
      if (entry[key] !== undefined) refuse(key, `\`${key}\` has no meaning in mode \`${mode}\``, '`mode: forward`');
  }
  const { retention } = entry;
  const flagged = retention?.definition === 'veeam' && (retention.weekly ?? retention.monthly ?? retention.yearly) !== undefined;
  if (flagged && mode !== 'forward' && mode !== 'full')
    refuse('retention', `mode \`${mode}\` makes no fulls that could be kept by age`, '`mode: forward`, or `definition: proxmox`');
  const immutable = entry.repository === undefined ? undefined : draft.entries.repositories.get(entry.repository)?.immutable;
  if (mode === 'reverse' && (immutable ?? 0) > 0)
    refuse('mode', 'mode `reverse` rewrites its full each time, which an immutable repository forbids', '`mode: forward`');
}

export function planRestores(draft: Draft, stated: readonly RestoreEntry[]): RestorePlan[] {
  const planned: RestorePlan[] = [];
  for (const [index, entry] of stated.entries()) {
    const path = ['restores', index];
    const clock = draft.clock;
    if (clock === null) continue;
    const instantOf = (localMs: number, key: string): number =>
      resolveNoted(clock.zone, localMs, [...path, key].join('.'), draft.assumptions) - clock.startEpochMs;
    const atMs = instantOf(entry.at, 'at');
    if (atMs < 0 || atMs >= clock.durationMs) {
      const expected = `a time within the run, which starts at ${formatLocalTime(clock.startEpochMs + clock.zone.offsetAt(clock.startEpochMs))}`;
      draft.problems.add(placeAt(draft.root, [...path, 'at']), 'the restore lies outside the run', { expected });
    }
    const pointAtMs = entry.point === undefined ? atMs : instantOf(entry.point, 'point');
    planned.push({ atMs, vm: entry.vm, repository: entry.repository ?? null, pointAtMs, origin: path.join('.') });
  }
  return planned;
}
