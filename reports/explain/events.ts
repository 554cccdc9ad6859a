/** The event log as it comes line by line, kept so that each event can be found again by its id. */

export interface LogEvent {
  /** Ascending from 1. */
  id: number;
  /** Since the start of the scenario. */
  atMs: number;
  kind: string;
  /** Fields of that kind: names, whole numbers, null. */
  fields: Readonly<Record<string, string | number | null>>;
  /** Ids of earlier events. */
  causes: readonly number[];
}

type LoggedLine = Record<string, string | number | null> & { id: string; atMs: number; kind: string };

/** Lines stay text until they are asked for: a chain of causes needs few of them. */
export class EventBook {
  private readonly lines: string[] = [];

  /** Takes the next line of the canonical log; lines come in the order of their ids. */
  add(line: string): void {
    this.lines.push(line);
  }

  /** @throws Error for an id that the log does not have. */
  event(id: number): LogEvent {
    const line = this.lines[id - 1];
    if (line === undefined) throw new Error(`the log has no event e${id}`);
    const { id: name, atMs, kind, causes, ...fields } = JSON.parse(line) as LoggedLine & { causes: string[] };
    if (name !== eventName(id)) throw new Error(`the log has ${name} in the place of e${id}`);
    return { id, atMs, kind, fields, causes: causes.map(eventNumber) };
  }

  /** The last event at or before `atMs` whose line holds `text` and that `fits`; null without one. */
  lastBefore(atMs: number, text: string, fits: (event: LogEvent) => boolean): LogEvent | null {
    for (let index = this.lines.length - 1; index >= 0; index--) {
      if (!(this.lines[index] as string).includes(text)) continue;
      const event = this.event(index + 1);
      if (event.atMs <= atMs && fits(event)) return event;
    }
    return null;
  }

  /** The events of `ids` and all that led to them, in ascending order. */
  ancestry(ids: readonly number[]): LogEvent[] {
    const found = new Map<number, LogEvent>();
    const open = [...ids];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (found.has(id)) continue;
      const event = this.event(id);
      found.set(id, event);
      open.push(...event.causes);
    }
    return [...found.values()].sort((a, b) => a.id - b.id);
  }
}

/** `e12` is event 12. */
export function eventNumber(name: string): number {
  return Number(name.slice(1));
}

export function eventName(id: number): string {
  return `e${id}`;
}
