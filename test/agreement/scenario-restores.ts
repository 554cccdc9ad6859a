/** Restores of a scenario document. */
import fc from 'fast-check';
import type { Night } from './scenario-jobs.ts';
import { momentOf } from './scenario-lives.ts';
import { odd, sometimes, stated, type VmGroup, whole } from './scenario-vms.ts';

const drawnRestore = fc.record({
  share: odd(0.1, 0.97),
  group: whole(0, 3),
  repository: sometimes(fc.constantFrom('r0', 'r1')),
  back: sometimes(odd(0, 0.5)),
});

export const drawnRestores = fc.oneof(
  { weight: 7, arbitrary: fc.constant<DrawnRestore[]>([]) },
  { weight: 1, arbitrary: fc.array(drawnRestore, { minLength: 1, maxLength: 3 }) },
);

type DrawnRestore = typeof drawnRestore extends fc.Arbitrary<infer T> ? T : never;

export function restoresOf(drawn: DrawnRestore[], groups: VmGroup[], night: Night): object[] {
  return drawn.map(({ share, group, repository, back }) => {
    const point = back === undefined ? undefined : momentOf(share - back, night);
    return stated({ at: momentOf(share, night), vm: `${groups[group % groups.length]?.name}-01`, repository, point });
  });
}
