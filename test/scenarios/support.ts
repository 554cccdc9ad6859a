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
