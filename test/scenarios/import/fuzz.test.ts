import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { FuzzOutcome } from './fuzz/worker.ts';

/** `IMPORT_FUZZ=1000` for the whole; `IMPORT_FUZZ_SEED` for others. */
const count = Number(process.env.IMPORT_FUZZ ?? 150);
const seed = process.env.IMPORT_FUZZ_SEED ?? 'inventory';
const worker = fileURLToPath(new URL('./fuzz/worker.ts', import.meta.url));

test(`${count} mutated exports are imported or refused by name: no crash, no hang of 5 s, no more than 500 MiB`, {
  timeout: 60_000 + count * 5000,
}, async () => {
  // Where the collector has threads of its own, the peak depends on when a busy machine lets them run.
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', '--single-threaded-gc', '--import', 'tsx', worker, seed, '0', String(count)],
    {
      timeout: 50_000 + count * 5000,
    },
  );
  const outcome = JSON.parse(stdout) as FuzzOutcome;
  console.info(`seed ${seed}: ${JSON.stringify(outcome, null, 1)}`);
  expect(outcome.faults).toEqual([]);
  expect(outcome.imported + outcome.refused).toBe(count);
  expect(outcome.imported).toBeGreaterThan(count / 5);
  expect(outcome.refusedAtCell).toBeGreaterThan(count / 10);
  expect(outcome.slowest.ms).toBeLessThan(5000);
  expect(outcome.peakMebibytes).toBeLessThan(500);
});
