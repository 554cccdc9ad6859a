/** Samples of each datastore over time: what `series.csv` and the figure draw from. */

export interface Sample {
  atMs: number;
  usedBytes: number;
  freeBytes: number;
  guestServedFraction: number;
  latencyMs: number;
}

/** By datastore, ascending in time. */
export type Series = ReadonlyMap<string, readonly Sample[]>;

/** Twice the pixels of the figure's time axis. */
const SAMPLES_WANTED = 2000;
/** Over all datastores; keeps an estate of thousands of datastores within memory. */
const SAMPLES_AT_MOST = 2_000_000;
const ROUND_STEPS_MS = [1, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440].map((minutes) => minutes * 60_000);

/** A round interval at which a scenario of `durationMs` gives about 2,000 samples of each datastore, at least a minute. */
export function samplingInterval(durationMs: number, datastoreCount: number): number {
  const samples = Math.max(1, Math.min(SAMPLES_WANTED, SAMPLES_AT_MOST / Math.max(1, datastoreCount)));
  const wantedMs = durationMs / samples;
  return ROUND_STEPS_MS.find((stepMs) => stepMs >= wantedMs) ?? Math.ceil(wantedMs / 86_400_000) * 86_400_000;
}

/** A collector for the simulator's `sample` option, and the series it fills. */
export function seriesCollector(): {
  series: Series;
  onSample: (atMs: number, datastore: string, usedBytes: number, freeBytes: number, guestServedFraction: number, latencyMs: number) => void;
} {
  const series = new Map<string, Sample[]>();
  return {
    series,
    onSample: (atMs, datastore, usedBytes, freeBytes, guestServedFraction, latencyMs) => {
      const sample = { atMs, usedBytes, freeBytes, guestServedFraction, latencyMs };
      const samples = series.get(datastore);
      if (samples) samples.push(sample);
      else series.set(datastore, [sample]);
    },
  };
}
