import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Plan, type Result, simulate } from '../../sim/index.ts';
import { arbitraryPlan } from './arbitrary-plan.ts';
import { DAY, datastore, GiB, HOUR, job, MiB, plan, repository, vm } from './plans.ts';

const RUNS = { numRuns: 150 };

interface Event {
  id: string;
  atMs: number;
  kind: string;
  causes: string[];
  [field: string]: unknown;
}

function logged(given: Plan): { result: Result; events: Event[] } {
  const events: Event[] = [];
  const result = simulate(given, { onEvent: (line) => events.push(JSON.parse(line)) });
  return { result, events };
}

function allTasks(result: Result) {
  return Object.values(result.jobs).flatMap((entry) => entry.runs.flatMap((run) => run.tasks.map((task) => ({ ...task, run }))));
}

describe('over random estates', () => {
  it('bytes read are bytes stored times the reduction, and restore points never exceed what was stored', () => {
    fc.assert(
      fc.property(arbitraryPlan, (given) => {
        const result = simulate(given);
        for (const [index, spec] of given.jobs.entries()) {
          for (const run of result.jobs[`job-${index}`]?.runs ?? []) {
            for (const task of run.tasks) {
              if (task.transferEndMs === null) continue;
              expect(Math.abs(task.readBytes - task.storedBytes * spec.reduction)).toBeLessThanOrEqual(spec.reduction + 1);
            }
          }
        }
      }),
      RUNS,
    );
  });

  it('the ledger sums to the peak, whose free space is never below zero by more than a millisecond of growth', () => {
    fc.assert(
      fc.property(arbitraryPlan, (given) => {
        const result = simulate(given);
        for (const store of Object.values(result.datastores)) {
          const sum = store.peakLedger.reduce((total, entry) => total + entry.bytes, 0);
          expect(sum).toBe(store.peakUsedBytes);
          expect(store.minFreeBytes).toBe(store.capacityBytes - sum);
          // All VMs of a plan write far less than 100 KB in a millisecond; the floor is 100 MiB.
          expect(store.minFreeBytes).toBeGreaterThan(100 * MiB - 100_000);
          expect(store.fullAtMs !== null).toBe(
            result.findings.some((finding) => finding.rule === 'space-exhausted' && result.datastores[finding.subject.name] === store),
          );
        }
      }),
      RUNS,
    );
  });

  it('used space sampled at any time lies between zero and the reported peak', () => {
    fc.assert(
      fc.property(arbitraryPlan, (given) => {
        const seen: { at: number; name: string; used: number; free: number }[] = [];
        const result = simulate(given, { sample: { everyMs: HOUR / 3, onSample: (at, name, used, free) => seen.push({ at, name, used, free }) } });
        expect(seen.length).toBe(2 * ((given.durationMs / HOUR) * 3 + 1));
        for (const { name, used, free } of seen) {
          const store = result.datastores[name] as Result['datastores'][string];
          expect(used + free).toBe(store.capacityBytes);
          expect(used).toBeGreaterThanOrEqual(0);
          expect(used).toBeLessThanOrEqual(store.peakUsedBytes + 1);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('causes point backwards, to events that exist and are not later', () => {
    fc.assert(
      fc.property(arbitraryPlan, (given) => {
        const { result, events } = logged(given);
        const at = new Map(events.map((event) => [event.id, event.atMs]));
        events.forEach((event, index) => {
          expect(event.id).toBe(`e${index + 1}`);
          expect(event.kind === 'scenario-started').toBe(event.causes.length === 0);
          for (const cause of event.causes) expect((at.get(cause) as number) <= event.atMs && Number(cause.slice(1)) <= index).toBe(true);
        });
        for (const finding of result.findings) {
          expect(finding.causes.length).toBeGreaterThan(0);
          for (const cause of finding.causes) expect(at.get(cause) as number).toBeLessThanOrEqual(finding.atMs);
        }
      }),
      RUNS,
    );
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
        const before = simulate(given);
        const after = simulate({
          ...given,
          datastores: [...given.datastores, datastore({ name: 'elsewhere' })],
          repositories: [...given.repositories, repository({ name: 'other' })],
          vms: [...given.vms, vm('busy', { disk: { datastore: 'elsewhere', usedBytes: 3 * GiB } })],
          jobs: [
            ...given.jobs.map((spec) => ({ ...spec, selection: { ...spec.selection, except: ['busy'] } })),
            job({
              name: 'unrelated',
              selection: { all: false, names: ['busy'], tags: [], hosts: [], datastores: [], except: [] },
              schedule: { kind: 'every', everyMs: 1_234_567, offsetMs: 0 },
              repository: 'other',
            }),
          ],
        });
        for (const name of Object.keys(before.jobs)) expect(after.jobs[name]).toEqual(before.jobs[name]);
        for (const name of Object.keys(before.datastores)) expect(after.datastores[name]).toEqual(before.datastores[name]);
      }),
      RUNS,
    );
  });

  it('stages come in order, bottlenecks sum to one, no task runs before it is queued or takes no time for bytes', () => {
    fc.assert(
      fc.property(arbitraryPlan, (given) => {
        for (const task of allTasks(simulate(given))) {
          const marks = [task.queuedMs, task.snapshotMs, task.transferMs, task.transferEndMs, task.consolidatedMs, task.endedMs].filter(
            (mark): mark is number => mark !== null,
          );
          expect(marks).toEqual([...marks].sort((a, b) => a - b));
          const parts = Object.values(task.bottleneck);
          if (parts.length > 0) expect(Math.abs(parts.reduce((sum, part) => sum + part, 0) - 1)).toBeLessThan(1e-9);
          if (task.transferEndMs !== null && task.readBytes > 0) expect(task.transferEndMs).toBeGreaterThan(task.transferMs as number);
        }
      }),
      RUNS,
    );
  });

  it('no schedule ends before its lower bound: the longest task, work over rate, work over slots', () => {
    fc.assert(
      fc.property(arbitraryPlan, (given) => {
        const result = simulate(given);
        for (const [index, spec] of given.jobs.entries()) {
          for (const run of result.jobs[`job-${index}`]?.runs ?? []) {
            if (run.startedMs === null || run.endedMs === null) continue;
            const done = run.tasks.filter((task) => task.transferEndMs !== null);
            const stored = done.reduce((sum, task) => sum + task.storedBytes, 0);
            const rate = given.repositories[0]?.writeBytesPerSecond as number;
            const busy = done.reduce((sum, task) => sum + ((task.transferEndMs as number) - (task.transferMs as number)), 0);
            const length = run.endedMs - run.startedMs;
            expect(length + run.tasks.length).toBeGreaterThanOrEqual((stored / rate) * 1000 - 1);
            expect(length).toBeGreaterThanOrEqual(Math.max(0, ...done.map((task) => (task.transferEndMs as number) - (task.transferMs as number))));
            if (spec.concurrency !== null) expect(length + 1).toBeGreaterThanOrEqual(busy / spec.concurrency);
          }
        }
      }),
      RUNS,
    );
  });
});

describe('conservation on one repository', () => {
  it('what a repository holds at its peak is what the kept points and the writers have stored', () => {
    const result = simulate(
      plan({
        durationMs: 4 * DAY,
        vms: [vm('a'), vm('b', { disk: { usedBytes: 20 * GiB } })],
        jobs: [job({ schedule: { kind: 'every', everyMs: DAY, offsetMs: 0 }, retainLast: 2, concurrency: 1 })],
      }),
    );
    // Two kept points of each (60 GiB) and, while b writes its third, a's two and b's two plus b's new one.
    expect(result.repositories.repo?.peakUsedBytes).toBe((10 * 2 + 20 * 3) * GiB);
  });
});
