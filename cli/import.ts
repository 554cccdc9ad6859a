/** `overrun import KIND FILE...`: a scenario from the export of another program. */
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  ImportError,
  type ImportFile,
  type ImportOptions,
  type ImportResult,
  importRvtools,
  type NameKey,
  OptionError,
  parseNameKey,
  type RatesFile,
  readRates,
} from '../scenarios/import/index.ts';
import { fileProblem, UserError } from './errors.ts';
import { readInput, replaceFile, STDIN } from './files.ts';
import { importReportText } from './import-report.ts';
import { writeStdout } from './stdout.ts';

export interface ImportArguments {
  files: readonly string[];
  options: ImportOptions;
  /** Files or folders of measurements. */
  rates: readonly string[];
  anonymise: boolean;
  /** Where the original names are kept. */
  key: string | undefined;
  out: string | undefined;
  format: 'text' | 'json';
  quiet: boolean;
}

const RATES_PIECE_BYTES = 1024 ** 2;

/**
 * With `--out` the scenario goes there and the report to standard output; without, the scenario is the output and the report a remark. As JSON both
 * are one document.
 */
export async function importFile(request: ImportArguments): Promise<void> {
  const keyPath = keyPathOf(request);
  const { yaml, report, nameKey } = await convert(request, keyPath);
  const { out, quiet } = request;
  // Only its owner can read it.
  if (keyPath !== undefined) replaceFile(keyPath, `${JSON.stringify(nameKey, null, 2)}\n`, { flag: 'key', mode: 0o600 });
  if (out !== undefined) replaceFile(out, yaml);
  if (request.format === 'json') return writeStdout(`${JSON.stringify(out === undefined ? { ...report, scenario: yaml } : report, null, 2)}\n`);
  const text = quiet ? '' : importReportText(report);
  if (out === undefined) {
    await writeStdout(yaml);
    process.stderr.write(text);
    return;
  }
  const key = keyPath === undefined ? '' : `wrote ${keyPath}: the original names; keep it to yourself\n`;
  await writeStdout(quiet ? '' : `${text}\n${key}wrote ${out}; now: overrun run ${out}\n`);
}

function keyPathOf({ anonymise, key, out }: ImportArguments): string | undefined {
  if (!anonymise && key !== undefined) throw new UserError('--key: error: only with --anonymise');
  if (!anonymise) return undefined;
  const path = key ?? (out === undefined ? undefined : `${out.replace(/\.ya?ml$/i, '')}.names.json`);
  if (path === undefined) throw new UserError('--anonymise: error: without --out it needs --key FILE for the original names');
  return path;
}

async function convert(request: ImportArguments, keyPath: string | undefined): Promise<ImportResult> {
  try {
    const files: ImportFile[] = [];
    for (const path of expanded(request.files, /\.(?:xlsx|csv|txt)$/i)) files.push({ fileName: fileNameOf(path), bytes: await readInput(path) });
    const rates = request.rates.length === 0 ? undefined : await readRates(expanded(request.rates, /\.(?:json|csv|txt)$/i).map(ratesFile));
    const anonymise = keyPath === undefined ? undefined : { known: existsSync(keyPath) ? readKey(keyPath) : undefined };
    return importRvtools({ files, options: request.options, rates, anonymise });
  } catch (error) {
    if (error instanceof ImportError) throw new UserError(`error: ${error.message}`);
    if (error instanceof OptionError) throw new UserError(`--${error.flag}: error: ${error.message}`);
    throw error;
  }
}

function fileNameOf(path: string): string {
  return path === STDIN ? path : basename(path);
}

/** A folder stands for the files in it that may be meant; without any it is refused. */
function expanded(paths: readonly string[], kinds: RegExp): string[] {
  return paths.flatMap((path) => {
    if (path === STDIN || !statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
    const names = readdirSync(path)
      .filter((name) => kinds.test(name) && !name.startsWith('.') && !name.startsWith('~$'))
      .sort();
    if (names.length === 0) throw new UserError(`${path}: error: the folder holds no file that could be meant`);
    return names.map((name) => join(path, name));
  });
}

function ratesFile(path: string): RatesFile {
  return { fileName: fileNameOf(path), pieces: piecesOf(path) };
}

/** Measurements may be larger than anybody would want to hold in memory. */
async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  const stream = path === STDIN ? process.stdin : createReadStream(path, { highWaterMark: RATES_PIECE_BYTES });
  try {
    for await (const piece of stream as AsyncIterable<Uint8Array>) yield piece;
  } catch (error) {
    throw new UserError(`--rates ${path}: error: cannot be read: ${fileProblem(error)}`);
  }
}

function readKey(path: string): NameKey {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError(`--key ${path}: error: cannot be read: ${fileProblem(error)}`);
  }
  const key = parseNameKey(text);
  if (key === undefined) throw new UserError(`--key ${path}: error: is there, but is not the key of an earlier import`);
  return key;
}
