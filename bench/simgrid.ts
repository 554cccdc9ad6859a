/** SimGrid as a peer: compiles `simgrid-flows.cpp` when it can, and runs instances through it. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Instance } from './flow-instance.ts';
import { firstThatCan, output, WORK_FOLDER } from './measure.ts';

/** The plain fluid model: no latency, no return traffic, no window of TCP, no weights by latency. */
const MODEL = ['model:CM02', 'crosstraffic:0', 'TCP-gamma:0', 'weight-S:0'].map((option) => `--cfg=network/${option}`);

/** Its two ways to update rates; neither is the faster one everywhere. */
export const SIMGRID_MODES = ['Lazy', 'Full'] as const;
export type SimGridMode = (typeof SIMGRID_MODES)[number];

export interface SimGrid {
  version: string;
  program: string;
}

/** Compiles the program; returns what is missing as a text when that is not possible. */
export function findSimGrid(): SimGrid | string {
  const compiler = firstThatCan(['c++', 'g++', 'clang++'], ['--version']);
  if (compiler === null) return 'no C++ compiler (Debian: g++)';
  mkdirSync(WORK_FOLDER, { recursive: true });
  const program = join(WORK_FOLDER, 'simgrid-flows');
  try {
    output(compiler.program, ['-O2', '-std=c++17', join(import.meta.dirname, 'simgrid-flows.cpp'), '-lsimgrid', '-o', program]);
  } catch (error) {
    const header = ['/usr/include', '/usr/local/include'].some((folder) => existsSync(join(folder, 'simgrid/s4u.hpp')));
    return header ? `simgrid-flows.cpp does not compile: ${String(error)}` : 'no SimGrid (Debian: libsimgrid-dev)';
  }
  const version = /SimGrid version (\d+(?:\.\d+)*)/.exec(output(program, ['--version']))?.[1] ?? '(version unknown)';
  return { version: `SimGrid ${version}`, program };
}

/** Seconds that the simulation took, and the finish of each flow in milliseconds. */
export function throughSimGrid({ program }: SimGrid, mode: SimGridMode, { capacities, flows }: Instance): { seconds: number; finishMs: number[] } {
  const input = [
    `${capacities.length} ${capacities.map((capacity) => capacity * 1000).join(' ')}`,
    String(flows.length),
    ...flows.map((flow) => `${flow.startMs / 1000} ${flow.bytes} ${flow.cap * 1000} ${flow.weight} ${flow.disk} ${flow.link}`),
  ].join('\n');
  const [seconds = Number.NaN, ...finish] = output(program, ['--log=root.thresh:error', ...MODEL, `--cfg=network/optim:${mode}`], input)
    .trim()
    .split('\n')
    .map(Number);
  return { seconds, finishMs: finish.map((each) => each * 1000) };
}
