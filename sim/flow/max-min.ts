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

/** Reused between calls: flows with a cap that are still open. */
const capped: number[] = [];

/**
 * Sets `nextRate` and `nextBottleneck` of each flow of one component. `resources` are those that may bind, in ascending order and marked with `stamp`; `all`
 * is indexed by number. A flow may cross further resources: those cannot bind.
 */
export function shareOut(table: FlowTable, flows: readonly number[], resources: readonly Resource[], all: readonly Resource[], stamp: number): void {
  for (const resource of resources) open(resource, table.weight);
  let lowestCap = collectCapped(table, flows);
  let left = flows.length;
  let level = 0;
  while (left > 0) {
    const tightest = tightestOf(resources, level);
    const ceiling = tightest === null ? Infinity : levelOf(tightest, level);
    // Caps below the tightest resource bind first; fixing them only leaves more to the others, so all of them may be fixed together.
    if (lowestCap <= ceiling && capped.length > 0) {
      const before = capped.length;
      lowestCap = fixCapped(table, ceiling, all, stamp);
      left -= before - capped.length;
      continue;
    }
    if (tightest === null) throw new Error('a flow without a cap crosses no resource that could hold it back');
    level = ceiling;
    for (const slot of tightest.flows) {
      if (table.nextBottleneck[slot] !== OPEN) continue;
      fix(table, slot, (table.weight[slot] as number) * level, tightest.id, all, stamp);
      left--;
    }
    if (capped.length > 0) lowestCap = dropFixed(table);
  }
}

function open(resource: Resource, weights: Float64Array): void {
  let sum = 0;
  const { flows, perByte } = resource;
  for (let i = 0; i < flows.length; i++) sum += (weights[flows[i] as number] as number) * (perByte[i] as number);
  resource.openWeight = sum;
  resource.openCount = flows.length;
  resource.fixed = 0;
}

/** Opens all flows and lists those with a cap; returns the lowest level at which one binds. */
function collectCapped(table: FlowTable, flows: readonly number[]): number {
  const { cap, weight, capLevel, nextBottleneck } = table;
  capped.length = 0;
  let lowest = Infinity;
  for (let i = 0; i < flows.length; i++) {
    const slot = flows[i] as number;
    nextBottleneck[slot] = OPEN;
    if (cap[slot] === Infinity) continue;
    const level = (cap[slot] as number) / (weight[slot] as number);
    capLevel[slot] = level;
    capped.push(slot);
    if (level < lowest) lowest = level;
  }
  return lowest;
}

/** Fixes every open flow whose cap binds by `ceiling`; returns the lowest level of those that stay. */
function fixCapped(table: FlowTable, ceiling: number, all: readonly Resource[], stamp: number): number {
  let kept = 0;
  let lowest = Infinity;
  for (let i = 0; i < capped.length; i++) {
    const slot = capped[i] as number;
    const level = table.capLevel[slot] as number;
    if (level <= ceiling) fix(table, slot, table.cap[slot] as number, AT_CAP, all, stamp);
    else {
      capped[kept++] = slot;
      if (level < lowest) lowest = level;
    }
  }
  capped.length = kept;
  return lowest;
}

/** Forgets the capped flows that a resource has fixed; returns the lowest level of those that stay. */
function dropFixed(table: FlowTable): number {
  let kept = 0;
  let lowest = Infinity;
  for (let i = 0; i < capped.length; i++) {
    const slot = capped[i] as number;
    if (table.nextBottleneck[slot] !== OPEN) continue;
    capped[kept++] = slot;
    const level = table.capLevel[slot] as number;
    if (level < lowest) lowest = level;
  }
  capped.length = kept;
  return lowest;
}

function tightestOf(resources: readonly Resource[], level: number): Resource | null {
  let tightest: Resource | null = null;
  let lowest = Infinity;
  for (let i = 0; i < resources.length; i++) {
    const resource = resources[i] as Resource;
    if (resource.openCount === 0) continue;
    const own = levelOf(resource, level);
    if (own < lowest) {
      lowest = own;
      tightest = resource;
    }
  }
  return tightest;
}

/** The level at which a resource is full; never below the level already reached. */
function levelOf(resource: Resource, reached: number): number {
  const own = (resource.capacity - resource.fixed) / resource.openWeight;
  return own > reached ? own : reached;
}

function fix(table: FlowTable, slot: number, rate: number, bottleneck: number, all: readonly Resource[], stamp: number): void {
  table.nextRate[slot] = rate;
  table.nextBottleneck[slot] = bottleneck;
  const weight = table.weight[slot] as number;
  const from = slot * table.stride;
  const to = from + (table.useCount[slot] as number);
  for (let use = from; use < to; use++) {
    const resource = all[table.useResource[use] as number] as Resource;
    if (resource.mark !== stamp) continue;
    const perByte = table.usePerByte[use] as number;
    resource.fixed += rate * perByte;
    resource.openWeight -= weight * perByte;
    resource.openCount--;
  }
}
