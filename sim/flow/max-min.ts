/**
 * Weighted max-min fair sharing by progressive filling: one level rises for all flows at once, a flow's rate being its weight times the level, until a
 * cap or a resource binds; what is bound is fixed and the level rises on for the rest. Sums start from zero in each call and run in the given order, and
 * among resources that bind at one level the lowest number decides, so the result depends on nothing but the arguments.
 */
import type { SolverFlow, SolverResource } from './network.ts';

/** `bottleneck` of a flow that its own cap holds back. */
const CAP = -1;
const OPEN = -2;

/** Sets `rate` and `bottleneck` of each flow. `all` is indexed by resource number; `resources` are those that the flows cross. */
export function shareOut(flows: SolverFlow[], resources: SolverResource[], all: readonly SolverResource[]): void {
  for (const resource of resources) {
    resource.fixed = 0;
    resource.active = 0;
    resource.activeCount = 0;
  }
  for (const flow of flows) {
    flow.bottleneck = OPEN;
    flow.level = flow.cap / flow.weight;
    for (const use of flow.uses) {
      const resource = all[use.resource] as SolverResource;
      resource.active += flow.weight * use.perByte;
      resource.activeCount++;
    }
  }
  let open = flows;
  let level = 0;
  while (open.length > 0) {
    const tightest = tightestOf(resources, level);
    const ceiling = tightest === null ? Infinity : levelOf(tightest, level);
    // Caps below the tightest resource bind first; fixing them only leaves more to the others, so all of them may be fixed together.
    let capped = 0;
    for (const flow of open) {
      if (flow.level > ceiling) continue;
      fix(flow, flow.cap, CAP, all);
      capped++;
    }
    if (capped === 0) {
      if (tightest === null) throw new Error('a flow without a cap crosses no resource');
      level = ceiling;
      for (const flow of open) if (crosses(flow, tightest.id)) fix(flow, flow.weight * level, tightest.id, all);
      // Its flows are all fixed now; rounding must not leave a remainder behind.
      tightest.activeCount = 0;
    }
    open = open.filter((flow) => flow.bottleneck === OPEN);
  }
}

function tightestOf(resources: SolverResource[], level: number): SolverResource | null {
  let tightest: SolverResource | null = null;
  let lowest = Infinity;
  for (const resource of resources) {
    if (resource.activeCount === 0) continue;
    const own = levelOf(resource, level);
    if (own < lowest) {
      lowest = own;
      tightest = resource;
    }
  }
  return tightest;
}

/** The level at which a resource is full; never below the level already reached. */
function levelOf(resource: SolverResource, reached: number): number {
  const own = (resource.capacity - resource.fixed) / resource.active;
  return own > reached ? own : reached;
}

function fix(flow: SolverFlow, rate: number, bottleneck: number, all: readonly SolverResource[]): void {
  flow.rate = rate;
  flow.bottleneck = bottleneck;
  for (const use of flow.uses) {
    const resource = all[use.resource] as SolverResource;
    resource.fixed += rate * use.perByte;
    resource.active -= flow.weight * use.perByte;
    resource.activeCount--;
  }
}

function crosses(flow: SolverFlow, resource: number): boolean {
  for (const use of flow.uses) if (use.resource === resource) return true;
  return false;
}
