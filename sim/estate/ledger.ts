/**
 * What everybody on a datastore holds at an instant. One is taken at every new peak and only the last is read, so taking it notes figures, and the entries
 * are made when they are asked for.
 */
import type { LedgerEntry } from '../result.ts';
import type { Datastore } from './datastore.ts';
import { heldBytes } from './delta.ts';
import type { Disk } from './disk.ts';

/** A delta of the disk at `place`. */
interface HeldDelta {
  place: number;
  entry: LedgerEntry;
}

export class Ledger {
  private readonly datastore: Datastore;
  private readonly otherBytes: number;
  /** By the disks' places. */
  private readonly baseBytes: Float64Array;
  /** In the order of the disks, of each the bottom first. */
  private readonly deltas: HeldDelta[] = [];
  private readonly files: LedgerEntry[];

  constructor(datastore: Datastore, nowMs: number) {
    const { disks } = datastore;
    this.datastore = datastore;
    this.otherBytes = datastore.otherUsedAt(nowMs);
    this.baseBytes = new Float64Array(disks.length);
    for (let place = 0; place < disks.length; place++) this.baseBytes[place] = (disks[place] as Disk).baseBytesAt(nowMs);
    for (const { chain, place, vm } of datastore.chainedDisks()) {
      for (const delta of chain) {
        const entry: LedgerEntry = { owner: vm.name, kind: delta.kind, bytes: Math.ceil(heldBytes(delta, nowMs)) };
        if (delta.run !== null) entry.run = delta.run;
        this.deltas.push({ place, entry });
      }
    }
    this.files = datastore.files.map((file) => ({ owner: file.vm, kind: 'fleece', bytes: Math.ceil(file.bytesAt(nowMs)), run: file.run }));
  }

  /** Every byte in use by its owner, whole bytes, largest first; owners of nothing are left out. */
  entries(): LedgerEntry[] {
    const { datastore, deltas } = this;
    const entries: LedgerEntry[] = [{ owner: datastore.name, kind: 'other', bytes: Math.ceil(this.otherBytes) }];
    let next = 0;
    for (const { place, thin, startUsedBytes, vm } of datastore.disks) {
      const base = this.baseBytes[place] as number;
      const grown = thin ? Math.max(0, Math.ceil(base - startUsedBytes)) : 0;
      entries.push({ owner: vm.name, kind: 'base', bytes: Math.ceil(base) - grown });
      entries.push({ owner: vm.name, kind: 'growth', bytes: grown });
      for (; deltas[next]?.place === place; next++) entries.push((deltas[next] as HeldDelta).entry);
    }
    entries.push(...this.files);
    return entries.filter((entry) => entry.bytes > 0).sort((a, b) => b.bytes - a.bytes);
  }
}
