/**
 * How old the newest of several continuous backups of one VM has been. Each stream tells of its lag by stretches and at its own times; of a backup the slowest
 * disk counts, of the backups, and the newest point besides, whatever is newest. Between two bends all of them are straight lines.
 */
import type { CdpStream } from '../backup/cdp-stream.ts';
import type { Task } from '../backup/task.ts';
import type { LagStretch } from '../findings/rules/rpo-missed.ts';

export class StreamAges {
  /** What has not been looked at, by the streams of each backup. */
  private readonly untold = new Map<Task, Map<CdpStream, LagStretch[]>>();

  add(stream: CdpStream, stretch: LagStretch): void {
    const { task } = stream.part;
    const ofTask = this.untold.get(task) ?? new Map<CdpStream, LagStretch[]>();
    this.untold.set(task, ofTask);
    const stretches = ofTask.get(stream);
    if (stretches === undefined) ofTask.set(stream, [stretch]);
    else stretches.push(stretch);
  }

  /**
   * The largest age over the time of which all streams of these backups have told since the last call; `sinceMs` is the moment of the newest point besides.
   * 0 while one of them has told nothing.
   */
  worst(tasks: readonly Task[], sinceMs: number): number {
    const lines = tasks.map((task) => task.disks.flatMap(({ stream }) => (stream === null ? [] : [this.untold.get(task)?.get(stream) ?? []])));
    const all = lines.flat();
    const untilMs = Math.min(...all.map((stretches) => stretches.at(-1)?.toMs ?? Number.NEGATIVE_INFINITY));
    const sinceLastMs = Math.max(...all.map((stretches) => stretches[0]?.fromMs ?? untilMs));
    const bends = [...new Set(all.flatMap((stretches) => stretches.flatMap(({ fromMs, toMs }) => [fromMs, toMs])))]
      .filter((atMs) => atMs >= sinceLastMs && atMs <= untilMs)
      .sort((a, b) => a - b);
    let worst = 0;
    for (let i = 1; i < bends.length; i++) {
      const [fromMs, toMs] = [bends[i - 1] as number, bends[i] as number];
      const lags = lines.map((streams) => streams.map((stretches) => lineOn(stretches, fromMs, toMs)));
      worst = Math.max(worst, worstBetween(fromMs, toMs, [...lags, [{ fromLagMs: fromMs - sinceMs, toLagMs: toMs - sinceMs }]]));
    }
    for (const stretches of all) while (stretches.length > 0 && (stretches[0] as LagStretch).toMs <= untilMs) stretches.shift();
    return worst;
  }

  forget(task: Task): void {
    this.untold.delete(task);
  }
}

/** A lag at both ends of a span in which it changes evenly. */
interface Line {
  fromLagMs: number;
  toLagMs: number;
}

/** Null: there is nothing of that time, as before a stream has begun. */
function lineOn(stretches: readonly LagStretch[], fromMs: number, toMs: number): Line | null {
  const stretch = stretches.find((one) => one.fromMs <= fromMs && one.toMs >= toMs && one.toMs > one.fromMs);
  if (stretch === undefined) return null;
  const at = (atMs: number): number =>
    stretch.fromLagMs + ((atMs - stretch.fromMs) / (stretch.toMs - stretch.fromMs)) * (stretch.toLagMs - stretch.fromLagMs);
  return { fromLagMs: at(fromMs), toLagMs: at(toMs) };
}

/** The largest value of the smallest of the backups, each of which is the largest of its lines: at an end or where two lines cross. */
function worstBetween(fromMs: number, toMs: number, backups: readonly (readonly (Line | null)[])[]): number {
  const told = backups.flatMap((lines) => (lines.includes(null) ? [] : [lines as readonly Line[]]));
  const all = told.flat();
  const fractions = [0, 1];
  for (const a of all) {
    for (const b of all) {
      const before = a.fromLagMs - b.fromLagMs;
      const after = a.toLagMs - b.toLagMs;
      if (before < 0 && after > 0) fractions.push(before / (before - after));
    }
  }
  const ageAt = (fraction: number): number =>
    Math.min(...told.map((lines) => Math.max(...lines.map(({ fromLagMs, toLagMs }) => fromLagMs + fraction * (toLagMs - fromLagMs)))));
  return toMs > fromMs ? Math.max(...fractions.map(ageAt)) : 0;
}
