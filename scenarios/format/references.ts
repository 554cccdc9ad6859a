/** Names that must lead somewhere: checked on the text itself, so that one wrong value elsewhere hides no wrong name. */
import { type Groups, groupOfInstance, instanceName } from './names.ts';
import type { Problems } from './problems.ts';
import { checkChains } from './schedule/chains.ts';
import { SECTIONS, type Section } from './schema.ts';
import { MAX_DISKS, MAX_VMS } from './schema-vms.ts';
import { listNames, suggest } from './suggest.ts';
import { type MapTree, type Path, type Place, placeAt, type Tree, valueAt } from './tree.ts';

const WORDS: Record<Section, string> = {
  arrays: 'array',
  datastores: 'datastore',
  hosts: 'host',
  links: 'link',
  proxies: 'proxy',
  repositories: 'repository',
  vms: 'VM',
  jobs: 'job',
};

/** The way to a value inside an entry; null stands for each item of a list. */
type Keys = readonly (string | number | null)[];

/** Where a VM names the datastores of its disks. */
const DATASTORES_OF_VM: readonly Keys[] = [['datastore'], ['disks', null, 'datastore']];

/** Which key of which section's entries names what; a list names one in each item. */
const REFERENCES: readonly (readonly [section: Section, keys: Keys, target: Section])[] = [
  ['datastores', ['array'], 'arrays'],
  ...DATASTORES_OF_VM.map((keys) => ['vms', keys, 'datastores'] as const),
  ['vms', ['host'], 'hosts'],
  ['hosts', ['datastores'], 'datastores'],
  ['proxies', ['links'], 'links'],
  ['proxies', ['host'], 'hosts'],
  ['proxies', ['datastores'], 'datastores'],
  ['repositories', ['links'], 'links'],
  ['repositories', ['copyTo', 'repository'], 'repositories'],
  ['repositories', ['copyTo', 'links'], 'links'],
  ['jobs', ['proxies'], 'proxies'],
  ['jobs', ['repository'], 'repositories'],
  ['jobs', ['fleecing'], 'datastores'],
  ['jobs', ['schedule', 'after'], 'jobs'],
  ['jobs', ['vms', 'hosts'], 'hosts'],
  ['jobs', ['vms', 'datastores'], 'datastores'],
];

export function checkReferences(root: MapTree, problems: Problems): void {
  const known = Object.fromEntries(SECTIONS.map((section) => [section, new Set(entryNames(root, section))])) as Record<Section, Set<string>>;
  for (const [section, keys, target] of REFERENCES) {
    for (const name of known[section]) {
      for (const { text, place } of textsAt(root, [section, name, ...keys])) {
        if (!known[target].has(text)) unknownName(problems, place, WORDS[target], text, known[target]);
      }
    }
  }
  checkChains(root, problems);
  const groups = groupsOf(root);
  checkVmNames(root, groups, problems);
  const estate = new Estate(root, groups);
  for (const job of known.jobs) checkSelection(root, ['jobs', job, 'vms'], `job \`${job}\``, estate, problems);
  checkPolicy(root, known, estate, problems);
  checkRestores(root, groups, known.repositories, problems);
  checkFaults(root, groups, known, problems);
}

/** What faults are on. */
const FAULT_REFERENCES: readonly (readonly [key: string, target: Section])[] = [
  ['link', 'links'],
  ['host', 'hosts'],
  ['proxy', 'proxies'],
  ['datastore', 'datastores'],
  ['job', 'jobs'],
];

function checkFaults(root: MapTree, groups: Groups, known: Record<Section, ReadonlySet<string>>, problems: Problems): void {
  for (const [key, target] of FAULT_REFERENCES) {
    for (const { text, place } of textsAt(root, ['faults', null, key])) {
      if (!known[target].has(text)) unknownName(problems, place, WORDS[target], text, known[target]);
    }
  }
  for (const { text, place } of textsAt(root, ['faults', null, 'vm'])) {
    if (!groups.has(text) && groupOfInstance(groups, text) === null) unknownName(problems, place, 'VM', text, groups);
  }
  const accounts = new Set([...known.jobs].flatMap((job) => textsAt(root, ['jobs', job, 'account'])).map(({ text }) => text));
  for (const repository of known.repositories) {
    for (const { text } of textsAt(root, ['repositories', repository, 'copyTo', 'account'])) accounts.add(text);
  }
  for (const { text, place } of textsAt(root, ['faults', null, 'account'])) {
    if (!accounts.has(text)) unknownName(problems, place, 'account', text, accounts);
  }
}

