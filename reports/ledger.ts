/** The peak ledger in words: who owned the bytes, gathered by kind and run, largest first. */
import type { LedgerEntry, LedgerKind } from '../sim/result.ts';
import { formatBytes, formatCount, printable } from './units.ts';

export interface OwnerGroup {
  kind: LedgerKind;
  /** For deltas only. */
  run: string | null;
  owners: string[];
  bytes: number;
}

/** Owners of one kind (and, for deltas, one run) together, largest sum first; entries without bytes are left out. */
export function groupLedger(ledger: readonly LedgerEntry[]): OwnerGroup[] {
  const groups = new Map<string, OwnerGroup>();
  for (const entry of ledger) {
    if (entry.bytes === 0) continue;
    const run = entry.run ?? null;
    const key = `${entry.kind} ${run ?? ''}`;
    const group = groups.get(key) ?? { kind: entry.kind, run, owners: [], bytes: 0 };
    if (group.owners.at(-1) !== entry.owner) group.owners.push(entry.owner);
    group.bytes += entry.bytes;
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.bytes - a.bytes || ((a.run ?? '') < (b.run ?? '') ? -1 : 1));
}

/** `40 deltas of nightly#118 hold 2.7 TiB`. */
export function describeOwners(group: OwnerGroup): string {
  return `${ownerWords(group)} ${formatBytes(group.bytes)}`;
}

function ownerWords(group: OwnerGroup): string {
  const count = group.owners.length;
  const hold = count === 1 ? 'holds' : 'hold';
  switch (group.kind) {
    case 'base':
      return `the ${formatCount(count, 'disk')} ${hold}`;
    case 'growth':
      return `growth of ${formatCount(count, 'disk')} holds`;
    case 'delta':
      return `${formatCount(count, 'delta')} of ${group.run === null ? 'backup jobs' : printable(group.run)} ${hold}`;
    case 'helper':
      return `${formatCount(count, 'helper delta')} of merges ${hold}`;
    case 'user':
      return `${formatCount(count, 'snapshot')} taken by hand ${hold}`;
    case 'orphan':
      return `${formatCount(count, 'left-over snapshot')} ${hold}`;
    default:
      return 'other data holds';
  }
}
