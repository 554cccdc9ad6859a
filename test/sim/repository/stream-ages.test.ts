import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CdpStream } from '../../../sim/backup/cdp-stream.ts';
import type { Task } from '../../../sim/backup/task.ts';
import { StreamAges } from '../../../sim/repository/stream-ages.ts';
import { simulate } from '../../../sim/simulate.ts';
import { appending, HOUR, job, MINUTE, MiB, plan, vm } from '../plans.ts';

const END_MS = 1000;

/** Lags at some instants; between them they change evenly. */
type Lags = readonly (readonly [atMs: number, lagMs: number])[];

const lags: fc.Arbitrary<Lags> = fc
  .uniqueArray(
    fc.integer({ min: 1, max: END_MS / 20 - 1 }).map((place) => place * 20),
    { maxLength: 6 },
  )
  .chain((instants) =>
    fc.tuple(
      ...[0, ...instants.toSorted((a, b) => a - b), END_MS].map((atMs) => fc.integer({ min: 0, max: 800 }).map((lag) => [atMs, lag] as const)),
    ),
  );

function lagAt(known: Lags, atMs: number): number {
  const after = Math.max(
    1,
    known.findIndex(([bendMs]) => bendMs >= atMs),
  );
  const [fromMs, fromLagMs] = known[after - 1] as readonly [number, number];
  const [toMs, toLagMs] = known[after] as readonly [number, number];
  return fromLagMs + ((atMs - fromMs) / (toMs - fromMs)) * (toLagMs - fromLagMs);
}

describe('ages of several continuous backups of one VM', () => {
  it('are those of the newest of them at each instant, and of each its slowest disk', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(lags, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 3 }),
        fc.integer({ min: -900, max: 0 }),
        (backups, sinceMs) => {
          const ages = new StreamAges();
          const streams: { stream: CdpStream; known: Lags }[] = [];
          const tasks = backups.map((disks) => {
            const task = { disks: [] as unknown[] } as unknown as Task;
            task.disks = disks.map((known) => {
              const stream = { part: { task } } as unknown as CdpStream;
              streams.push({ stream, known });
              return { stream } as unknown as Task['disks'][number];
            });
            return task;
          });
          let worst = 0;
          // Each stream tells at its own bends.
          const told = streams.flatMap(({ stream, known }) =>
            known.slice(1).map(([toMs, toLagMs], i) => ({ stream, fromMs: known[i]?.[0] ?? 0, fromLagMs: known[i]?.[1] ?? 0, toMs, toLagMs })),
          );
          for (const { stream, ...stretch } of told.toSorted((a, b) => a.toMs - b.toMs)) {
            ages.add(stream, stretch);
            worst = Math.max(worst, ages.worst(tasks, sinceMs));
          }
          let sampled = 0;
          for (let atMs = 0; atMs <= END_MS; atMs += 0.25) {
            sampled = Math.max(sampled, Math.min(atMs - sinceMs, ...backups.map((disks) => Math.max(...disks.map((known) => lagAt(known, atMs))))));
          }
          expect(worst).toBeGreaterThanOrEqual(sampled - 1e-6);
          // No lag moves by more than 800 ms within 20 ms.
          expect(worst).toBeLessThanOrEqual(sampled + 0.25 * 40);
        },
      ),
    );
  });

  it('do not get worse by a second one that is behind', () => {
    // The first copy is there after 10 s, and keeps up; that of the second job takes an hour, and is as old then.
    const result = simulate(
      plan({
        durationMs: 4 * HOUR,
        vms: [vm('db', { disk: { usedBytes: 3600 * MiB, writes: appending(MiB / 4) } })],
        jobs: [
          job({ method: 'cdp', streamBytesPerSecond: 360 * MiB }),
          job({ name: 'slow', method: 'cdp', streamBytesPerSecond: MiB, schedule: { kind: 'at', atMs: [30 * MINUTE] } }),
        ],
      }),
    );
    expect(result.vms.db).toMatchObject({ worstLagMs: HOUR, worstRpoMs: 10_000 });
  });
});
