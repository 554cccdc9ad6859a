/** `npm start`: the bundled scenario, with flags that are passed on, or another command. */
import { join, relative } from 'node:path';
import { main } from './program.ts';
import { packageFolder } from './versions.ts';

const passedOn = process.argv.slice(2);
const bundled = relative('', join(packageFolder(), 'scenarios', 'five-acts-5-growth.yaml'));

const [first] = passedOn;

// Flags alone are for the bundled scenario: `npm start -- --format json`.
const needsCommand = first === undefined || (first.startsWith('-') && first !== '--help' && first !== '--version');

await main(needsCommand ? ['run', bundled, ...passedOn] : passedOn);
