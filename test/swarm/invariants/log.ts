/** The event log: ids count up from 1, time does not go back, and every cause has happened before. */
import type { Played } from '../play.ts';

export function logIsOrdered({ events }: Played): string[] {
  const wrong: string[] = [];
  let beforeMs = 0;
  events.forEach(({ id, atMs }, index) => {
    if (id !== `e${index + 1}`) wrong.push(`event ${index + 1} is called ${id}`);
    if (atMs < beforeMs) wrong.push(`${id} at ${atMs} comes after one at ${beforeMs}`);
    beforeMs = atMs;
  });
  return wrong;
}

export function causesComeFirst({ events, result }: Played): string[] {
  const wrong: string[] = [];
  const at = new Map(events.map(({ id, atMs }) => [id, atMs]));
  for (const { id, kind, causes, atMs } of events) {
    if ((kind === 'scenario-started') !== (causes.length === 0)) wrong.push(`${id} ${kind} has ${causes.length} causes`);
    for (const cause of causes) {
      const causeMs = at.get(cause);
      if (causeMs === undefined || causeMs > atMs || numberOf(cause) >= numberOf(id)) wrong.push(`${id} ${kind} is caused by ${cause}`);
    }
  }
  for (const { id, rule, causes, atMs } of result.findings) {
    if (causes.length === 0) wrong.push(`finding ${id} ${rule} has no cause`);
    for (const cause of causes) if (!((at.get(cause) ?? Number.POSITIVE_INFINITY) <= atMs)) wrong.push(`finding ${id} ${rule} is caused by ${cause}`);
  }
  return wrong;
}

function numberOf(id: string): number {
  return Number(id.slice(1));
}
