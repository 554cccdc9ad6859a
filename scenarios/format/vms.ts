/** The VMs of the plan: groups are checked, then counted out, each instance with its own draws. */
import { openStream } from '../../sim/kernel/streams.ts';
import type { DiskPlan, InitialSnapshotPlan, VmPlan, WritePlan } from '../../sim/plan.ts';
import type { Activities } from './activities.ts';
import { CHANGED_FRACTION_PER_DAY, CHANGED_SOURCE, UNIQUE_SHARE_OF_24H, VM, WRITE_RATE_SOURCES } from './defaults.ts';
import { type Draft, resolveNoted, toGrowth } from './draft.ts';
import { instanceName } from './names.ts';
import type { EntryOf } from './schema.ts';
import { placeAt } from './tree.ts';
import { formatSize, SECONDS_PER_DAY } from './units.ts';

/** The share of a working set that a varied `changed` may reach: at the whole of it the law needs infinite writing. */
const MAX_SHARE_OF_WORKING_SET = 0.99;

/** Everything that the instances of a group have in common. */
interface Group {
  name: string;
  count: number | null;
  vary: number;
  sizeBytes: number;
  usedBytes: number;
  /** Unique bytes per 24 h for a given number of used bytes. */
  changedOf: (usedBytes: number) => number;
  changedIsAssumed: boolean;
  writes: Omit<WritePlan, 'changedBytesPerDay'>;
  disk: Pick<DiskPlan, 'datastore' | 'provisioning' | 'growth' | 'readBytesPerSecond' | 'snapshots'>;
  vm: Omit<VmPlan, 'name' | 'disks'>;
}

export function planVms(draft: Draft, activities: Activities): VmPlan[] {
  const vms: VmPlan[] = [];
  for (const [name, entry] of draft.entries.vms) {
    const group = planGroup(draft, activities, name, entry);
    if (group.count === null) vms.push(planInstance(draft.seed, group, name));
    else for (let number = 1; number <= group.count; number++) vms.push(planInstance(draft.seed, group, instanceName(name, number)));
  }
  return vms;
}

function planGroup(draft: Draft, activities: Activities, name: string, entry: EntryOf<'vms'>): Group {
  const { assumptions } = draft;
  const origin = `vms.${name}`;
  const at = (key: string) => `${origin}.${key}`;
  const usedBytes = assumptions.fill(entry.used, at('used'), {
    value: entry.size,
    text: formatSize(entry.size),
    source: 'default: the whole `size`',
  });
  if (usedBytes > entry.size) {
    const expected = `at most the \`size\`, ${formatSize(entry.size)}`;
    draft.problems.add(placeAt(draft.root, ['vms', name, 'used']), `\`used\` is more than \`size\`: ${formatSize(usedBytes)}`, { expected });
  }
  if (entry.growth === undefined) assumptions.note(at('growth'), '0', 'no growth is stated');
  const changed = entry.writes?.changed;
  const changedOf = (used: number) => {
    if (changed === undefined) return CHANGED_FRACTION_PER_DAY * used;
    return changed.kind === 'absolute' ? changed.bytesPerDay : (changed.fraction / changed.perDays) * used;
  };
  const writes = planWrites(draft, name, entry, changedOf(usedBytes));
  const readRate = entry.reads?.rate;
  if (readRate === undefined) assumptions.note(at('reads.rate'), 'as large as the writes', 'default of the scenario format: no reads are stated');
  return {
    name,
    count: entry.count ?? null,
    vary: entry.count === undefined ? (entry.vary ?? 0) : assumptions.fill(entry.vary, at('vary'), VM.vary),
    sizeBytes: entry.size,
    usedBytes,
    changedOf,
    changedIsAssumed: changed === undefined,
    writes,
    disk: {
      datastore: entry.datastore,
      provisioning: assumptions.fill(entry.provisioning, at('provisioning'), VM.provisioning),
      growth: toGrowth(entry.growth),
      readBytesPerSecond: readRate ?? null,
      snapshots: planSnapshots(draft, name, entry, writes, changedOf(usedBytes)),
    },
    vm: {
      group: name,
      host: assumptions.fill<string | null>(entry.host, at('host'), VM.host),
      tags: assumptions.fill(entry.tags, at('tags'), VM.tags),
      activity: activities.use(
        assumptions.fill<'flat' | 'office-hours' | 'nights' | number[]>(entry.activity, at('activity'), { ...VM.activity, value: 'flat' }),
        at('activity'),
      ),
      changeTracking: assumptions.fill(entry.changeTracking, at('changeTracking'), VM.changeTracking),
      deltaOverhead: assumptions.fill(entry.deltaOverhead, at('deltaOverhead'), VM.deltaOverhead),
      toleratesPauseMs: assumptions.fill(entry.toleratesPause, at('toleratesPause'), VM.toleratesPause),
      maxChain: assumptions.fill(entry.maxChain, at('maxChain'), VM.maxChain),
      origin,
    },
  };
}

