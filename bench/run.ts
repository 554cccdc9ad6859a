/**
 * `npm run bench -- NAME [arguments]`: runs a bench in a process of its own, so that nothing measured before is in its heap or its compiled code.
 * `npm run bench -- all` runs them one after another.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const BENCHES: Record<string, string> = {
  kernel: 'event loop against SimPy and a bare loop',
  flow: 'sharing of rates against SimGrid, time and every completion',
  large: '10,000 VMs x 30 nights against two bare loops; `large VMS DAYS` for another size',
  scaling: 'cost of a task from 1,000 to 20,000 VMs and from 7 to 365 days',
  sweep: '1,000 runs in one process',
  'whole-estate': '500 VMs, 12 jobs of all methods, 60 days of restore points, with every invariant',
  import: 'import of a large RVTools workbook, time and memory',
  startup: 'start of the built command against bare Node',
};
const TOOLS: Record<string, string> = { golden: "asks SimGrid anew for the golden completions of the tests' flows" };

const [name = '', ...args] = process.argv.slice(2);
if (name === 'all') for (const each of Object.keys(BENCHES)) runBench(each, []);
else if (name in BENCHES || name in TOOLS) runBench(name, args);
else {
  console.error('npm run bench -- NAME, where NAME is all or one of');
  for (const [each, about] of Object.entries({ ...BENCHES, ...TOOLS })) console.error(`  ${each.padEnd(12)} ${about}`);
  process.exitCode = 2;
}

function runBench(file: string, args: readonly string[]): void {
  const done = spawnSync(process.execPath, ['--import', 'tsx', join(import.meta.dirname, `${file}.ts`), ...args], {
    stdio: 'inherit',
  });
  if (done.status !== 0) process.exitCode = 1;
}
