import type { TestContext } from 'vitest';

/** Skips a test for what the machine lacks, and says so where nobody can overlook it. */
export function skipAloud(context: TestContext, reason: string): never {
  console.warn(`SKIPPED: ${context.task.name}: ${reason}`);
  return context.skip(reason);
}
