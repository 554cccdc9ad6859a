/**
 * Transcripts in the docs, told again: a block of text that begins with `$ overrun ...` is run, and what is printed takes the place of what stands there.
 * Where a line is `...`, any lines may stand in the output: such an excerpt is left as it is for as long as it is true. A yaml block that begins
 * with `# NAME.yaml` is that file.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Documents with transcripts. */
export const DOCUMENTS = ['README.md', 'docs/lint.md', 'docs/repositories.md', 'docs/transcripts.md'];

const BLOCK = /^```text\n\$ (?<command>overrun .*|npm start)\n(?<said>[^]*?)^```$/gm;
const FILE = /^```yaml\n# (?<name>[\w.-]+\.yaml)\n(?<text>[^]*?)^```$/gm;
const EXCERPT = /^\.\.\.$/m;

/** Of a document: itself with true transcripts, and how many have been told again. */
export function retell(text: string): { text: string; count: number } {
  const folder = mkdtempSync(join(tmpdir(), 'overrun-transcripts-'));
  try {
    symlinkSync(join(ROOT, 'scenarios'), join(folder, 'scenarios'));
    const files = [...text.matchAll(FILE)].map(({ groups }) => groups as { name: string; text: string });
    for (const file of files) writeFileSync(join(folder, file.name), file.text);
    const known = new Set(files.map(({ name }) => name));
    let count = 0;
    const told = text.replace(BLOCK, (block, command: string, said: string) => {
      const words = wordsOf(command);
      if (!words.some((word) => word.startsWith('scenarios/') || known.has(word))) return block;
      count++;
      const output = outputOf(words, folder);
      return EXCERPT.test(said) && isExcerpt(said, output) ? block : `\`\`\`text\n$ ${command}\n${output}\`\`\``;
    });
    return { text: told, count };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Arguments as a shell would make them, without the name of the program. */
function wordsOf(command: string): string[] {
  if (command === 'npm start') return ['run', 'scenarios/five-acts-5-growth.yaml'];
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, plain]) => single ?? double ?? (plain as string)).slice(1);
}

/** What a terminal would show of it, with the exit code where it is not 0. */
function outputOf(words: readonly string[], folder: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'dist/cli/main.js'), ...words], { cwd: folder, encoding: 'utf8' });
  return `${stdout}${stderr}${status === 0 ? '' : `(exit code ${status})\n`}`;
}

function isExcerpt(said: string, output: string): boolean {
  const pieces = `\n${said}`.split('\n...\n').map((piece) => piece.replace(/^\n|\n$/g, ''));
  let at = 0;
  for (const [index, piece] of pieces.entries()) {
    const place = `\n${output}`.indexOf(`\n${piece}`, at);
    if (place < 0 || (index === 0 && piece !== '' && place !== 0)) return false;
    at = place + piece.length;
  }
  return pieces.at(-1) === '' || output.trimEnd().endsWith(pieces.at(-1) as string);
}
