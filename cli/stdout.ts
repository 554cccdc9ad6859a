/** Standard output, written at the pace of its reader. Nothing here ends the process: what is pending must get out. */
import { ClosedPipe, fileProblem, UserError } from './errors.ts';

/** Without a listener a closed pipe would end the program with a stack trace; the failing write reports it in its own time. */
export function guardStreams(): void {
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
}

/** Resolves when the text has been taken. @throws ClosedPipe when the reader has gone, UserError when the device refuses. */
export function writeStdout(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (!error) resolve();
      else if ('code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED')) reject(new ClosedPipe());
      else reject(new UserError(`overrun: cannot write to standard output: ${fileProblem(error)}`));
    });
  });
}

/** Colours where a person looks at it: on a terminal, unless NO_COLOR or `--no-color` speaks against it. */
export function wantsColour(noColorFlag: boolean): boolean {
  const { NO_COLOR, TERM } = process.env;
  return process.stdout.isTTY === true && !noColorFlag && (NO_COLOR === undefined || NO_COLOR === '') && TERM !== 'dumb';
}
