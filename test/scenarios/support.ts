/** A small scenario that is valid, and short ways to load variants of it. */
import { type LoadedScenario, loadScenario, type ScenarioError, ScenarioErrors, type ScenarioSource } from '../../scenarios/index.ts';

export const BASE = `overrun: 1
name: base
start: 2026-03-02T18:00
timezone: Europe/Berlin
duration: 3d
datastores:
  ds1:
    class: hybrid
    capacity: 10TiB
hosts:
  esx1: { network: 10Gbit/s }
links:
  wan: { bandwidth: 1Gbit/s }
proxies:
  p1: { slots: 8, cores: 8 }
repositories:
  r1: { capacity: 50TiB, read: 500MiB/s, write: 500MiB/s, links: [wan] }
vms:
  web:
    count: 20
    host: esx1
    datastore: ds1
    size: 100GiB
    used: 60GiB
    writes: { changed: 3GiB/day }
    tags: [gold]
  db:
    datastore: ds1
    size: 500GiB
jobs:
  nightly:
    vms: { tags: [gold], except: [web-03] }
    schedule: "0 22 * * *"
    proxies: [p1]
    repository: r1
`;

/** Uses each key that reaches beyond one disk, one datastore or one way of doing things. */
export const EVERYTHING = `overrun: 1
name: everything
start: 2026-03-02T18:00
duration: 2d
operator: { respondsAfter: 30m }
arrays:
  a1: { read: 2GiB/s, write: 1GiB/s, iops: 50000, capacity: 10TiB }
datastores:
  ds1:
    capacity: 8TiB
    array: a1
    onFull: all
    maxOpenSnapshots: 4
    countOrphans: true
    consolidation: helper
    passLimit: 3
    merges: serial
    latencyControl: { stop: 20ms, throttle: 30ms }
  ds2: { capacity: 4TiB, array: a1, maxOpenSnapshots: unlimited, latencyControl: none }
hosts:
  esx1: { network: 10Gbit/s }
proxies:
  p1: { slots: 8, slotUnit: vm }
repositories:
  r1: { capacity: 50TiB, read: 500MiB/s, write: 500MiB/s }
vms:
  db:
    count: 2
    vary: 20%
    host: esx1
    network: 1Gbit/s
    disks:
      - { datastore: ds1, size: 100GiB, used: 60GiB, writes: { law: append, rate: 1MiB/s } }
      - { datastore: ds2, size: 500GiB, provisioning: thick, reads: { rate: 5MiB/s }, growth: 1GiB/day }
    snapshots:
      - { taken: 2026-03-01, size: 2GiB, disk: 1 }
      - { taken: 2026-02-27, size: 1GiB, disk: 1, kind: orphan }
      - { taken: 2026-02-28, size: 3GiB }
  file:
    datastore: ds2
    size: 200GiB
    network: unlimited
    tags: [gold]
jobs:
  nightly:
    vms: { datastores: [ds1], tags: [gold] }
    schedule: "0 22 * * *"
    proxies: [p1]
    repository: r1
    ifRunning: cancel-previous
    ifVmBusy: stack
  guests:
    vms: { names: [db-01, file] }
    method: agent
    schedule: "0 12 * * *"
    repository: r1
    ifVmBusy: wait
`;

export function load(text: string, more: Partial<ScenarioSource> & { files?: Record<string, string> } = {}): LoadedScenario {
  const { files = {}, ...rest } = more;
  const readFile = (path: string) => {
    const found = files[path];
    if (found === undefined) throw new Error('no such file');
    return found;
  };
  return loadScenario({ path: 'night.yaml', text, readFile, ...rest });
}

export function errorsOf(text: string, more: Parameters<typeof load>[1] = {}): ScenarioError[] {
  try {
    load(text, more);
  } catch (error) {
    if (error instanceof ScenarioErrors) return error.errors;
    throw error;
  }
  return [];
}

/** `BASE` with one piece of text replaced; the piece must be there. */
export function changed(from: string, to: string, text = BASE): string {
  if (!text.includes(from)) throw new Error(`the base scenario has no ${from}`);
  return text.replace(from, () => to);
}

/** As an editor counts. */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) as string).length + 1 };
}
