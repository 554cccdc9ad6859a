/** Chains: no point is kept whose base is gone, and the retention removes nothing that the policy keeps. */
import type { JobPlan, Plan, Result, RetentionPlan } from '../../../sim/index.ts';
import { type ReplayedChain, type ReplayedPoint, replayChains } from '../chain-replay.ts';
import type { Played } from '../play.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export function pointsStandOnTheirBases(played: Played): string[] {
  const wrong: string[] = [];
  replayChains(played, ({ kind, atMs }, chain, gone) => {
    const has = (points: readonly ReplayedPoint[], base: number | null): boolean => points.some(({ moment }) => moment === base);
    // Two runs at once may have made two points of one moment, either of which will do.
    const missing = chain.points.find(({ base }) => has(gone, base) && !has(chain.points, base));
    if (missing !== undefined) wrong.push(`${nameOf(chain)} at ${atMs}, ${kind}: the point of ${missing.moment} has lost the one that it stands on`);
  });
  return wrong;
}

export function retentionKeepsWhatItMust(played: Played): string[] {
  const { plan } = played;
  const wrong: string[] = [];
  replayChains(played, (event, chain, gone) => {
    if (gone.length === 0) return;
    const spec = plan.repositories.find(({ name }) => name === chain.repository) as Plan['repositories'][number];
    const retention = retentionOf(plan, chain);
    const complain = (text: string) => wrong.push(`${nameOf(chain)} at ${event.atMs}, ${event.kind}: ${text}`);
    for (const point of gone) {
      const newer = chain.points.filter(({ moment }) => moment >= point.moment).length;
      if (event.kind !== 'points-deleted' && newer < (retention.last ?? 1))
        complain(`the point of ${point.moment} has gone with ${newer} newer ones`);
      if (spec.immutableMs !== null && event.atMs - point.atMs < spec.immutableMs) complain(`the immutable point of ${point.moment} has gone`);
    }
    if (retention.definition === 'proxmox' && event.kind !== 'points-deleted')
      for (const text of lostPeriods(played, retention, chain, gone)) complain(text);
  });
  return wrong;
}

/** As many periods have a point afterwards as before, or as the option asks for. */
function lostPeriods({ plan, result }: Played, retention: RetentionPlan, { points, job }: ReplayedChain, gone: readonly ReplayedPoint[]): string[] {
  const localOf = (atMs: number): number => {
    const { startEpochMs, offsets } = plan.zone;
    return startEpochMs + atMs + (offsets.findLast(({ fromMs }) => fromMs <= atMs) ?? offsets[0])!.offsetMs;
  };
  const periods = {
    hourly: (atMs: number) => Math.floor(localOf(atMs) / HOUR_MS),
    daily: (atMs: number) => Math.floor(localOf(atMs) / DAY_MS),
    weekly: (atMs: number) => Math.floor((localOf(atMs) / DAY_MS + 3) / 7),
    monthly: (atMs: number) => new Date(localOf(atMs)).toISOString().slice(0, 7),
    yearly: (atMs: number) => new Date(localOf(atMs)).toISOString().slice(0, 4),
  };
  return (Object.keys(periods) as (keyof typeof periods)[]).flatMap((option) => {
    const count = (of: readonly ReplayedPoint[]): number => new Set(of.map(({ moment }) => periods[option](moment))).size;
    const wanted = retention[option];
    // A stream brings a point to a later moment, which the log does not tell: where that may lie in another period there is nothing to be compared.
    if ([...points, ...gone].some(({ moment }) => periods[option](moment) !== periods[option](latestMoment(plan, result, job, moment)))) return [];
    // A week may lie in two months: what is passed over in it no later option keeps.
    if (retention.weekly !== null && (option === 'monthly' || option === 'yearly')) return [];
    if (wanted === null || count(points) >= Math.min(wanted, count([...points, ...gone]))) return [];
    return [`${count(points)} periods of ${option}: ${wanted} are left`];
  });
}

/** Up to when a continuous backup may have brought a point of a moment; other points stay where they are. */
function latestMoment({ durationMs }: Plan, result: Result, { name, method }: JobPlan, moment: number): number {
  if (method !== 'cdp') return moment;
  const tasks = (result.jobs[name]?.runs ?? []).flatMap((run) => run.tasks).filter(({ snapshotMs }) => snapshotMs === moment);
  return Math.max(moment, ...tasks.map(({ endedMs }) => endedMs ?? durationMs));
}

function retentionOf(plan: Plan, { repository, job }: ReplayedChain): RetentionPlan {
  if (job.repository === repository) return job.retention;
  return plan.repositories.find(({ copyTo }) => copyTo?.repository === repository)?.copyTo?.retention ?? job.retention;
}

function nameOf({ repository, job, points }: ReplayedChain): string {
  return `${repository}, ${job.name}, ${points.length} points`;
}
