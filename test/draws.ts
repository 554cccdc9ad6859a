/**
 * Property tests draw the same in every run, so that a run of the tests answers for the change that is tested and for nothing else. PROPERTY_SEED=N
 * draws others where a test names no seed of its own, PROPERTY_SEED=random others each time; a failure prints its seed.
 */
import fc from 'fast-check';

const SEED = process.env.PROPERTY_SEED ?? '20261122';
if (SEED !== 'random') fc.configureGlobal({ seed: Number(SEED) });
