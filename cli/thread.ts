/** How the working thread speaks to the commanding one. */
import { styleText } from 'node:util';
import { parentPort } from 'node:worker_threads';
import type { Emphasis, Paint } from '../reports/layout.ts';
import type { WorkMessage } from './messages.ts';

const PIECE_CHARACTERS = 1 << 18;
const PROGRESS_EVERY_MS = 100;

const STYLES: Record<Emphasis, Parameters<typeof styleText>[0]> = {
  error: ['bold', 'red'],
  warning: ['bold', 'yellow'],
  good: ['bold', 'green'],
  title: 'bold',
  faint: 'dim',
};

/** The caller has decided; styleText itself would look at this thread's streams, which are no terminals. */
export const colourful: Paint = (emphasis, text) => styleText(STYLES[emphasis], text, { validateStream: false });

export function tell(message: WorkMessage): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
  parentPort?.postMessage(message);
}

function heard(): Promise<void> {
  return new Promise((resolve) => parentPort?.once('message', () => resolve()));
}

/** Has the commanding thread print it, at the pace of the reader. */
export async function print(pieces: Iterable<string>): Promise<void> {
  for (const text of gathered(pieces)) {
    const answer = heard();
    tell({ kind: 'piece', text });
    await answer;
  }
}

/** Takes the fraction that is done, 0 to 1, as often as it comes, and passes it on now and then. */
export function progressTeller(): (fractionDone: number) => void {
  let toldAtMs = 0;
  return (fractionDone) => {
    const nowMs = performance.now();
    if (nowMs - toldAtMs < PROGRESS_EVERY_MS) return;
    toldAtMs = nowMs;
    tell({ kind: 'progress', fractionDone });
  };
}

/** Small pieces together, so that each is worth a message. */
function* gathered(pieces: Iterable<string>): Generator<string> {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < PIECE_CHARACTERS) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}
