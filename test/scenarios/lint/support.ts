/** A scenario about which lint has nothing to say, and short ways to look at variants of it. */
import { type LintNote, lintScenario } from '../../../scenarios/index.ts';
import { load } from '../support.ts';

export const QUIET = `overrun: 1
name: quiet
start: 2026-03-02T18:00
timezone: Europe/Berlin
duration: 7d
datastores:
  ds1: { capacity: 10TiB, maxOpenSnapshots: 4 }
proxies:
  p1: { slots: 4 }
repositories:
  r1: { capacity: 2TiB, read: 100MiB/s, write: 100MiB/s }
vms:
  web:
    count: 10
    datastore: ds1
    size: 100GiB
    used: 60GiB
    writes: { law: append, changed: 3GiB/day }
  db: { datastore: ds1, size: 500GiB, used: 200GiB, tags: [gold], writes: { law: append, changed: 10GiB/day } }
jobs:
  nightly:
    vms: all
    schedule: "0 22 * * *"
    proxies: [p1]
    repository: r1
`;

/** `QUIET` with pieces of text replaced; each must be there. */
export function variant(...changes: readonly (readonly [from: string, to: string])[]): string {
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the scenario has no ${from}`);
    return text.replace(from, () => to);
  }, QUIET);
}

export function notesOf(text: string): LintNote[] {
  return lintScenario(load(text));
}
