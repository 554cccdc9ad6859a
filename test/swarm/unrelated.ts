/** A plan cut up by events that have nothing to do with it: all that is told of it must stay as it was. */
import type { Plan, Result, RuleId } from '../../sim/index.ts';
import { datastore, GiB, job, repository, vm } from '../sim/plans.ts';

const VM = 'unrelated-vm';
const JOB = 'unrelated-job';
const DATASTORE = 'unrelated-datastore';
const REPOSITORY = 'unrelated-repository';
const ADDED = [VM, JOB, DATASTORE, REPOSITORY];
const ACTIVITY = 'flat';
/** Say of a VM that none of the jobs takes it: for them one more job is no stranger. */
const ABOUT_ALL_JOBS: readonly RuleId[] = ['vm-unprotected', 'new-vm-missed'];
/** Differences beyond these say nothing new. */
const MOST_DIFFERENCES = 6;

/** Adds a VM with a job of its own, due at odd times, on a datastore and a repository that nobody else uses. */
export function withUnrelated(given: Plan, everyMs: number): Plan {
  const busy = vm(VM, { activity: ACTIVITY, disk: { datastore: DATASTORE, usedBytes: 3 * GiB } });
  const only: Plan['jobs'][number]['selection'] = { all: false, names: [VM], tags: [], hosts: [], datastores: [], except: [] };
  const flat = given.activities.some(({ name }) => name === ACTIVITY) ? [] : [{ name: ACTIVITY, multipliers: [1] }];
  return {
    ...given,
    activities: [...given.activities, ...flat],
    datastores: [...given.datastores, datastore({ name: DATASTORE })],
    repositories: [...given.repositories, repository({ name: REPOSITORY })],
    vms: [...given.vms, busy],
    jobs: [
      ...given.jobs.map((spec) => ({ ...spec, selection: { ...spec.selection, except: [...spec.selection.except, VM] } })),
      job({ name: JOB, selection: only, schedule: { kind: 'every', everyMs, offsetMs: 0 }, repository: REPOSITORY }),
    ],
  };
}

/** What has changed in what is told of the plan's own things. */
export function changedBy(before: Result, after: Result): string[] {
  const found: string[] = [];
  for (const key of ['jobs', 'datastores', 'repositories', 'vms', 'hosts', 'links', 'proxies', 'arrays'] as const)
    for (const name of Object.keys(before[key])) findDifferences(before[key][name], after[key][name], `${key}.${name}`, found);
  findDifferences(before.restores, after.restores, 'restores', found);
  findDifferences(findingsOf(before), findingsOf(after), 'findings', found);
  return found.slice(0, MOST_DIFFERENCES);
}

/** Numbers of events are others when there are more events, so causes are not compared. */
function findingsOf({ findings }: Result): Record<string, unknown> {
  const own = findings.filter(({ rule, subject }) => !ADDED.includes(subject.name) && !ABOUT_ALL_JOBS.includes(rule));
  return Object.fromEntries(
    own.map(({ rule, subject, severity, atMs, untilMs, evidence }) => [`${rule} of ${subject.name}`, { severity, atMs, untilMs, evidence }]),
  );
}

function findDifferences(before: unknown, after: unknown, path: string, found: string[]): void {
  if (Object.is(before, after)) return;
  if (!isNested(before) || !isNested(after)) {
    found.push(`${path}: ${String(before)} has become ${String(after)}`);
    return;
  }
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) findDifferences(before[key], after[key], `${path}.${key}`, found);
}

function isNested(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
