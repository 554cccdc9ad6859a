/** 3. Retention: what each policy holds on its worst day. */
import { juneLevels } from '../../sim/repository/levels-calendar.ts';
import { RETENTION_TABLE } from '../../sim/repository/retention-table.ts';
import { worstDay } from '../../sim/repository/worst-day.ts';
import { compared, type Figure, type Section } from '../section.ts';

export function retention(): Section {
  const figures = RETENTION_TABLE.flatMap(({ policy, given, days, expected }): Figure[] => {
    const ours = worstDay(given, days);
    const counted = (['points', 'fulls', 'increments'] as const).map((key) => ({
      what: `${policy}: ${key}`,
      expected: expected[key],
      ours: ours[key],
    }));
    return [
      ...counted,
      { what: `${policy}: held`, expected: expected.gib, ours: ours.gib, decimals: 1, unit: 'GiB' },
      { what: `${policy}: working space beside it`, expected: expected.workingSpaceGib, ours: ours.workingSpaceGib, decimals: 1, unit: 'GiB' },
    ];
  });
  const differentials = juneLevels().flatMap(([day, level]) => (level === 'differential' ? [day] : []));
  const cycle = 'full on the 1st Saturday, differential on the others, incremental Monday to Friday, June 2013';
  figures.push(
    { what: `${cycle}: first differential on day`, expected: 8, ours: differentials[0] ?? 0 },
    { what: `${cycle}: second differential on day`, expected: 15, ours: differentials[1] ?? 0 },
    { what: `${cycle}: differentials until the 17th`, expected: 2, ours: differentials.length },
  );
  const about =
    'One job, daily at 22:00, 1,000 GiB used, stored at half its size, 10 % changed a day; the worst day of some months, counted at its end, after retention. ' +
    'Working space is what should stay free for transforms, 1.05 fulls.';
  return compared('Retention and levels', about, figures);
}
