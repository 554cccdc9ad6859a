/** The bundled scenario with everything at once: simulated alone, and with every invariant of the tests looked at. Aim: 10 s with all of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadScenario } from '../scenarios/index.ts';
import { INVARIANTS } from '../test/swarm/invariants/index.ts';
import { complaints, play } from '../test/swarm/play.ts';
import { simulate } from './built.ts';
import { heading, printTable, secondsOf } from './measure.ts';

heading('whole-estate');
const path = join(import.meta.dirname, '../scenarios/whole-estate.yaml');
const { plan } = loadScenario({ path, text: readFileSync(path, 'utf8'), readFile: () => '' });
let found: string[] = [];
const alone = secondsOf(() => {
  simulate(plan);
});
const looked = secondsOf(() => {
  found = complaints(play(plan), INVARIANTS);
});
printTable([
  ['', 's of processor'],
  ['simulated', alone.toFixed(1)],
  [`simulated, and ${Object.keys(INVARIANTS).length} invariants looked at: ${found.length} complaints`, looked.toFixed(1)],
]);