/** For whom the rules of a policy are, and what is waived. */
function checkPolicy(root: MapTree, known: Record<Section, ReadonlySet<string>>, estate: Estate, problems: Problems): void {
  for (const [list, what] of [
    ['for', 'this entry'],
    ['waivers', 'this waiver'],
  ] as const) {
    const entries = valueAt(root, ['policy', list]);
    if (entries?.kind !== 'list') continue;
    for (const index of entries.items.keys()) {
      const path = ['policy', list, index];
      checkSelection(root, [...path, 'vms'], what, estate, problems);
      for (const section of ['datastores', 'repositories', 'proxies', 'jobs'] as const) {
        for (const { text, place } of textsAt(root, [...path, section])) {
          if (!known[section].has(text)) unknownName(problems, place, WORDS[section], text, known[section]);
        }
      }
    }
  }
}

/** A restore is of one VM, whose group's name does not do. */
function checkRestores(root: MapTree, groups: Groups, repositories: ReadonlySet<string>, problems: Problems): void {
  for (const { text, place } of textsAt(root, ['restores', null, 'vm'])) {
    const count = groups.get(text);
    if (count === undefined && groupOfInstance(groups, text) === null) unknownName(problems, place, 'VM', text, groups);
    else if (count !== undefined && count !== null)
      problems.add(place, `\`${text}\` is a group of VMs`, { expected: `one VM, such as \`${instanceName(text, 1)}\`` });
  }
  for (const { text, place } of textsAt(root, ['restores', null, 'repository'])) {
    if (!repositories.has(text)) unknownName(problems, place, WORDS.repositories, text, repositories);
  }
}

function entryNames(root: MapTree, section: string): string[] {
  const entries = valueAt(root, [section]);
  return entries?.kind === 'map' ? [...entries.entries.keys()] : [];
}

/** The texts of a scalar or of a list of scalars; anything else is the schema's to refuse. */
function textsAt(root: MapTree, path: Keys): { text: string; place: Place }[] {
  let found: Tree[] = [root];
  for (const step of path) {
    found = found.flatMap((tree) => (step === null ? (tree.kind === 'list' ? tree.items : []) : (valueAt(tree, [step]) ?? [])));
  }
  const scalars = found.flatMap((tree) => (tree.kind === 'list' ? tree.items : tree));
  return scalars.flatMap((one) => (one.kind === 'scalar' && typeof one.value === 'string' ? [{ text: one.value, place: one.place }] : []));
}

/** Comparing thousands of wrong names with thousands of right ones takes minutes, and nobody reads so many suggestions. */
const MAX_SUGGESTIONS = 100;

function unknownName(problems: Problems, place: Place, word: string, name: string, known: ReadonlySet<string> | ReadonlyMap<string, unknown>): void {
  if (problems.count >= MAX_SUGGESTIONS) {
    problems.add(place, `unknown ${word} \`${name}\``);
    return;
  }
  const names = [...known.keys()];
  const expected = names.length === 0 ? `the scenario has no ${word} at all` : `one of ${listNames(names)}`;
  problems.add(place, `unknown ${word} \`${name}\``, { expected, meant: suggest(name, names) });
}

/** A count that is no number is reported elsewhere; meanwhile every instance counts as known. */
function groupsOf(root: MapTree): Groups {
  return new Map(
    entryNames(root, 'vms').map((name) => {
      const count = valueAt(root, ['vms', name, 'count']);
      if (count === undefined) return [name, null];
      return [name, count.kind === 'scalar' && typeof count.value === 'number' ? count.value : Number.POSITIVE_INFINITY];
    }),
  );
}

