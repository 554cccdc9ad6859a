/** Disks of the plan: what a group says of each is checked once, then made for every instance with its own draws. */
import { openStream } from '../../sim/kernel/streams.ts';
import type { DiskPlan, WritePlan } from '../../sim/plan.ts';
import { CHANGED_FRACTION_PER_DAY, CHANGED_SOURCE, UNIQUE_SHARE_OF_24H, VM, WRITE_RATE_SOURCES } from './defaults.ts';
import { type Draft, toGrowth } from './draft.ts';
import type { EntryOf } from './schema.ts';
import type { DiskEntry } from './schema-vms.ts';
import { type Path, placeAt } from './tree.ts';
import { formatSize, SECONDS_PER_DAY } from './units.ts';

/** The share of a working set that a varied `changed` may reach: at the whole of it the law needs infinite writing. */
const MAX_SHARE_OF_WORKING_SET = 0.99;

/** What one disk has in common over the instances of a group. */
export interface DiskGroup {
  /** Sets its random draws apart from those of the other disks; empty for the disk of a VM without `disks`. */
  stream: string;
  sizeBytes: number;
  usedBytes: number;
  /** Unique bytes per 24 h for a given number of used bytes. */
  changedOf: (usedBytes: number) => number;
  changedIsAssumed: boolean;
  writes: Omit<WritePlan, 'changedBytesPerDay'>;
  common: Pick<DiskPlan, 'datastore' | 'provisioning' | 'growth' | 'readBytesPerSecond'>;
}

/** One for each of `disks`, or the one that the VM states itself. */
export function planDiskGroups(draft: Draft, name: string, entry: EntryOf<'vms'>): DiskGroup[] {
  // The schema lets no VM through that has neither `disks` nor both of these.
  if (entry.disks === undefined) return [planDiskGroup(draft, ['vms', name], entry as DiskEntry, '')];
  return entry.disks.map((disk, index) => planDiskGroup(draft, ['vms', name, 'disks', index], disk, `disk/${index}/`));
}

function planDiskGroup(draft: Draft, path: Path, entry: DiskEntry, stream: string): DiskGroup {
  const { assumptions } = draft;
  const at = (key: string) => `${path.join('.')}.${key}`;
  const usedBytes = assumptions.fill(entry.used, at('used'), {
    value: entry.size,
    text: formatSize(entry.size),
    source: 'default: the whole `size`',
  });
  if (usedBytes > entry.size) {
    const expected = `at most the \`size\`, ${formatSize(entry.size)}`;
    draft.problems.add(placeAt(draft.root, [...path, 'used']), `\`used\` is more than \`size\`: ${formatSize(usedBytes)}`, { expected });
  }
  if (entry.growth === undefined) assumptions.note(at('growth'), '0', 'no growth is stated');
  const changed = entry.writes?.changed;
  const changedOf = (used: number) => {
    if (changed === undefined) return CHANGED_FRACTION_PER_DAY * used;
    return changed.kind === 'absolute' ? changed.bytesPerDay : (changed.fraction / changed.perDays) * used;
  };
  const writes = planWrites(draft, path, entry, changedOf(usedBytes));
  const readRate = entry.reads?.rate;
  if (readRate === undefined) assumptions.note(at('reads.rate'), 'as large as the writes', 'default of the scenario format: no reads are stated');
  return {
    stream,
    sizeBytes: entry.size,
    usedBytes,
    changedOf,
    changedIsAssumed: changed === undefined,
    writes,
    common: {
      datastore: entry.datastore,
      provisioning: assumptions.fill(entry.provisioning, at('provisioning'), VM.provisioning),
      growth: toGrowth(entry.growth),
      readBytesPerSecond: readRate ?? null,
    },
  };
}

