/** Reading input with a limit, and writing output so that nobody ever sees half a file. */
import {
  closeSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileProblem, UserError } from './errors.ts';

/** Scenario files and workbooks beyond this are not what they claim to be. */
const MAX_INPUT_BYTES = 64 * 1024 ** 2;
/** Names standard input where a file is wanted, also in error messages. */
export const STDIN = '<stdin>';
const FLUSH_CHARACTERS = 1 << 16;

/** A file, or standard input for `STDIN`. @throws UserError when it cannot be read or is larger than 64 MiB. */
export async function readInput(path: string): Promise<Uint8Array> {
  const stream = path === STDIN ? process.stdin : createReadStream(path);
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      bytes += piece.byteLength;
      if (bytes > MAX_INPUT_BYTES)
        throw new UserError(`${path}: error: larger than ${MAX_INPUT_BYTES / 1024 ** 2} MiB, which no scenario or export should be`);
      pieces.push(piece);
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path}: error: cannot be read: ${fileProblem(error)}`);
  }
  return Buffer.concat(pieces);
}

/** Text in UTF-8, or in the UTF-16 that some Windows programs write, with or without a byte-order mark. @throws UserError for other bytes. */
export function decodeText(path: string, bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`${path}: error: not a text file in UTF-8`);
  }
}

/** A new name beside the target: on the same file system, so that the rename is one step. */
function partialName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.partial`);
}

/** Writes a whole file or nothing; an existing one is replaced. Devices and pipes are written to, not replaced. @throws UserError naming the flag. */
export function replaceFile(path: string, text: string, { flag = 'out', mode = 0o666 } = {}): void {
  let partial: string | undefined;
  try {
    const existing = statSync(path, { throwIfNoEntry: false });
    if (existing && !existing.isFile()) return writeFileSync(path, text);
    // A link stays a link: what it points to is replaced.
    const target = existing ? realpathSync(path) : resolve(path);
    partial = partialName(target);
    writeFileSync(partial, text, { flag: 'wx', mode });
    renameSync(partial, target);
  } catch (error) {
    if (partial !== undefined) rmSync(partial, { force: true });
    throw new UserError(`--${flag} ${path}: error: cannot be written: ${fileProblem(error)}`);
  }
}

/** A folder's worth of results that appear together at the end, or not at all. */
export interface Staging {
  /** Where the files are written meanwhile. */
  path: string;
  /** Moves the named files to their place. */
  commit: (names: readonly string[]) => void;
  /** Leaves no trace; harmless after `commit`. */
  discard: () => void;
}

/**
 * Makes a folder and those above it, and returns the topmost that was missing. One level at a time: making them all in one call never returns on some
 * special file systems (`/proc`).
 */
function makeFolder(folder: string): string | undefined {
  const missing: string[] = [];
  for (let path = resolve(folder); statSync(path, { throwIfNoEntry: false }) === undefined; path = dirname(path)) missing.unshift(path);
  for (const path of missing) mkdirSync(path);
  return missing[0];
}

/** Makes `folder` where it is missing and a place inside it to write to. @throws UserError when that is impossible, before any work is done. */
export function openStaging(folder: string, names: readonly string[]): Staging {
  const fail = (error: unknown): never => {
    throw new UserError(`--out ${folder}: error: cannot be written: ${fileProblem(error)}`);
  };
  let made: string | undefined;
  let path = '';
  try {
    const existing = statSync(folder, { throwIfNoEntry: false });
    if (existing && !existing.isDirectory()) throw new Error('it is not a directory; name a new or existing one for the result files');
    const blocked = existing && names.find((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory());
    if (blocked !== undefined) throw new Error(`${blocked} is a directory there`);
    made = makeFolder(folder);
    path = mkdtempSync(join(folder, '.partial-'));
  } catch (error) {
    if (made !== undefined) rmSync(made, { recursive: true, force: true });
    return fail(error);
  }
  let committed = false;
  return {
    path,
    commit: (written) => {
      try {
        for (const name of written) renameSync(join(path, name), join(folder, name));
        committed = true;
      } catch (error) {
        fail(error);
      }
    },
    discard: () => rmSync(made !== undefined && !committed ? made : path, { recursive: true, force: true }),
  };
}

/** A file written in pieces while the simulation runs, without a promise per line. @throws UserError from each of its functions. */
export function openPieces(path: string): { write: (text: string) => void; close: () => void } {
  const fail = (error: unknown): never => {
    throw new UserError(`${path}: error: cannot be written: ${fileProblem(error)}`);
  };
  const attempt = <T>(action: () => T): T => {
    try {
      return action();
    } catch (error) {
      return fail(error);
    }
  };
  const file = attempt(() => openSync(path, 'wx'));
  let pending: string[] = [];
  let characters = 0;
  const flush = () => {
    const bytes = Buffer.from(pending.join(''), 'utf8');
    pending = [];
    characters = 0;
    for (let offset = 0; offset < bytes.length; ) offset += attempt(() => writeSync(file, bytes, offset));
  };
  return {
    write: (text) => {
      pending.push(text);
      characters += text.length;
      if (characters >= FLUSH_CHARACTERS) flush();
    },
    close: () => {
      flush();
      attempt(() => closeSync(file));
    },
  };
}
