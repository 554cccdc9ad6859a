/** 2. All snapshots open against one after another. */
import { simulate } from '../../../sim/index.ts';
import { datastore, GiB, HOUR, job, MiB, NO_WRITES, plan, repository, TiB, vms } from '../../sim/plans.ts';
import { compared, type Section } from '../section.ts';

const INSTANT = 1e18;

export function snapshotsTogether(): Section {
  const run = (concurrency: number | null) =>
    simulate(
      plan({
        durationMs: 10 * HOUR,
        vms: vms(10, {
          disk: {
            sizeBytes: 40 * GiB,
            usedBytes: 16 * GiB,
            writes: { ...NO_WRITES, law: 'working-set', rateBytesPerSecond: 2 * MiB, workingSetBytes: 8 * GiB },
          },
        }),
        datastores: [
          datastore({ capacityBytes: 10 * TiB, mergeBytesPerSecond: INSTANT, readBytesPerSecond: INSTANT, writeBytesPerSecond: INSTANT, iops: 1e12 }),
        ],
        repositories: [repository({ writeBytesPerSecond: 50 * MiB })],
        jobs: [job({ concurrency })],
      }),
    );
  const held = (result: ReturnType<typeof run>): number => ((result.datastores.ds?.peakUsedBytes ?? 0) - 400 * GiB) / GiB;
  const one = run(1);
  const peaks = (one.jobs.nightly?.runs[0]?.tasks ?? []).reduce((sum, { peakDeltaBytes }) => sum + peakDeltaBytes / GiB, 0);
  const about =
    'Ten VMs of 40 GiB write 2 MiB/s to a working set of 8 GiB, and each reads 16 GiB over one path of 50 MiB/s (U = H (1 - exp(-V/H)), merges take no time).';
  return compared('Snapshots together or one after another', about, [
    { what: 'all ten together hold at the end', expected: 44.05, ours: held(run(null)), decimals: 2, unit: 'GiB' },
    { what: 'one after another: sum of the ten peaks', expected: 6.15, ours: peaks, decimals: 2, unit: 'GiB' },
    { what: 'one after another: most at once', expected: 0.62, ours: held(one), decimals: 2, unit: 'GiB' },
  ]);
}
