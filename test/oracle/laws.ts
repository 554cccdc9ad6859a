/** How the unique bytes of a delta follow from the bytes written (MODEL.md 2). */
export type Law =
  | { kind: 'append' }
  | { kind: 'working-set'; workingSetBytes: number }
  | { kind: 'power'; changedBytesPerDay: number; writtenBytesPerDay: number; exponent: number };

/** Unique bytes after `writtenBytes` have been written since the delta, or the base of a job, began. */
export function uniqueBytes(law: Law, writtenBytes: number): number {
  if (writtenBytes <= 0) return 0;
  if (law.kind === 'append') return writtenBytes;
  if (law.kind === 'working-set') return law.workingSetBytes * (1 - Math.exp(-writtenBytes / law.workingSetBytes));
  return Math.min(writtenBytes, law.changedBytesPerDay * (writtenBytes / law.writtenBytesPerDay) ** law.exponent);
}

/** How many of the next bytes written are unique, per byte. */
export function uniquePerByte(law: Law, writtenBytes: number): number {
  if (law.kind === 'append') return 1;
  if (law.kind === 'working-set') return Math.exp(-writtenBytes / law.workingSetBytes);
  const unique = uniqueBytes(law, writtenBytes);
  return unique < writtenBytes ? (law.exponent * unique) / writtenBytes : 1;
}

/** The law of a workload that has grown by a factor; a working set stays as large as it is. */
export function grownLaw(law: Law, factor: number): Law {
  if (law.kind !== 'power') return law;
  return { ...law, changedBytesPerDay: law.changedBytesPerDay * factor, writtenBytesPerDay: law.writtenBytesPerDay * factor };
}

/** The written bytes that leave `unique` unique bytes behind, found by bisection. */
export function writtenBytesFor(law: Law, unique: number): number {
  if (unique <= 0) return 0;
  let high = unique;
  while (!(uniqueBytes(law, high) >= unique)) {
    high *= 2;
    if (high > 1e30) throw new Error(`a delta of ${unique} bytes is beyond what the write law can reach`);
  }
  let low = 0;
  for (let halving = 0; halving < 200; halving++) {
    const middle = (low + high) / 2;
    if (uniqueBytes(law, middle) < unique) low = middle;
    else high = middle;
  }
  return high;
}

const READ_SPEED_BY_DEPTH = [1, 0.65, 0.5, 0.4, 0.35, 0.3, 0.25];

/** m(d): the speed of random reads through `depth` snapshots, 1 without any. */
export function readSpeed(depth: number): number {
  // READING: beyond ten snapshots the factor stays at 0.15.
  return READ_SPEED_BY_DEPTH[depth] ?? 0.25 - (0.1 * (Math.min(depth, 10) - 6)) / 4;
}
