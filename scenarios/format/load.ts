/** A scenario file becomes a plan: read, laid over its base, validated, checked for sense, expanded. */
import type { z } from 'zod';
import type { Plan } from '../../sim/plan.ts';
import { Activities } from './activities.ts';
import { Assumptions, SCENARIO_SOURCE } from './defaults.ts';
import { digestOf } from './digest.ts';
import { type Clock, type Draft, type Entries, resolveNoted } from './draft.ts';
import type { Spot } from './errors.ts';
import { planArrays, planDatastores, planHosts, planLinks, planOperator, planProxies } from './estate.ts';
import { planFaults, readFaults } from './faults/plan.ts';
import { nameKey } from './fields.ts';
import { reportUnknownKey, type Target, validate } from './issues.ts';
import { planJobs } from './jobs.ts';
import { applySets, layPolicy, type Reader, readWithBases } from './merge.ts';
import { planPolicy } from './policy/plan.ts';
import { Problems, ranks, spotOf } from './problems.ts';
import { checkReferences } from './references.ts';
import { planRepositories, planRestores } from './repository/plan.ts';
import { entrySchemas, headShape, SECTIONS, type Section } from './schema.ts';
import { MAX_DISKS, MAX_VMS } from './schema-vms.ts';
import { checkRepositories, checkSpace } from './space.ts';
import { suggest } from './suggest.ts';
import { keyPlaceAt, lineColumn, type MapTree, type Path, placeAt, type Source, splitPath, toData, valueAt } from './tree.ts';
import { planVms } from './vms.ts';
import { formatInstant, knownZones, openZone, type Zone, zoneTable } from './zone.ts';

export interface ScenarioSource {
  /** As errors shall name it; bases are found relative to it. */
  path: string;
  text: string;
  /** Reads the files that `extends` names; throws when it cannot. */
  readFile: (path: string) => string;
  /** `path=value` each, applied in order after `extends`. */
  sets?: string[];
  /** A file with a policy, which replaces the scenario's own. */
  policy?: { path: string; text: string };
  /** Overrides the scenario's seed. */
  seed?: string;
  /** Release of the platform's time-zone data, for the record. */
  timeZoneData?: string;
}

export interface LoadedScenario {
  plan: Plan;
  /** The place of an `origin` of the plan, or of any other dotted path; null when there is none (or when it was set by a flag). */
  locate: (origin: string) => { path: string; line: number; column: number } | null;
  /**
   * Remarks about paths of the scenario with the places to show, in the order of the source. What is not stated has the place of the nearest that would contain it.
   */
  point: <R extends { about: Path }>(remarks: readonly R[]) => { remark: R; spot: Spot }[];
}

/** Throws `ScenarioErrors` with everything that is wrong. */
export function loadScenario(source: ScenarioSource): LoadedScenario {
  const problems = new Problems();
  const sources: Source[] = [];
  const reader: Reader = { readFile: source.readFile, problems, sources };
  const merged = readWithBases(source.path, source.text, reader);
  problems.throwIfAny(sources);
  const judged = source.policy === undefined ? (merged as MapTree) : layPolicy(merged as MapTree, source.policy, problems, sources);
  const root = applySets(judged, source.sets ?? [], problems, sources);

  const assumptions = new Assumptions();
  const target: Target = { root, problems };
  const head = readHead(target);
  const entries = readEntries(target);
  const statedFaults = readFaults(target);
  checkReferences(root, problems);
  const name =
    head.name ?? assumptions.fill(undefined, 'name', { value: stem(source.path), text: stem(source.path), source: 'the name of the file' });
  const seed = readSeed(source.seed, head.seed, name, problems, sources, assumptions);
  const clock = readClock(target, head, source.timeZoneData ?? 'unknown', assumptions);
  // Millions of VMs or disks are refused by the checks above; they must not be counted out for further ones.
  const draft: Draft = { root, problems, assumptions, seed, clock, entries: tooManyVms(entries) ? { ...entries, vms: new Map() } : entries };

  const activities = new Activities();
  const datastores = planDatastores(draft);
  const operatorRespondsAfterMs = planOperator(draft, head.operator?.respondsAfter, datastores);
  const parts = {
    arrays: planArrays(draft),
    datastores,
    hosts: planHosts(draft),
    links: planLinks(draft),
    proxies: planProxies(draft),
    repositories: planRepositories(draft),
  };
  const vms = planVms(draft, activities);
  const jobs = planJobs(draft);
  const restores = planRestores(draft, head.restores ?? []);
  const policy = planPolicy(draft, head.policy, vms);
  const faults = planFaults(draft, statedFaults);
  checkSpace(draft, datastores, vms);
  problems.throwIfAny(sources);

  const { zone, startEpochMs, durationMs, table } = clock as Clock;
  const plan: Plan = {
    name,
    digest: digestOf(root, name, seed),
    seed,
    start: formatInstant(zone, startEpochMs),
    durationMs,
    zone: table,
    operatorRespondsAfterMs,
    activities: activities.plan(),
    ...parts,
    vms,
    jobs,
    restores,
    policy,
    faults,
    assumptions: assumptions.list,
  };
  checkRepositories(draft, plan);
  problems.throwIfAny(sources);
  return { plan, locate: (origin) => locate(root, origin), point: (remarks) => point(root, sources, remarks) };
}

