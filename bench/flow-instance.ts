/** Transfers over disks and links, each across one disk and one link: the instance that both sides of a comparison get, in one unit system. */
import { FlowNetwork } from '../sim/flow/network.ts';
import { EventClass, Kernel } from '../sim/kernel/kernel.ts';
import { openStream } from '../sim/kernel/streams.ts';

export interface InstanceFlow {
  startMs: number;
  /** A multiple of every weight, so that a flow of weight w can be given as w equal ones. */
  bytes: number;
  /** Bytes per millisecond; 0: none. */
  cap: number;
  weight: number;
  disk: number;
  link: number;
}

export interface Instance {
  /** Bytes per millisecond: the disks first, then the links. */
  capacities: number[];
  /** In the order of their start. */
  flows: InstanceFlow[];
}

export interface InstanceShape {
  seed: string;
  flows: number;
  disks: number;
  links: number;
  /** Disks and links fall into so many groups that share no flow. */
  components: number;
  /** Starts are spread evenly over so long; 0: all at once. */
  spreadMs: number;
  /** Weights are drawn from 1 to this. */
  heaviest: number;
}

const MEGABYTE = 1e6;
/** Divisible by every weight up to 4. */
const BYTES_STEP = 12 * MEGABYTE;

export function makeInstance(shape: InstanceShape): Instance {
  const draw = openStream(shape.seed);
  const between = (low: number, high: number): number => low + Math.floor(draw() * (high - low + 1));
  const disksPerGroup = shape.disks / shape.components;
  const linksPerGroup = shape.links / shape.components;
  const disks = Array.from({ length: shape.disks }, () => (between(200, 600) * MEGABYTE) / 1000);
  const links = Array.from({ length: shape.links }, () => (1250 * MEGABYTE) / 1000);
  const flows = Array.from({ length: shape.flows }, (): InstanceFlow => {
    const group = between(0, shape.components - 1);
    return {
      startMs: shape.spreadMs === 0 ? 0 : between(0, shape.spreadMs),
      bytes: between(1600, 16_000) * BYTES_STEP,
      cap: draw() < 0.5 ? (between(50, 150) * MEGABYTE) / 1000 : 0,
      weight: between(1, shape.heaviest),
      disk: group * disksPerGroup + between(0, disksPerGroup - 1),
      link: shape.disks + group * linksPerGroup + between(0, linksPerGroup - 1),
    };
  });
  flows.sort((a, b) => a.startMs - b.startMs);
  return { capacities: [...disks, ...links], flows };
}

/** Runs an instance through the network's public interface; returns the finish of each flow in milliseconds, and how often rates were solved. */
export function throughNetwork({ capacities, flows }: Instance): { finishMs: number[]; solves: number } {
  const kernel = new Kernel({ eventsPerInstant: 10 * flows.length, eventsInAll: 10 * flows.length });
  const finishMs = flows.map(() => Number.NaN);
  const network = new FlowNetwork(kernel, {
    completed: (owner) => {
      finishMs[owner] = kernel.nowMs;
    },
    resourceSolved: () => {},
  });
  for (const capacity of capacities) network.addResource(capacity);
  const start = kernel.handle((owner) => {
    const flow = flows[owner] as InstanceFlow;
    network.addFlow({
      weight: flow.weight,
      cap: flow.cap === 0 ? Number.POSITIVE_INFINITY : flow.cap,
      bytes: flow.bytes,
      uses: [
        { resource: flow.disk, perByte: 1 },
        { resource: flow.link, perByte: 1 },
      ],
      elastic: true,
      owner,
    });
  });
  for (const [owner, flow] of flows.entries()) kernel.schedule(flow.startMs, EventClass.stage, start, owner);
  kernel.run(Number.MAX_SAFE_INTEGER, { advance: () => {}, settle: () => false, settleLast: () => false, solve: () => network.solve() });
  return { finishMs, solves: network.solveCount };
}

/** The largest difference of a flow's duration from another engine's, as a fraction; Infinity when one never ended. */
export function largestDifference({ flows }: Instance, finishMs: readonly number[], otherMs: readonly number[]): number {
  let largest = 0;
  for (const [index, { startMs }] of flows.entries()) {
    const other = (otherMs[index] as number) - startMs;
    const difference = Math.abs((finishMs[index] as number) - startMs - other) / other;
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return largest;
}
