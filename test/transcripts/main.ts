/** `npm run transcripts`: writes the transcripts of the docs anew, from the built program. */
import { readFileSync, writeFileSync } from 'node:fs';
import { DOCUMENTS, retell } from './transcripts.ts';

for (const name of DOCUMENTS) {
  const path = new URL(`../../${name}`, import.meta.url);
  const before = readFileSync(path, 'utf8');
  const { text, count } = retell(before);
  if (text !== before) writeFileSync(path, text);
  console.log(`${name}: ${count} transcripts, ${text === before ? 'all true' : 'written anew'}`);
}
