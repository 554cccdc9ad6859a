/** The simulator as it is shipped: a loader that compiles the sources as they are read gives the engine other code to work on. */
export const { simulate } = (await import(new URL('../dist/sim/index.js', import.meta.url).href)) as typeof import('../sim/index.ts');
