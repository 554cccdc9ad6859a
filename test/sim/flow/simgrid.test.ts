import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FlowNetwork } from '../../../sim/flow/network.ts';
import { EventClass, Kernel } from '../../../sim/kernel/kernel.ts';

/** Flows and their completions by SimGrid; written by `npm run bench -- golden`. Bytes, bytes per millisecond, milliseconds; a cap of 0 is none. */
interface Golden {
  by: string;
  capacities: number[];
  flows: { startMs: number; bytes: number; cap: number; weight: number; disk: number; link: number; finishMs: number }[];
}

const FOLDER = join(import.meta.dirname, '../../golden/simgrid');
const files = readdirSync(FOLDER);

function finishTimes({ capacities, flows }: Golden): number[] {
  const kernel = new Kernel({ eventsPerInstant: 1e4, eventsInAll: 1e5 });
  const finish = flows.map(() => Number.NaN);
  const network = new FlowNetwork(kernel, {
    completed: (owner) => {
      finish[owner] = kernel.nowMs;
    },
    resourceSolved: () => {},
  });
  for (const capacity of capacities) network.addResource(capacity);
  flows.forEach(({ startMs, cap, weight, bytes, disk, link }, owner) => {
    const add = kernel.handle(() => {
      const uses = [disk, link].map((resource) => ({ resource, perByte: 1 }));
      network.addFlow({ weight, bytes, cap: cap === 0 ? Number.POSITIVE_INFINITY : cap, uses, elastic: true, owner });
    });
    kernel.schedule(startMs, EventClass.stage, add, 0);
  });
  kernel.run(Number.MAX_SAFE_INTEGER, { advance: () => {}, settle: () => false, settleLast: () => false, solve: () => network.solve() });
  return finish;
}

describe("SimGrid's completions", () => {
  it('cover weights, caps that bind, a burst, and components apart', () => {
    const golden = files.map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Golden);
    const flows = golden.flatMap((each) => each.flows);
    expect(flows.length).toBeGreaterThanOrEqual(140);
    expect(new Set(flows.map((flow) => flow.weight))).toEqual(new Set([1, 2, 3, 4]));
    const held = flows.filter((flow) => flow.cap > 0 && Math.abs(flow.bytes / flow.cap - (flow.finishMs - flow.startMs)) < 1);
    expect(held.length).toBeGreaterThan(10);
    expect(golden.some((each) => each.flows.every((flow) => flow.startMs === 0))).toBe(true);
  });

  it.each(files)('are met by every flow of %s within 0.1 %% of its duration', (file) => {
    const golden: Golden = JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
    const finish = finishTimes(golden);
    const off = golden.flows
      .map((flow, index) => ({ index, startMs: flow.startMs, finishMs: finish[index] as number, simgridMs: flow.finishMs }))
      .filter(({ startMs, finishMs, simgridMs }) => !(Math.abs(finishMs - simgridMs) <= 0.001 * (simgridMs - startMs)));
    expect(off).toEqual([]);
  });
});
