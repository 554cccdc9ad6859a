/** `npm run validate`: writes docs/validation.md anew. Exit code 1 where a figure is further off than allowed. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { makePage } from './page.ts';

const PAGE = new URL('../../docs/validation.md', import.meta.url);

const { text, checks, kept } = makePage(existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '');
writeFileSync(PAGE, text);
for (const title of kept) console.log(`${title}: the data is absent, its lines are kept as they are`);
for (const { what, off, allowed } of checks) {
  if (off <= allowed) continue;
  console.log(`${what}: off by ${off}, allowed ${allowed}`);
  process.exitCode = 1;
}
console.log(`docs/validation.md: ${checks.length} figures`);