function planWrites(draft: Draft, path: Path, entry: DiskEntry, changedBytesPerDay: number): DiskGroup['writes'] {
  const { assumptions, problems, root } = draft;
  const stated = entry.writes ?? {};
  const at = (key: string) => `${path.join('.')}.writes.${key}`;
  const place = (key: string) => placeAt(root, [...path, 'writes', key]);
  const law = assumptions.fill(stated.law, at('law'), VM.law);
  const rate = stated.rate ?? null;
  // With a rate, `changed` matters to the power law only: an assumption without effect is none.
  if (stated.changed === undefined && (law === 'power' || rate === null)) assumptions.note(at('changed'), '5%/day', CHANGED_SOURCE);
  if (rate === null) {
    const value = law === 'append' ? 'as `changed`' : law === 'power' ? `\`changed\` / ${UNIQUE_SHARE_OF_24H}` : 'from `changed` and `workingSet`';
    assumptions.note(at('rate'), value, WRITE_RATE_SOURCES[law]);
  }
  if (stated.growth === undefined) assumptions.note(at('growth'), '0', 'no growth is stated');
  const exponent = law === 'power' ? assumptions.fill(stated.exponent, at('exponent'), VM.exponent) : (stated.exponent ?? VM.exponent.value);
  if (law === 'power' && rate !== null && stated.changed !== undefined && changedBytesPerDay > rate * SECONDS_PER_DAY) {
    const expected = `at most what \`rate\` writes in 24 h, ${formatSize(rate * SECONDS_PER_DAY)}`;
    problems.add(place('changed'), '`changed` is more than all that is written', { expected });
  }
  const workingSet = stated.workingSet ?? null;
  if (law === 'working-set' && workingSet === null) {
    problems.add(place('law'), 'the law `working-set` needs `workingSet`', { expected: 'for example `workingSet: 30GiB`' });
  }
  if (law === 'working-set' && workingSet !== null && rate === null && changedBytesPerDay >= workingSet) {
    const expected = `less than the working set, ${formatSize(workingSet)}, or a \`rate\``;
    const text =
      stated.changed === undefined
        ? `\`changed\` (by default 5 % of used) is as large as the working set`
        : '`changed` is as large as the working set';
    problems.add(place(stated.changed === undefined ? 'workingSet' : 'changed'), `${text}: ${formatSize(changedBytesPerDay)} a day`, { expected });
  }
  return { law, rateBytesPerSecond: rate, workingSetBytes: workingSet, exponent, growth: toGrowth(stated.growth) };
}

/** The disk of one instance; `seed` opens the streams of that VM. */
export function planDisk(group: DiskGroup, vary: number, seed: string): Omit<DiskPlan, 'snapshots'> {
  const spread = (what: string) => (vary === 0 ? 1 : 1 + vary * (2 * openStream(`${seed}/${group.stream}${what}`)() - 1));
  const usedBytes = Math.min(group.sizeBytes, Math.round(group.usedBytes * spread('used')));
  const statedRate = group.writes.rateBytesPerSecond;
  const rate = statedRate === null ? null : statedRate * spread('rate');
  const changed = group.changedOf(usedBytes) * spread('changed');
  return {
    ...group.common,
    sizeBytes: group.sizeBytes,
    usedBytes,
    writes: { ...group.writes, rateBytesPerSecond: rate, changedBytesPerDay: withinLaw(group, vary, changed, rate) },
  };
}

/** Variation, and a default that meets a stated rate, must not make input that would be refused if somebody had written it. */
function withinLaw(group: DiskGroup, vary: number, changed: number, rate: number | null): number {
  const { law, workingSetBytes } = group.writes;
  if (law === 'power' && rate !== null && (vary > 0 || group.changedIsAssumed)) return Math.min(changed, rate * SECONDS_PER_DAY);
  if (law === 'working-set' && rate === null && workingSetBytes !== null && vary > 0) {
    return Math.min(changed, Math.max(group.changedOf(group.usedBytes), workingSetBytes * MAX_SHARE_OF_WORKING_SET));
  }
  return changed;
}
