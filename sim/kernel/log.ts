/**
 * The event log: what happened, each event with an id and the ids of its causes, as canonical NDJSON (fixed key order, whole numbers, LF) whose
 * SHA-256 is the fingerprint of a run. Nothing is kept: a line is hashed, handed on and forgotten.
 */
import { Sha256, type StreamingSha256 } from './sha256.ts';
import { TextBytes } from './text-bytes.ts';

/** Changes whenever the same run would be written differently. */
export const LOG_VERSION = 1;

/** Bytes. */
const HASHED_AT_ONCE = 1 << 16;

export type EventFields = Record<string, string | number | null>;

export interface LoggedEvent {
  /** Ascending from 1; written as `e1`. */
  id: number;
  atMs: number;
  kind: string;
  fields: EventFields;
  causes: readonly number[];
}

/** `Kind`: what there is to tell of; the kernel does not know. */
export class EventLog<Kind extends string = string> {
  count = 0;
  /** null: the log is not written. */
  private readonly hash: StreamingSha256 | null;
  /** Lines that have not been hashed yet. */
  private readonly lines = new TextBytes();
  private heard: ReadonlySet<string> = new Set();
  private listener: (event: LoggedEvent) => void = () => {};
  private readonly writer: ((line: string) => void) | undefined;

  /** `writer` gets each canonical line, without its LF. Without a `hash` nothing is written: the log only numbers events and tells its listener of them. */
  constructor(writer?: (line: string) => void, hash: StreamingSha256 | null = new Sha256()) {
    this.writer = writer;
    this.hash = hash;
  }

  /** From now on `listener` gets the events of these kinds; there is one listener. */
  listen(kinds: ReadonlySet<string>, listener: (event: LoggedEvent) => void): void {
    this.heard = kinds;
    this.listener = listener;
  }

  /** Writes an event and returns its id. Fields are whole numbers, texts or null, in the order in which they stand. */
  record(atMs: number, kind: Kind, fields: EventFields, causes: readonly number[]): number {
    const id = ++this.count;
    if (this.hash !== null) this.write(this.hash, id, atMs, kind, fields, causes);
    if (this.heard.has(kind)) this.listener({ id, atMs, kind, fields, causes });
    return id;
  }

  /** Ends the log. Call once. Empty for a log that was not written. */
  fingerprint(): string {
    if (this.hash === null) return '';
    this.flush(this.hash);
    return this.hash.hex();
  }

  private write(hash: StreamingSha256, id: number, atMs: number, kind: Kind, fields: EventFields, causes: readonly number[]): void {
    const { lines } = this;
    const start = lines.length;
    writeCanonical(lines, id, atMs, kind, fields, causes);
    this.writer?.(lines.textFrom(start));
    lines.addText('\n');
    if (lines.length >= HASHED_AT_ONCE) this.flush(hash);
  }

  private flush(hash: StreamingSha256): void {
    hash.update(this.lines.bytes.subarray(0, this.lines.length));
    this.lines.clear();
  }
}

/** Causes in order and once each; 0 stands for no event. */
export function causesOf(...events: number[]): number[] {
  const causes: number[] = [];
  for (const event of events) {
    let place = causes.length;
    while (place > 0 && (causes[place - 1] as number) > event) place--;
    if (event <= 0 || (place > 0 && causes[place - 1] === event)) continue;
    if (place === causes.length) causes.push(event);
    else causes.splice(place, 0, event);
  }
  return causes;
}

export function eventName(id: number): string {
  return `e${id}`;
}

function writeCanonical(line: TextBytes, id: number, atMs: number, kind: string, fields: EventFields, causes: readonly number[]): void {
  line.addText('{"id":"e');
  line.addWhole(id);
  line.addText('","atMs":');
  line.addWhole(atMs);
  line.addText(',"kind":"');
  line.addText(kind);
  line.addText('"');
  for (const key in fields) {
    line.addText(',"');
    line.addText(key);
    line.addText('":');
    writeValue(line, kind, key, fields[key] as string | number | null);
  }
  line.addText(',"causes":[');
  for (let i = 0; i < causes.length; i++) {
    const cause = causes[i] as number;
    if (!(cause < id)) throw new Error(`event ${kind}: cause e${cause} does not precede e${id}`);
    line.addText(i === 0 ? '"e' : ',"e');
    line.addWhole(cause);
    line.addText('"');
  }
  line.addText(']}');
}

function writeValue(line: TextBytes, kind: string, key: string, value: string | number | null): void {
  if (typeof value === 'string') line.addQuoted(value);
  else if (value === null) line.addText('null');
  else if (Number.isSafeInteger(value)) line.addWhole(value);
  else throw new Error(`event ${kind}: ${key} = ${value} is not a whole number`);
}
