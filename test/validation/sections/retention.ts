/** 3. Retention: the one mode of the reference table that is built. */
import { simulate } from '../../../sim/index.ts';
import { DAY, GiB, HOUR, job, keep, NO_WRITES, plan, vm } from '../../sim/plans.ts';
import { compared, type Section } from '../section.ts';

export function retention(): Section {
  const changes = { ...NO_WRITES, changedBytesPerDay: 100 * GiB };
  const result = simulate(
    plan({
      durationMs: 20 * DAY,
      vms: [vm('file-server', { disk: { sizeBytes: 1000 * GiB, usedBytes: 1000 * GiB, writes: changes } })],
      jobs: [job({ schedule: { kind: 'every', everyMs: DAY, offsetMs: 22 * HOUR }, mode: 'forever-forward', reduction: 2, retention: keep({ last: 14 }) })],
    }),
  );
  const ours = (result.repositories.repo?.endUsedBytes ?? 0) / GiB;
  const about = 'One job, daily at 22:00, 1,000 GiB used, stored at half its size, 10 % changed a day; held at the end of a day.';
  return compared('Retention', about, [
    { what: 'forever forward, 14 points (a full and 13 increments)', expected: 1150, ours, decimals: 1, unit: 'GiB' },
  ]);
}
