import type { Identity, Inventory, VmRow } from './inventory.ts';
import { isClusterService } from './vms.ts';

const kinds = ['vm', 'host', 'datastore', 'cluster', 'folder', 'tag', 'vcenter'] as const;
type Kind = (typeof kinds)[number];

/** Original names by invented name, by kind. */
export type NameKey = Record<Kind, Record<string, string>>;

/**
 * Hands out invented names: always the same for the same original, numbered in the order of asking, and never one that is an original name itself.
 */
export class InventedNames {
  readonly #originals: ReadonlySet<string>;
  readonly #invented: Record<Kind, Map<string, string>>;
  readonly #taken = new Set<string>();

  /** `originals` are all names of the inventory; `known` is the key of an earlier import, whose names are kept. */
  constructor(originals: Iterable<string>, known?: NameKey) {
    this.#originals = new Set([...originals].map((name) => name.toLowerCase()));
    const namesOf = (kind: Kind) => new Map(Object.entries(known?.[kind] ?? {}).map(([invented, original]) => [original, invented]));
    this.#invented = Object.fromEntries(kinds.map((kind) => [kind, namesOf(kind)])) as Record<Kind, Map<string, string>>;
    for (const names of Object.values(this.#invented)) for (const name of names.values()) this.#taken.add(name);
  }

  of(kind: Kind, original: string): string {
    const names = this.#invented[kind];
    const known = names.get(original);
    if (known !== undefined) return known;
    // Cluster service VMs are set aside by their name.
    const stem = kind === 'vm' && isClusterService(original) ? 'vCLS' : kind;
    let number = names.size;
    let name: string;
    do name = `${stem}-${String(++number).padStart(kind === 'vm' ? 4 : 2, '0')}`;
    while (this.#taken.has(name) || this.#originals.has(name.toLowerCase()));
    names.set(original, name);
    this.#taken.add(name);
    return name;
  }

  key(): NameKey {
    const section = (kind: Kind) => Object.fromEntries([...this.#invented[kind]].map(([original, invented]) => [invented, original]));
    return Object.fromEntries(kinds.map((kind) => [kind, section(kind)])) as NameKey;
  }
}

/** A key as it was written, or undefined for anything else. */
export function parseNameKey(text: string): NameKey | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const isKey =
    isRecord(value) && kinds.every((kind) => isRecord(value[kind]) && Object.values(value[kind]).every((original) => typeof original === 'string'));
  return isKey ? (value as NameKey) : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every name of the inventory that could reach the scenario or the report. */
export function originalNames(inventory: Inventory): string[] {
  const rows: VmRow[] = [...inventory.vms, ...inventory.disks, ...inventory.partitions, ...inventory.snapshots];
  return [
    ...rows.flatMap(({ vm, identity: { host, cluster, folder, serverName } }) => [vm, host, cluster, folder, serverName]),
    ...[...inventory.vms, ...inventory.disks].map((row) => row.datastore),
    ...inventory.datastores.flatMap((datastore) => [datastore.name, ...datastore.hosts]),
    ...inventory.hosts.map((host) => host.name),
  ].filter((name) => name !== undefined);
}

/** The same inventory, row for row, under invented names. */
export function anonymise(inventory: Inventory, names: InventedNames): Inventory {
  const invent = (kind: Kind, name: string | undefined) => (name === undefined ? undefined : names.of(kind, name));
  const identity = (original: Identity): Identity => ({
    ...original,
    serverName: invent('vcenter', original.serverName),
    cluster: invent('cluster', original.cluster),
    host: invent('host', original.host),
    folder: invent('folder', original.folder?.replace(/^\/+|\/+$/g, '')),
  });
  const row = <Row extends VmRow>(original: Row): Row => ({ ...original, vm: names.of('vm', original.vm), identity: identity(original.identity) });
  return {
    ...inventory,
    vms: inventory.vms.map((vm) => ({ ...row(vm), tags: vm.tags.map((tag) => inventTag(tag, names)), datastore: invent('datastore', vm.datastore) })),
    disks: inventory.disks.map((disk) => ({ ...row(disk), disk: `disk of row ${disk.row}`, datastore: invent('datastore', disk.datastore) })),
    partitions: inventory.partitions.map(row),
    snapshots: inventory.snapshots.map(row),
    datastores: inventory.datastores.map((datastore) => ({
      ...datastore,
      name: names.of('datastore', datastore.name),
      serverName: invent('vcenter', datastore.serverName),
      hosts: datastore.hosts.map((host) => names.of('host', host)),
    })),
    hosts: inventory.hosts.map((host) => ({ ...host, name: names.of('host', host.name) })),
  };
}

/** Clusters and folders keep their prefix; other tags are somebody's own words from the first to the last. */
function inventTag(tag: string, names: InventedNames): string {
  const [, kind, name] = /^(cluster|folder):(.*)$/s.exec(tag) ?? [];
  return kind === undefined || name === undefined ? names.of('tag', tag) : `${kind}:${names.of(kind as 'cluster' | 'folder', name)}`;
}

/** The same report with every text that holds one of the given ones holding its replacement instead. */
export function replaceTexts<T>(value: T, replacements: ReadonlyMap<string, string>): T {
  if (typeof value === 'string') {
    let text: string = value;
    for (const [original, replacement] of replacements) text = text.replaceAll(original, replacement);
    return text as T;
  }
  if (Array.isArray(value)) return value.map((item: unknown) => replaceTexts(item, replacements)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceTexts(item as unknown, replacements)])) as T;
}
