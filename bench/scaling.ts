/** Whether the cost of a task stays flat: estates from 1,000 to 20,000 VMs, and few VMs from 7 to 365 days. Each size in a process of its own. */
import { LARGE } from './estate.ts';
import { heading, median, printTable, runFile } from './measure.ts';

const ROUNDS = 3;
const FEW_VMS = 200;

/** Processor seconds and tasks of one size; `tasksPerNight` stays the same along a series. */
function measure(vms: number, days: number): { seconds: number; tasks: number } {
  const [seconds = Number.NaN, tasks = Number.NaN] = runFile('one-size.ts', [String(vms), String(days)])
    .split(' ')
    .map(Number);
  return { seconds, tasks };
}

function series(title: string, sizes: readonly (readonly [vms: number, days: number])[]): void {
  const rounds = Array.from({ length: ROUNDS }, () => sizes.map(([vms, days]) => measure(vms, days)));
  const costs = sizes.map((_, index) => median(rounds.map((round) => ((round[index]?.seconds ?? Number.NaN) / (round[index]?.tasks ?? 0)) * 1e6)));
  const rows = [[title, 'tasks', 'us per task, medians of 3', 'ratio to the first']];
  for (const [index, [vms, days]] of sizes.entries()) {
    const cost = costs[index] as number;
    rows.push([`${vms} VMs x ${days} nights`, String(rounds[0]?.[index]?.tasks), cost.toFixed(0), (cost / (costs[0] as number)).toFixed(2)]);
  }
  printTable(rows);
}

heading('scaling');
console.log(`${LARGE.datastores} datastores, ${LARGE.hosts} hosts, ${LARGE.proxies} proxies, ${LARGE.repositories} repositories at every size\n`);
series('more VMs', [
  [1000, 7],
  [2000, 7],
  [5000, 7],
  [10_000, 7],
  [20_000, 7],
]);
series('more days', [
  [FEW_VMS, 7],
  [FEW_VMS, 30],
  [FEW_VMS, 90],
  [FEW_VMS, 365],
]);
