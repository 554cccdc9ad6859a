/** What could have been otherwise: for each job, growth line, fault, snapshot of the start and limit on the chain, how the file reads without it. */
import type { Plan } from '../../sim/plan.ts';
import type { Explanation } from './explain.ts';
import type { Input, Locate } from './inputs.ts';

export interface Change {
  /** What is taken out, as a reader would call it. */
  without: string;
  /** Lines of the file that it stands for. */
  inputs: Input[];
  /** Changes in the form of `--set`, applied together. */
  sets: string[];
}

/** More re-runs take longer than anybody waits. */
const MAX_CHANGES = 20;

/** A limit that a scenario must state is not taken out but made a thousand times as large: then it limits nothing. */
const BEYOND = 1000;

/** A scenario states less than 8 PiB: up to there bytes are counted exactly. */
const MOST_BYTES = 8 * 1024 ** 5 - 1024;

/** In the order in which they are worth knowing: growth, limits, faults, jobs; the closest to the effect first. At most 20. */
export function changesOf(explanation: Explanation, plan: Plan, locate: Locate): Change[] {
  const inputs = chainInputs(explanation);
  const all = [
    ...growthChanges(inputs),
    ...limitChanges(inputs, plan),
    ...snapshotChanges(inputs),
    ...faultChanges(inputs),
    ...jobChanges(explanation, inputs, plan, locate),
  ];
  return all.slice(0, MAX_CHANGES);
}

function chainInputs(explanation: Explanation): Input[] {
  const seen = new Map<string, Input>();
  for (const input of [...explanation.inputs, ...explanation.steps.flatMap((step) => step.inputs)])
    seen.set(input.path, seen.get(input.path) ?? input);
  return [...seen.values()];
}

function growthChanges(inputs: readonly Input[]): Change[] {
  const lines = inputs.filter((input) => input.stated && /\.(?:growth|otherGrowth)$/.test(input.path));
  const owners = new Map<string, Input[]>();
  for (const input of lines) {
    const owner = input.path.replace(/\.(?:(?:disks\.\d+\.)?(?:writes\.)?growth|otherGrowth)$/, '');
    owners.set(owner, [...(owners.get(owner) ?? []), input]);
  }
  const single = [...owners].map(([owner, own]) => takenOut(`growth of ${owner}`, own));
  return owners.size > 1 ? [takenOut('all of this growth', lines), ...single] : single;
}

function takenOut(without: string, inputs: Input[]): Change {
  return { without, inputs, sets: inputs.map((input) => `${input.path}=null`) };
}

const OPTIONAL_LIMITS = [
  'concurrency',
  'slots',
  'streamRate',
  'window',
  'timeout',
  'maxOpenSnapshots',
  'cores',
  'network',
  'nbd',
  'fabric',
  'toleratesPause',
];

function limitChanges(inputs: readonly Input[], plan: Plan): Change[] {
  return inputs.flatMap((input) => {
    const value = beyond(input.path, plan);
    if (value !== null) return [{ without: `the limit ${input.path}`, inputs: [input], sets: [`${input.path}=${value}`] }];
    const key = input.path.slice(input.path.lastIndexOf('.') + 1);
    return input.stated && OPTIONAL_LIMITS.includes(key) ? [takenOut(`the limit ${input.path}`, [input])] : [];
  });
}

/** The value that limits nothing, for a limit that must be stated; null for any other path. */
function beyond(path: string, plan: Plan): string | null {
  const cut = path.lastIndexOf('.');
  const key = path.slice(cut + 1);
  const entity = [...plan.datastores, ...plan.repositories, ...plan.arrays].find((each) => each.origin === path.slice(0, cut));
  if (entity === undefined) return null;
  if (key === 'capacity' && 'capacityBytes' in entity) return `${inKiB(Math.min(entity.capacityBytes * BEYOND, MOST_BYTES))}KiB`;
  if (key === 'read') return `${inKiB(entity.readBytesPerSecond * BEYOND)}KiB/s`;
  if (key === 'write') return `${inKiB(entity.writeBytesPerSecond * BEYOND)}KiB/s`;
  if (key === 'iops' && 'iops' in entity) return String(entity.iops * BEYOND);
  return null;
}

function inKiB(bytes: number): number {
  return Math.floor(bytes / 1024);
}

function faultChanges(inputs: readonly Input[]): Change[] {
  return inputs.filter((input) => input.stated && /^faults\.\d+$/.test(input.path)).map((input) => takenOut(`the fault ${input.path}`, [input]));
}

function snapshotChanges(inputs: readonly Input[]): Change[] {
  const lines = inputs.filter((input) => input.stated && input.path.startsWith('vms.') && input.path.endsWith('.snapshots'));
  return lines.map((input) => takenOut(`the snapshots of ${input.path.slice(0, -'.snapshots'.length)} at the start`, [input]));
}

/** Jobs that the steps or the inputs tell of. */
function jobChanges({ steps }: Explanation, inputs: readonly Input[], plan: Plan, locate: Locate): Change[] {
  const told = new Set(steps.map(({ step }) => step.job));
  const jobs = plan.jobs.filter(({ name, origin }) => told.has(name) || inputs.some(({ path }) => path === origin || path.startsWith(`${origin}.`)));
  return jobs.flatMap(({ name, origin }) => {
    const place = locate(origin);
    return place === null ? [] : [takenOut(`job ${name}`, [{ ...place, path: origin, stated: true }])];
  });
}
