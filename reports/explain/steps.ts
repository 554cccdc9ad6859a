/** The ancestry of an event folded into steps: events of one kind about one job, datastore or repository are one step. */
import { type EventBook, eventName, type LogEvent } from './events.ts';

export interface Step {
  /** `s1` is the effect. */
  id: string;
  kind: string;
  job: string | null;
  datastore: string | null;
  repository: string | null;
  /** At least one, ascending. */
  events: LogEvent[];
  /** Steps that an event of this one has as a cause. */
  causes: Step[];
}

/** The effect first, then its causes from the latest first occurrence to the earliest. */
export function foldSteps(book: EventBook, effects: readonly number[]): Step[] {
  const steps = new Map<string, Step>();
  const stepOf = new Map<number, Step>();
  const events = book.ancestry(effects);
  for (const event of events) {
    const place = { job: jobOf(event), datastore: textOf(event, 'datastore'), repository: textOf(event, 'repository') };
    const key = JSON.stringify([event.kind, place]);
    const step = steps.get(key) ?? { id: '', kind: event.kind, ...place, events: [], causes: [] };
    step.events.push(event);
    steps.set(key, step);
    stepOf.set(event.id, step);
  }
  const wanted = new Set(effects.map((id) => stepOf.get(id)));
  const ordered = [...steps.values()].sort((a, b) => Number(wanted.has(b)) - Number(wanted.has(a)) || firstOf(b).id - firstOf(a).id);
  ordered.forEach((step, index) => {
    step.id = `s${index + 1}`;
    step.causes = causesOf(step, stepOf);
  });
  return ordered;
}

function causesOf(step: Step, stepOf: ReadonlyMap<number, Step>): Step[] {
  const causes = new Set<Step>();
  for (const event of step.events) {
    for (const id of event.causes) {
      const cause = stepOf.get(id);
      if (cause === undefined) throw new Error(`${eventName(event.id)} has a cause that was not walked`);
      if (cause !== step) causes.add(cause);
    }
  }
  return [...causes];
}

export function firstOf(step: Step): LogEvent {
  return step.events[0] as LogEvent;
}

export function lastOf(step: Step): LogEvent {
  return step.events.at(-1) as LogEvent;
}

/** `nightly` of `nightly#12`; names of jobs may hold the sign themselves. */
export function jobOfRun(run: string): string {
  return run.slice(0, Math.max(0, run.lastIndexOf('#')));
}

function jobOf(event: LogEvent): string | null {
  const run = textOf(event, 'run');
  return textOf(event, 'job') ?? (run === null ? null : jobOfRun(run));
}

export function textOf(event: LogEvent, field: string): string | null {
  const value = event.fields[field];
  return typeof value === 'string' ? value : null;
}

export function numberOf(event: LogEvent, field: string): number | null {
  const value = event.fields[field];
  return typeof value === 'number' ? value : null;
}

/** The different texts of a field over a step, in the order of the log. */
export function textsOf(step: Step, field: string): string[] {
  return [...new Set(step.events.flatMap((event) => textOf(event, field) ?? []))];
}