function checkVmNames(root: MapTree, groups: Groups, problems: Problems): void {
  let total = 0;
  let disks = 0;
  for (const [name, count] of groups) {
    const instances = count === null ? 1 : Number.isFinite(count) ? count : 0;
    const list = valueAt(root, ['vms', name, 'disks']);
    total += instances;
    disks += instances * (list?.kind === 'list' ? list.items.length : 1);
    const group = groupOfInstance(groups, name);
    if (group === null) continue;
    const expected = `another name: \`vms.${group}\` counts out ${listNames([instanceName(group, 1)])} and so on`;
    problems.add(placeOfKey(root, name), `\`${name}\` is also the name of a VM of \`vms.${group}\``, { expected });
  }
  if (total > MAX_VMS) problems.add(placeAt(root, ['vms']), `the scenario has ${total} VMs`, { expected: `at most ${MAX_VMS}` });
  else if (disks > MAX_DISKS)
    problems.add(placeAt(root, ['vms']), `the VMs of the scenario have ${disks} disks`, { expected: `at most ${MAX_DISKS}` });
}

function placeOfKey(root: MapTree, name: string): Place {
  const vms = valueAt(root, ['vms']);
  return (vms?.kind === 'map' ? vms.entries.get(name)?.key : undefined) ?? root.place;
}

/** Which groups carry a tag, run on a host, lie on a datastore. */
class Estate {
  readonly groups: Groups;
  private readonly index = new Map<string, string[]>();

  constructor(root: MapTree, groups: Groups) {
    this.groups = groups;
    for (const group of groups.keys()) {
      for (const [property, keys] of [
        ['tags', ['tags']],
        ['hosts', ['host']],
        ...DATASTORES_OF_VM.map((keys) => ['datastores', keys] as const),
      ] as const) {
        for (const { text } of textsAt(root, ['vms', group, ...keys])) {
          const at = `${property} ${text}`;
          const list = this.index.get(at);
          if (list === undefined) this.index.set(at, [group]);
          else list.push(group);
        }
      }
    }
  }

  with(property: 'tags' | 'hosts' | 'datastores', value: string): string[] {
    return this.index.get(`${property} ${value}`) ?? [];
  }

  tags(): string[] {
    return [...this.index.keys()].filter((at) => at.startsWith('tags ')).map((at) => at.slice('tags '.length));
  }
}

/** What a selection takes: whole groups, and single instances of other groups. `who` selects. */
function checkSelection(root: MapTree, path: Path, who: string, estate: Estate, problems: Problems): void {
  const stated = valueAt(root, path);
  if (stated === undefined || stated.kind === 'list' || (stated.kind === 'scalar' && stated.value !== 'all')) return;
  const before = problems.count;
  const whole = new Set<string>(stated.kind === 'scalar' ? estate.groups.keys() : []);
  const single = new Set<string>();
  for (const { text, place } of textsAt(root, [...path, 'names'])) {
    if (estate.groups.has(text)) whole.add(text);
    else if (groupOfInstance(estate.groups, text) !== null) single.add(text);
    else unknownName(problems, place, 'VM', text, estate.groups);
  }
  for (const { text, place } of textsAt(root, [...path, 'tags'])) {
    const groups = estate.with('tags', text);
    if (groups.length === 0) unknownName(problems, place, 'tag', text, new Set(estate.tags()));
    for (const group of groups) whole.add(group);
  }
  for (const property of ['hosts', 'datastores'] as const) {
    for (const { text, place } of textsAt(root, [...path, property])) {
      const groups = estate.with(property, text);
      const known = valueAt(root, [property, text]) !== undefined;
      if (groups.length === 0 && known)
        problems.add(place, `no VM is on the ${WORDS[property]} \`${text}\``, { expected: `a ${WORDS[property]} with VMs` });
      for (const group of groups) whole.add(group);
    }
  }
  const without = { groups: new Set<string>(), singles: new Map<string, number>(), names: new Set<string>() };
  for (const { text, place } of textsAt(root, [...path, 'except'])) {
    const group = groupOfInstance(estate.groups, text);
    if (estate.groups.has(text)) without.groups.add(text);
    else if (group === null) unknownName(problems, place, 'VM', text, estate.groups);
    else if (!without.names.has(text)) {
      without.names.add(text);
      without.singles.set(group, (without.singles.get(group) ?? 0) + 1);
    }
  }
  if (problems.count > before) return;
  const someWhole = [...whole].some((group) => !without.groups.has(group) && (without.singles.get(group) ?? 0) < (estate.groups.get(group) ?? 1));
  const someSingle = [...single].some((name) => !without.names.has(name) && !without.groups.has(groupOfInstance(estate.groups, name) as string));
  if (!someWhole && !someSingle) problems.add(placeAt(root, path), `${who} selects no VM`, { expected: 'at least one VM' });
}
