/**
 * The event log: what happened, each event with an id and the ids of its causes, as canonical NDJSON (fixed key order, whole numbers, LF) whose
 * SHA-256 is the fingerprint of a run. Nothing is kept: a line is hashed, handed on and forgotten.
 */
import { Sha256 } from './sha256.ts';

/** Changes whenever the same run would be written differently. */
export const LOG_VERSION = 1;

export type EventFields = Record<string, string | number | null>;

export interface LoggedEvent {
  /** Ascending from 1; written as `e1`. */
  id: number;
  atMs: number;
  kind: string;
  fields: EventFields;
  causes: readonly number[];
}

export class EventLog {
  count = 0;
  private readonly hash = new Sha256();
  private readonly listeners: ((event: LoggedEvent) => void)[] = [];
  private readonly writer: ((line: string) => void) | undefined;

  /** `writer` gets each canonical line, without its LF. */
  constructor(writer?: (line: string) => void) {
    this.writer = writer;
  }

  listen(listener: (event: LoggedEvent) => void): void {
    this.listeners.push(listener);
  }

  /** Writes an event and returns its id. Fields are whole numbers, texts or null, in the order in which they stand. */
  record(atMs: number, kind: string, fields: EventFields, causes: readonly number[]): number {
    const id = ++this.count;
    const line = canonicalLine(id, atMs, kind, fields, causes);
    this.hash.update(line).update('\n');
    this.writer?.(line);
    for (const listener of this.listeners) listener({ id, atMs, kind, fields, causes });
    return id;
  }

  /** Ends the log. Call once. */
  fingerprint(): string {
    return this.hash.hex();
  }
}

/** Causes in order and once each; 0 stands for no event. */
export function causesOf(...events: number[]): number[] {
  const causes: number[] = [];
  for (const event of events) if (event > 0 && !causes.includes(event)) causes.push(event);
  return causes.length > 1 ? causes.sort((a, b) => a - b) : causes;
}

export function eventName(id: number): string {
  return `e${id}`;
}

/** Names come again and again; so many of them are kept quoted. */
const MOST_QUOTED = 20_000;
const quotedTexts = new Map<string, string>();

function quoted(text: string): string {
  const known = quotedTexts.get(text);
  if (known !== undefined) return known;
  const made = JSON.stringify(text);
  if (quotedTexts.size >= MOST_QUOTED) quotedTexts.clear();
  quotedTexts.set(text, made);
  return made;
}

function canonicalLine(id: number, atMs: number, kind: string, fields: EventFields, causes: readonly number[]): string {
  let line = `{"id":"e${id}","atMs":${atMs},"kind":"${kind}"`;
  for (const key in fields) {
    const value = fields[key] as string | number | null;
    if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new Error(`event ${kind}: ${key} = ${value} is not a whole number`);
    line += `,"${key}":${typeof value === 'string' ? quoted(value) : value}`;
  }
  line += ',"causes":[';
  for (let i = 0; i < causes.length; i++) {
    const cause = causes[i] as number;
    if (!(cause < id)) throw new Error(`event ${kind}: cause e${cause} does not precede e${id}`);
    line += i === 0 ? `"e${cause}"` : `,"e${cause}"`;
  }
  return `${line}]}`;
}