function planWrites(draft: Draft, name: string, entry: EntryOf<'vms'>, changedBytesPerDay: number): Group['writes'] {
  const { assumptions, problems, root } = draft;
  const stated = entry.writes ?? {};
  const at = (key: string) => `vms.${name}.writes.${key}`;
  const place = (key: string) => placeAt(root, ['vms', name, 'writes', key]);
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

function planSnapshots(
  draft: Draft,
  name: string,
  entry: EntryOf<'vms'>,
  writes: Group['writes'],
  changedBytesPerDay: number,
): InitialSnapshotPlan[] {
  const overhead = entry.deltaOverhead ?? VM.deltaOverhead.value;
  const snapshots = (entry.snapshots ?? []).map((snapshot, index): InitialSnapshotPlan => {
    const origin = `vms.${name}.snapshots.${index}`;
    const place = (key: string) => placeAt(draft.root, ['vms', name, 'snapshots', index, key]);
    const refuse = (limit: string) =>
      draft.problems.add(place('size'), `no delta of this VM reaches ${formatSize(snapshot.size)}`, { expected: limit });
    const reach = (writes.workingSetBytes ?? Number.POSITIVE_INFINITY) * overhead;
    if (snapshot.size > entry.size) refuse(`at most the disk's size, ${formatSize(entry.size)}`);
    else if (writes.law === 'working-set' && snapshot.size >= reach) refuse(`less than the working set, ${formatSize(reach)}`);
    else if (writes.law === 'power' && changedBytesPerDay === 0) refuse('`writes.changed` above zero: the guest changes nothing');
    const kind = draft.assumptions.fill(snapshot.kind, `${origin}.kind`, VM.snapshotKind);
    if (draft.clock === null) return { kind, takenMs: -1, sizeBytes: snapshot.size };
    const takenMs = resolveNoted(draft.clock.zone, snapshot.taken, `${origin}.taken`, draft.assumptions) - draft.clock.startEpochMs;
    if (takenMs >= 0)
      draft.problems.add(place('taken'), 'the snapshot is taken after the start', { expected: 'a time before the start of the scenario' });
    return { kind, takenMs, sizeBytes: snapshot.size };
  });
  return snapshots.sort((a, b) => a.takenMs - b.takenMs);
}

function planInstance(seed: string, group: Group, name: string): VmPlan {
  const spread = (what: string) => (group.vary === 0 ? 1 : 1 + group.vary * (2 * openStream(`${seed}/vm/${name}/vary/${what}`)() - 1));
  const usedBytes = Math.min(group.sizeBytes, Math.round(group.usedBytes * spread('used')));
  const statedRate = group.writes.rateBytesPerSecond;
  const rate = statedRate === null ? null : statedRate * spread('rate');
  const changed = group.changedOf(usedBytes) * spread('changed');
  const disk: DiskPlan = {
    ...group.disk,
    sizeBytes: group.sizeBytes,
    usedBytes,
    writes: { ...group.writes, rateBytesPerSecond: rate, changedBytesPerDay: withinLaw(group, changed, rate) },
  };
  return { ...group.vm, name, disks: [disk] };
}

/** Variation, and a default that meets a stated rate, must not make input that would be refused if somebody had written it. */
function withinLaw(group: Group, changed: number, rate: number | null): number {
  const { law, workingSetBytes } = group.writes;
  if (law === 'power' && rate !== null && (group.vary > 0 || group.changedIsAssumed)) return Math.min(changed, rate * SECONDS_PER_DAY);
  if (law === 'working-set' && rate === null && workingSetBytes !== null && group.vary > 0) {
    return Math.min(changed, Math.max(group.changedOf(group.usedBytes), workingSetBytes * MAX_SHARE_OF_WORKING_SET));
  }
  return changed;
}
