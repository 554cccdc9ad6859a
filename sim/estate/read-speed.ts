/** Relative speed of random reads through d snapshots (low confidence; falls linearly to 0.15 at depth 10, see docs/model.md). */
const READ_SPEED = [1, 0.65, 0.5, 0.4, 0.35, 0.3, 0.25, 0.225, 0.2, 0.175, 0.15];

export function relativeReadSpeed(depth: number): number {
  return READ_SPEED[Math.min(depth, READ_SPEED.length - 1)] as number;
}
