import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** `npm run test:all`: what needs other engines than the one that `npm test` runs on. */
export default defineConfig({
  test: { root: join(import.meta.dirname, '../..'), include: ['test/**/*.all.ts'], testTimeout: 240_000, pool: 'threads', maxWorkers: 1 },
});
