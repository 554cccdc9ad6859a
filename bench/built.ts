/**
 * The simulator as it is shipped. What a loader makes of the sources as they are read has names given to its functions one by one and is compiled differently:
 * the tenth run of a process is a tenth slower with it.
 */
export const { simulate } = (await import(new URL('../dist/sim/index.js', import.meta.url).href)) as typeof import('../sim/index.ts');
