import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulate, simulateFigures } from '../../sim/index.ts';
import { runsKeepTheirLowerBounds } from '../swarm/invariants/bounds.ts';
import { causesComeFirst, logIsOrdered } from '../swarm/invariants/log.ts';
import { repositoriesHoldTheirPoints } from '../swarm/invariants/repository.ts';
import { freeSpaceStopsAtTheFloor, fullnessIsFound, ledgersAddUp, levelsStayBelowThePeak } from '../swarm/invariants/space.ts';
import { bottlenecksSumToOne, stagesComeInOrder } from '../swarm/invariants/stages.ts';
import { devicesCarryWhatTasksRead } from '../swarm/invariants/work.ts';
import { complaints, type Invariant, type Played, play } from '../swarm/play.ts';
import { changedBy, withUnrelated } from '../swarm/unrelated.ts';
import { arbitraryPlan } from './arbitrary-plan.ts';
import { DAY, datastore, GiB, job, keep, plan, vm } from './plans.ts';

const RUNS = { numRuns: 150 };

function holdOverRandomEstates(invariants: Record<string, Invariant>, look: (played: Played) => void = () => {}, options = RUNS): void {
  fc.assert(
    fc.property(arbitraryPlan, (given) => {
      const played = play(given);
      expect(complaints(played, invariants)).toEqual([]);
      look(played);
    }),
    options,
  );
}

describe('over random estates', () => {
  it('a repository ends with what it held at the start, the points kept since and what is being written, each the bytes read over the reduction', () => {
    holdOverRandomEstates({ repositoriesHoldTheirPoints, devicesCarryWhatTasksRead });
  });

  it('the ledger sums to the peak, whose free space is never below zero by more than a millisecond of growth', () => {
    holdOverRandomEstates({ ledgersAddUp, freeSpaceStopsAtTheFloor, fullnessIsFound });
  });

  it('used space sampled at any time lies between zero and the reported peak', () => {
    const sampled = ({ levels, plan: { durationMs } }: Played): void => {
      expect(new Set(levels.map(({ atMs }) => atMs))).toContain(durationMs);
      expect(levels.length).toBeGreaterThan(190);
    };
    holdOverRandomEstates({ levelsStayBelowThePeak }, sampled, { numRuns: 60 });
  });

  it('causes point backwards, to events that exist and are not later', () => {
    holdOverRandomEstates({ logIsOrdered, causesComeFirst });
  });

  it('the same plan gives the same result, and looking at it changes nothing', () => {
    fc.assert(
      fc.property(arbitraryPlan, (given) => {
        const plain = simulate(given);
        const watched = simulate(structuredClone(given), {
          sample: { everyMs: 777_777, onSample: () => {} },
          onProgress: () => {},
          onEvent: () => {},
        });
        expect(watched).toEqual(plain);
      }),
      RUNS,
    );
  });

  it('an idle VM elsewhere changes nothing for the others', () => {
    fc.assert(
      fc.property(arbitraryPlan, (given) => {
        const before = simulate(given);
        const after = simulate({
          ...given,
          datastores: [...given.datastores, datastore({ name: 'elsewhere' })],
          vms: [...given.vms, vm('idle', { disk: { datastore: 'elsewhere' } })],
          jobs: given.jobs.map((spec) => ({ ...spec, selection: { ...spec.selection, except: ['idle'] } })),
        });
        expect(after.jobs).toEqual(before.jobs);
        for (const name of Object.keys(before.datastores)) expect(after.datastores[name]).toEqual(before.datastores[name]);
        for (const name of Object.keys(before.vms)) expect(after.vms[name]).toEqual(before.vms[name]);
        expect(after.fingerprint).toBe(before.fingerprint);
      }),
      RUNS,
    );
  });

  it('a run cut up by unrelated events has the same end', () => {
    fc.assert(
      fc.property(arbitraryPlan, (given) => {
        expect(changedBy(simulate(given), simulate(withUnrelated(given, 1_234_567)))).toEqual([]);
      }),
      RUNS,
    );
  });

  it('stages come in order, bottlenecks sum to one, no task runs before it is queued or takes no time for bytes', () => {
    holdOverRandomEstates({ stagesComeInOrder, bottlenecksSumToOne });
  });

  it('no schedule ends before its lower bound: the longest task, work over rate, work over slots', () => {
    holdOverRandomEstates({ runsKeepTheirLowerBounds });
  });
});

it('the figures alone are those of a whole run', () => {
  fc.assert(
    fc.property(arbitraryPlan, (given) => {
      expect(simulateFigures(given)).toEqual({ ...simulate(given), fingerprint: '' });
    }),
    { numRuns: 40 },
  );
});

describe('conservation on one repository', () => {
  it('what a repository holds at its peak is what the kept points and the writers have stored', () => {
    const result = simulate(
      plan({
        durationMs: 4 * DAY,
        vms: [vm('a'), vm('b', { disk: { usedBytes: 20 * GiB } })],
        jobs: [job({ schedule: { kind: 'every', everyMs: DAY, offsetMs: 0 }, retention: keep({ last: 2 }), concurrency: 1 })],
      }),
    );
    // Two kept points of each (60 GiB) and, while b writes its third, a's two and b's two plus b's new one.
    expect(result.repositories.repo?.peakUsedBytes).toBe((10 * 2 + 20 * 3) * GiB);
  });
});
