/**
 * Asks SimGrid for the completions that `test/sim/flow/simgrid.test.ts` holds the flow network to, and writes them with their flows into
 * `test/golden/simgrid/`. Needed only when an instance is added or changed: the tests read the files.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type InstanceShape, makeInstance } from './flow-instance.ts';
import { findSimGrid, throughSimGrid } from './simgrid.ts';

const MINUTE = 60_000;
const SHAPES: Record<string, InstanceShape> = {
  'weights-and-caps': { seed: 'golden/weights-and-caps', flows: 60, disks: 6, links: 2, components: 1, spreadMs: 60 * MINUTE, heaviest: 4 },
  burst: { seed: 'golden/burst', flows: 40, disks: 4, links: 2, components: 1, spreadMs: 0, heaviest: 3 },
  'two-components': { seed: 'golden/two-components', flows: 40, disks: 4, links: 2, components: 2, spreadMs: 30 * MINUTE, heaviest: 1 },
};

const simgrid = findSimGrid();
if (typeof simgrid === 'string') throw new Error(`SimGrid is missing: ${simgrid}`);
for (const [name, shape] of Object.entries(SHAPES)) {
  const { capacities, flows } = makeInstance(shape);
  const { finishMs } = throughSimGrid(simgrid, 'Full', { capacities, flows });
  const lines = flows.map((flow, index) => `    ${JSON.stringify({ ...flow, finishMs: finishMs[index] })}`);
  const text = `{\n  "by": ${JSON.stringify(simgrid.version)},\n  "capacities": ${JSON.stringify(capacities)},\n  "flows": [\n${lines.join(',\n')}\n  ]\n}\n`;
  writeFileSync(join(import.meta.dirname, `../test/golden/simgrid/${name}.json`), text);
  console.log(`test/golden/simgrid/${name}.json: ${flows.length} flows, ${simgrid.version}`);
}
