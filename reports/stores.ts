/** How full datastores and repositories get, as rows of a table. */
import type { DatastoreResult, RepositoryResult } from '../sim/result.ts';
import type { ReportContext } from './context.ts';
import { hanging, type Paint, table } from './layout.ts';
import { describeOwners, groupLedger } from './ledger.ts';
import { formatShort } from './time.ts';
import { formatBytes, formatCount, formatShare, printable, shorten } from './units.ts';

const NAME_COLUMNS = 20;
/** Owners of one datastore that are named. */
const MAX_OWNERS = 5;

/** With a title, the fullest first, at most `most` rows; empty where there is none. */
export function datastoreTable(context: ReportContext, paint: Paint, most = Infinity): string[] {
  const all = byPeak(context.result.datastores);
  const shown = all.slice(0, most);
  if (shown.length === 0) return [];
  const rows = shown.map(([name, datastore]) => [...spaceCells(context, name, datastore), formatBytes(datastore.minFreeBytes)]);
  return [
    paint('title', 'DATASTORES'),
    ...table(['name', 'capacity', 'fullest', '', 'when', 'least free'], rows, [0, 4]),
    ...moreLine(all, shown.length, 'datastore'),
  ];
}

/** As `datastoreTable`. */
export function repositoryTable(context: ReportContext, paint: Paint, most = Infinity): string[] {
  const all = byPeak(context.result.repositories);
  const shown = all.slice(0, most);
  if (shown.length === 0) return [];
  const rows = shown.map(([name, repository]) => spaceCells(context, name, repository));
  return [
    paint('title', 'REPOSITORIES'),
    ...table(['name', 'capacity', 'fullest', '', 'when'], rows, [0, 4]),
    ...moreLine(all, shown.length, 'repository', 'repositories'),
  ];
}

/** Who owns the bytes of each datastore at its fullest moment. */
export function ownerLines({ result }: ReportContext): string[] {
  return byPeak(result.datastores).flatMap(([name, datastore]) => {
    const groups = groupLedger(datastore.peakLedger);
    if (groups.length === 0) return [];
    const restBytes = groups.slice(MAX_OWNERS).reduce((sum, group) => sum + group.bytes, 0);
    const rest = restBytes > 0 ? [`others hold ${formatBytes(restBytes)}`] : [];
    return hanging('  ', `${printable(name)} at its fullest: ${[...groups.slice(0, MAX_OWNERS).map(describeOwners), ...rest].join('; ')}.`);
  });
}

type Filled = Pick<DatastoreResult & RepositoryResult, 'capacityBytes' | 'peakUsedBytes' | 'peakAtMs' | 'fullAtMs'>;

function fillOf(store: Filled): number {
  return store.peakUsedBytes / store.capacityBytes;
}

function byPeak<T extends Filled>(stores: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(stores).sort(([, a], [, b]) => Number(b.fullAtMs !== null) - Number(a.fullAtMs !== null) || fillOf(b) - fillOf(a));
}

function spaceCells(context: ReportContext, name: string, store: Filled): string[] {
  const when = formatShort(context.zone, store.fullAtMs ?? store.peakAtMs);
  return [
    shorten(printable(name), NAME_COLUMNS),
    formatBytes(store.capacityBytes),
    formatBytes(store.peakUsedBytes),
    store.fullAtMs === null ? formatShare(fillOf(store)) : 'FULL',
    when,
  ];
}

function moreLine(all: [string, Filled][], shownCount: number, one: string, many?: string): string[] {
  const next = all[shownCount];
  if (!next) return [];
  return [
    `  ... and ${formatCount(all.length - shownCount, `more ${one}`, `more ${many ?? `${one}s`}`)}, at most ${formatShare(fillOf(next[1]))} full`,
  ];
}
