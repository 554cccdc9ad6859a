/** The simulator and the scenario loader as one module for browsers: whatever simulates in a page is built on this file. */
export * from '../scenarios/index.ts';
export * from '../sim/index.ts';
