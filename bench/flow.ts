/**
 * The flow network against SimGrid on the same flows over 50 disks and 10 links: time, and every completion. Times are those of the simulation alone; both
 * sides are measured in turn, and SimGrid counts with the better of its two modes.
 */
import { largestDifference, makeInstance, throughNetwork } from './flow-instance.ts';
import { heading, median, printTable, secondsOf } from './measure.ts';
import { findSimGrid, SIMGRID_MODES, throughSimGrid } from './simgrid.ts';

const HOUR = 3_600_000;
/** Short runs are measured more often, and after a few that are not: what is measured is the tenth run of a sweep, not the first. */
const roundsFor = (flows: number): { warming: number; measured: number } =>
  flows > 1000 ? { warming: 0, measured: 3 } : { warming: 10, measured: 9 };
const FREE = { seed: 'bench/flow', disks: 50, links: 10, heaviest: 1 };

const simgrid = findSimGrid();
heading('flow', typeof simgrid === 'string' ? [] : [simgrid.version]);
if (typeof simgrid === 'string') console.log(`SimGrid is missing: ${simgrid}; its columns stay empty\n`);

const rows = [['ms, medians', 'solves', 'first run', 'overrun', ...SIMGRID_MODES.map((mode) => `SimGrid ${mode}`), 'ratio', 'largest difference']];
for (const flows of [1000, 5000])
  for (const components of [1, 10])
    for (const spreadMs of [8 * HOUR, 0]) {
      const instance = makeInstance({ ...FREE, flows, components, spreadMs });
      const own: number[] = [];
      const others: number[][] = SIMGRID_MODES.map(() => []);
      let result = { finishMs: [Number.NaN], solves: 0 };
      let difference = 0;
      const { warming, measured } = roundsFor(flows);
      const first = secondsOf(() => throughNetwork(instance));
      for (let round = 0; round < warming; round++) throughNetwork(instance);
      for (let round = 0; round < measured; round++) {
        own.push(
          secondsOf(() => {
            result = throughNetwork(instance);
          }),
        );
        if (typeof simgrid === 'string') continue;
        for (const [index, mode] of SIMGRID_MODES.entries()) {
          const { seconds, finishMs } = throughSimGrid(simgrid, mode, instance);
          others[index]?.push(seconds);
          difference = Math.max(difference, largestDifference(instance, result.finishMs, finishMs));
        }
      }
      const compared = typeof simgrid !== 'string';
      const best = own.map((_, round) => Math.min(...others.map((seconds) => seconds[round] ?? Number.NaN)));
      const ratio = median(own.map((seconds, round) => seconds / (best[round] as number)));
      rows.push([
        `${flows} flows, ${components === 1 ? 'one component' : 'ten components'}, ${spreadMs === 0 ? 'in a burst' : 'over 8 h'}`,
        String(result.solves),
        (first * 1000).toFixed(1),
        (median(own) * 1000).toFixed(1),
        ...others.map((seconds) => (compared ? (median(seconds) * 1000).toFixed(1) : '-')),
        compared ? ratio.toFixed(2) : '-',
        compared ? `${(difference * 100).toFixed(5)} %` : '-',
      ]);
      if (difference > 0.001) process.exitCode = 1;
    }
printTable(rows);
