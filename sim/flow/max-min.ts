/**
 * Weighted max-min fair sharing by progressive filling: one level rises for all flows at once, a flow's rate being its weight times the level, until a
 * cap or a resource binds; what is bound is fixed and the level rises on for the rest. Sums start from zero in each call, a resource's flows in the order
 * of their creation, and among resources that bind at one level the lowest number decides, so the result depends on nothing but the component.
 */
import type { FlowTable } from './flow-table.ts';
import type { Resource } from './resource.ts';

/** Bottleneck of a flow that its own cap holds back. */
export const AT_CAP = -1;
const OPEN = -2;
/** In place of a level that has to be computed. */
const STALE = -1;

/** Reused between calls, as arrays of numbers for speed. Flows with a cap that are still open: */
let capped = new Int32Array(256);
let cappedCount = 0;
/** No open flow's cap binds below this level. */
let lowestCap = Infinity;
/** Resources that still have open flows, in ascending order: */
let open = new Int32Array(64);
let openResources = 0;
/** By resource: what fixed flows take, weight of the open ones, their number, and the level at which it is full. */
let fixed = new Float64Array(64);
let openWeight = new Float64Array(64);
let openCount = new Int32Array(64);
let fullAt = new Float64Array(64);

/**
 * Sets `nextRate` and `nextBottleneck` of each flow of one component. `resources` are those that may bind, in ascending order; `all` is indexed by number.
 * Of both lists only the first so many count.
 * A flow may cross further resources: those cannot bind, and what is summed up for them nobody reads.
 */
export function shareOut(
  table: FlowTable,
  flows: Int32Array,
  flowCount: number,
  resources: readonly Resource[],
  resourceCount: number,
  all: readonly Resource[],
): void {
  if (fixed.length < all.length) growResources(all.length * 2);
  if (capped.length < flowCount) capped = new Int32Array(flowCount * 2);
  openAll(resources, resourceCount, table.weight);
  collectCapped(table, flows, flowCount);
  let left = flowCount;
  let level = 0;
  while (left > 0) {
    const tightest = tightestOf(all, level);
    const own = tightest < 0 ? Infinity : (fullAt[tightest] as number);
    // Never below the level already reached.
    const ceiling = own > level ? own : level;
    // Caps below the tightest resource bind first; fixing them only leaves more to the others, so all of them may be fixed together.
    if (lowestCap <= ceiling && cappedCount > 0) {
      left -= fixCapped(table, ceiling);
      continue;
    }
    if (tightest < 0) throw new Error('a flow without a cap crosses no resource that could hold it back');
    level = ceiling;
    left -= fixAt(table, all[tightest] as Resource, level);
  }
}

function openAll(resources: readonly Resource[], count: number, weights: Float64Array): void {
  openResources = count;
  for (let i = 0; i < count; i++) {
    const { flows, perByte, flowCount, id } = resources[i] as Resource;
    let sum = 0;
    for (let at = 0; at < flowCount; at++) sum += (weights[flows[at] as number] as number) * (perByte[at] as number);
    open[i] = id;
    openWeight[id] = sum;
    openCount[id] = flowCount;
    fixed[id] = 0;
    fullAt[id] = STALE;
  }
}

/** Opens all flows and lists those with a cap. */
function collectCapped(table: FlowTable, flows: Int32Array, count: number): void {
  const { cap, weight, capLevel, nextBottleneck } = table;
  cappedCount = 0;
  let lowest = Infinity;
  for (let i = 0; i < count; i++) {
    const slot = flows[i] as number;
    nextBottleneck[slot] = OPEN;
    if (cap[slot] === Infinity) continue;
    const level = (cap[slot] as number) / (weight[slot] as number);
    capLevel[slot] = level;
    capped[cappedCount++] = slot;
    if (level < lowest) lowest = level;
  }
  lowestCap = lowest;
}

/** Fixes every open flow whose cap binds by `ceiling`, and forgets those that a resource has fixed; returns how many it fixed. */
function fixCapped(table: FlowTable, ceiling: number): number {
  const { cap, capLevel, nextBottleneck } = table;
  let kept = 0;
  let count = 0;
  let lowest = Infinity;
  for (let i = 0; i < cappedCount; i++) {
    const slot = capped[i] as number;
    if (nextBottleneck[slot] !== OPEN) continue;
    const level = capLevel[slot] as number;
    if (level <= ceiling) {
      fix(table, slot, cap[slot] as number, AT_CAP);
      count++;
    } else {
      capped[kept++] = slot;
      if (level < lowest) lowest = level;
    }
  }
  cappedCount = kept;
  lowestCap = lowest;
  return count;
}

/** Fixes every open flow of a resource at a level; returns their number. */
function fixAt(table: FlowTable, { id, flows, flowCount }: Resource, level: number): number {
  const { nextBottleneck, weight } = table;
  let count = 0;
  for (let i = 0; i < flowCount; i++) {
    const slot = flows[i] as number;
    if (nextBottleneck[slot] !== OPEN) continue;
    fix(table, slot, (weight[slot] as number) * level, id);
    count++;
  }
  return count;
}

/** The resource that is full first, or -1. Only levels whose sums have changed are computed; resources without open flows leave the list. */
function tightestOf(all: readonly Resource[], reached: number): number {
  let tightest = -1;
  let lowest = Infinity;
  let kept = 0;
  for (let i = 0; i < openResources; i++) {
    const id = open[i] as number;
    if (openCount[id] === 0) continue;
    open[kept++] = id;
    let level = fullAt[id] as number;
    if (level === STALE) {
      const own = ((all[id] as Resource).capacity - (fixed[id] as number)) / (openWeight[id] as number);
      level = own > 0 ? own : 0;
      fullAt[id] = level;
    }
    if (level < reached) level = reached;
    if (level < lowest) {
      lowest = level;
      tightest = id;
    }
  }
  openResources = kept;
  return tightest;
}

function fix(table: FlowTable, slot: number, rate: number, bottleneck: number): void {
  const { useResource, usePerByte } = table;
  table.nextRate[slot] = rate;
  table.nextBottleneck[slot] = bottleneck;
  const weight = table.weight[slot] as number;
  const from = slot * table.stride;
  const to = from + (table.useCount[slot] as number);
  for (let use = from; use < to; use++) {
    const id = useResource[use] as number;
    const perByte = usePerByte[use] as number;
    fixed[id] = (fixed[id] as number) + rate * perByte;
    openWeight[id] = (openWeight[id] as number) - weight * perByte;
    openCount[id] = (openCount[id] as number) - 1;
    fullAt[id] = STALE;
  }
}

function growResources(length: number): void {
  open = new Int32Array(length);
  fixed = new Float64Array(length);
  openWeight = new Float64Array(length);
  openCount = new Int32Array(length);
  fullAt = new Float64Array(length);
}
