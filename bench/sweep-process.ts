/** Runs of a sweep in a process of its own: told a number, it makes so many, and answers with the milliseconds of each by the clock. */
import { simulate } from './built.ts';
import { estate } from './estate.ts';
import { SWEEP } from './sweep-size.ts';

process.on('message', (count: number) => {
  const ms = Array.from({ length: count }, (_, variant) => {
    const plan = estate(SWEEP, variant);
    const began = performance.now();
    simulate(plan);
    return performance.now() - began;
  });
  process.send?.(ms);
});
process.send?.([]);