type Head = { [K in keyof typeof headShape]?: z.output<(typeof headShape)[K]> | undefined };

function readHead(target: Target): Head {
  const known = [...Object.keys(headShape), ...SECTIONS, 'faults'];
  for (const key of target.root.entries.keys()) if (!known.includes(key)) reportUnknownKey(target, [key], known);
  const read = <T>(key: keyof typeof headShape, schema: z.ZodType<T>): T | undefined => {
    const value = valueAt(target.root, [key]);
    return validate(target, [key], schema, value === undefined ? undefined : toData(value));
  };
  read('$schema', headShape.$schema);
  read('overrun', headShape.overrun);
  return {
    name: read('name', headShape.name),
    start: read('start', headShape.start),
    timezone: read('timezone', headShape.timezone),
    duration: read('duration', headShape.duration),
    seed: read('seed', headShape.seed),
    operator: read('operator', headShape.operator),
    restores: read('restores', headShape.restores),
    policy: read('policy', headShape.policy),
  };
}

/** Each entry by itself: one that is not valid hides nothing about the others. */
function readEntries(target: Target): Entries {
  const read = <S extends Section>(section: S): Entries[S] => {
    const entries = new Map() as Entries[S];
    const stated = valueAt(target.root, [section]);
    if (stated === undefined) return entries;
    if (stated.kind !== 'map') {
      target.problems.add(placeAt(target.root, [section]), `\`${section}\` must be a map`, { expected: '`name: {...}` for each' });
      return entries;
    }
    for (const [name, { value, key }] of stated.entries) {
      if (!nameKey.safeParse(name).success)
        target.problems.add(key, 'a name needs visible characters', { expected: 'text without control characters' });
      const entry = validate(target, [section, name], entrySchemas[section] as z.ZodType<unknown>, toData(value));
      if (entry !== undefined) (entries as Map<string, unknown>).set(name, entry);
    }
    return entries;
  };
  return Object.fromEntries(SECTIONS.map((section) => [section, read(section)])) as Entries;
}

function tooManyVms(entries: Entries): boolean {
  let total = 0;
  let disks = 0;
  for (const entry of entries.vms.values()) {
    total += entry.count ?? 1;
    disks += (entry.count ?? 1) * (entry.disks?.length ?? 1);
  }
  return total > MAX_VMS || disks > MAX_DISKS;
}

function readSeed(
  flag: string | undefined,
  stated: string | number | undefined,
  name: string,
  problems: Problems,
  sources: Source[],
  assumptions: Assumptions,
): string {
  if (flag === '') {
    const source: Source = { label: '--seed', text: '', lines: null };
    sources.push(source);
    problems.add({ source, offset: 0, length: 1 }, 'the seed is empty', { expected: 'text, or a number' });
  }
  if (flag !== undefined) return flag;
  return stated === undefined ? assumptions.fill(undefined, 'seed', { value: name, text: name, source: 'the name of the scenario' }) : String(stated);
}

function readClock(target: Target, head: Head, timeZoneData: string, assumptions: Assumptions): Clock | null {
  const name =
    valueAt(target.root, ['timezone']) === undefined
      ? assumptions.fill(undefined, 'timezone', { value: 'UTC', text: 'UTC', source: SCENARIO_SOURCE })
      : head.timezone;
  const zone: Zone | null = name === undefined ? null : openZone(name);
  if (name !== undefined && zone === null) {
    const meant = suggest(name, knownZones());
    target.problems.add(placeAt(target.root, ['timezone']), `unknown time zone \`${name}\``, {
      expected: 'an IANA name such as `Europe/Berlin` or `UTC`',
      meant,
    });
  }
  if (zone === null || head.start === undefined || head.duration === undefined) return null;
  const startEpochMs = resolveNoted(zone, head.start, 'start', assumptions);
  return { zone, startEpochMs, durationMs: head.duration, table: zoneTable(zone, startEpochMs, head.duration, timeZoneData) };
}

function stem(path: string): string {
  const file = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return file.replace(/\.(?:ya?ml|json)$/i, '') || 'scenario';
}

function locate(root: MapTree, origin: string): { path: string; line: number; column: number } | null {
  const path = splitPath(root, origin);
  if (path === null || valueAt(root, path) === undefined) return null;
  return lineColumn(typeof path.at(-1) === 'string' ? keyPlaceAt(root, path) : placeAt(root, path));
}

function point<R extends { about: Path }>(root: MapTree, sources: readonly Source[], remarks: readonly R[]): { remark: R; spot: Spot }[] {
  const order = ranks(sources);
  return remarks
    .map((remark) => ({ remark, place: placeAt(root, remark.about) }))
    .sort((a, b) => order(a.place) - order(b.place) || a.place.offset - b.place.offset)
    .map(({ remark, place }) => ({ remark, spot: spotOf(place) }));
}
