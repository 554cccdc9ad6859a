/** The commanding thread's side of long work: starts the worker, shows its progress, prints its pieces, and hears Ctrl-C. */
import { constants } from 'node:os';
import { extname } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { Bug, UserError } from './errors.ts';
import type { Staging } from './files.ts';
import { RESULT_FILES, type WorkMessage, type WorkRequest } from './messages.ts';
import { writeStdout } from './stdout.ts';

/** Work shorter than this needs no progress line. */
const PATIENCE_MS = 1000;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Starts the worker and stays with it to its end. `staging`: where it writes files, if it does. @throws UserError, Bug, ClosedPipe */
export async function supervise(request: WorkRequest, staging: Staging | null): Promise<void> {
  const worker = new Worker(new URL(`./work${extname(import.meta.url)}`, import.meta.url), {
    workerData: request,
    // A worker's own default may be smaller than what the user granted the process.
    resourceLimits: { maxOldGenerationSizeMb: Math.floor(getHeapStatistics().heap_size_limit / 1024 ** 2) },
  });
  const progress = progressLine(request.quiet);
  const interrupted = (signal: (typeof SIGNALS)[number]) => {
    progress.clear();
    void worker.terminate().then(() => {
      staging?.discard();
      process.exit(128 + constants.signals[signal]);
    });
  };
  for (const signal of SIGNALS) process.on(signal, interrupted);
  try {
    await conversation(worker, staging, progress);
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupted);
    progress.clear();
    await worker.terminate();
  }
}

function conversation(worker: Worker, staging: Staging | null, progress: Progress): Promise<void> {
  let seed: string | null = null;
  return new Promise((resolve, reject) => {
    const answer = (message: WorkMessage): void => {
      if (message.kind === 'seed') seed = message.seed;
      else if (message.kind === 'progress') progress.show(message.fractionDone);
      else if (message.kind === 'files-written') staging?.commit(RESULT_FILES);
      else if (message.kind === 'done') resolve();
      else if (message.kind === 'user-error') reject(new UserError(message.text));
      else if (message.kind === 'bug') reject(new Bug(message.message, message.stack, seed));
      else {
        progress.clear();
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
        writeStdout(message.text).then(() => worker.postMessage('next'), reject);
      }
    };
    worker.on('message', (message: WorkMessage) => {
      try {
        answer(message);
      } catch (error) {
        reject(error);
      }
    });
    worker.on('error', (error) => reject(new Bug(error.message, error.stack, seed)));
    worker.on('exit', (code) => reject(new Bug(`the simulation ended early (code ${code})`, undefined, seed)));
  });
}

interface Progress {
  show: (fractionDone: number) => void;
  clear: () => void;
}

/** One line that is written over and wiped at the end; silent in a pipe. */
function progressLine(quiet: boolean): Progress {
  const startedAtMs = performance.now();
  const wanted = process.stderr.isTTY === true && !quiet;
  let shown = false;
  return {
    show: (fractionDone) => {
      if (!wanted || performance.now() - startedAtMs < PATIENCE_MS) return;
      process.stderr.write(`\rsimulating ${Math.floor(fractionDone * 100)} %\x1b[K`);
      shown = true;
    },
    clear: () => {
      if (shown) process.stderr.write('\r\x1b[K');
      shown = false;
    },
  };
}
