/** Repositories of a scenario document whose points are copied to another one. */
import fc from 'fast-check';
import { drawnRetention } from './scenario-chains.ts';
import { odd, seldom, sometimes, stated, whole } from './scenario-vms.ts';

const schedule = fc.constantFrom<unknown>('0 8 * * *', '40 */5 * * *', { every: '3h' }, { every: '11h', offset: '25m' }, '30 3,22 * * mon-fri');

const drawnCopies = fc.record({
  from: whole(0, 1),
  /** To the other one, which has jobs of its own, or to one that has nothing else. */
  isShared: fc.boolean(),
  links: sometimes(fc.constant(['wan'])),
  schedule: sometimes(schedule),
  retention: sometimes(drawnRetention),
  account: sometimes(fc.constantFrom('backup', 'vault', 'nobody')),
  far: fc.record({
    capacity: fc.constantFrom('150000MB', '500000MB', '100000000MB'),
    read: odd(10, 211).map((value) => `${value}MB/s`),
    write: odd(3, 90).map((value) => `${value}MB/s`),
    slots: sometimes(whole(1, 3)),
    links: sometimes(fc.constant(['wan'])),
    blockClone: seldom(fc.constant(true)),
    immutable: seldom(fc.constantFrom('5h', '1d')),
    gcGrace: seldom(fc.constantFrom('2h', '24h5m')),
    verify: seldom(fc.constant({ every: '9h' })),
  }),
});

export type DrawnCopies = typeof drawnCopies extends fc.Arbitrary<infer T> ? T : never;

/** In one of so many scenarios. */
const RARITY = 8;

export const sometimesCopies = fc.oneof(
  { weight: RARITY - 1, arbitrary: fc.constant<DrawnCopies | undefined>(undefined) },
  { weight: 1, arbitrary: drawnCopies },
);

/** The repositories, with the copies of one of them; what the past has left there may be much. */
export function withCopies(repositories: Record<string, object>, drawn: DrawnCopies | undefined, hasPast: boolean): Record<string, object> {
  if (drawn === undefined) return repositories;
  const { from, isShared, far, links, schedule: due, retention, account } = drawn;
  const repository = isShared ? `r${1 - from}` : 'far';
  const copyTo = stated({ repository, links, schedule: due, retention, account });
  const source = { ...repositories[`r${from}`], copyTo };
  return { ...repositories, [`r${from}`]: source, ...(isShared ? {} : { far: stated({ ...far, ...(hasPast ? { capacity: '100000000MB' } : {}) }) }) };
}
