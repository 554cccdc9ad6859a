/** What the commanding thread and the working thread say to each other. */
import type { LoadRequest } from './load.ts';

export interface RunRequest extends LoadRequest {
  command: 'run';
  format: 'text' | 'json';
  quiet: boolean;
  /** The whole report, also what matters less. */
  all: boolean;
  colour: boolean;
  /** Instants at which to say what could be restored, as the user wrote them. */
  instants: string[];
  /** The staging folder; null without `--out`. */
  folder: string | null;
}

export interface ExplainRequest extends LoadRequest {
  command: 'explain';
  /** A finding's id or the name of anything; null: the worst finding. */
  target: string | null;
  format: 'text' | 'json' | 'dot' | 'svg';
  quiet: boolean;
  colour: boolean;
  /** The file to write; null: standard output. */
  out: string | null;
}

export type WorkRequest = RunRequest | ExplainRequest;

/** After a `piece` the worker waits for any message before it sends the next, so that a slow reader does not fill the memory. */
export type WorkMessage =
  | { kind: 'seed'; seed: string }
  | { kind: 'progress'; fractionDone: number }
  | { kind: 'files-written' }
  | { kind: 'piece'; text: string }
  | { kind: 'done' }
  | { kind: 'user-error'; text: string }
  | { kind: 'bug'; message: string; stack: string | undefined };

export const RESULT_FILES = ['result.json', 'events.ndjson', 'tasks.csv', 'series.csv', 'recovery.csv', 'timeline.svg'] as const;
