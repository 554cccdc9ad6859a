/** Jobs that are due after each other must begin with one that has times of its own. */
import type { Problems } from '../problems.ts';
import { type MapTree, placeAt, valueAt } from '../tree.ts';

/** Reports each circle of jobs once, where the first of its jobs in the file names the one before it. */
export function checkChains(root: MapTree, problems: Problems): void {
  const jobs = valueAt(root, ['jobs']);
  if (jobs?.kind !== 'map') return;
  const inCircle = new Set<string>();
  for (const job of jobs.entries.keys()) {
    const circle = circleFrom(root, job);
    if (circle === null || inCircle.has(job)) continue;
    for (const member of circle) inCircle.add(member);
    const names = [...circle, job].map((name) => `\`${name}\``).join(' after ');
    const text = circle.length === 1 ? `job \`${job}\` waits for itself` : `these jobs wait for each other: ${names}`;
    problems.add(placeAt(root, ['jobs', job, 'schedule', 'after']), text, { expected: 'a chain that begins with a job that has times of its own' });
  }
}

/** The jobs on the way from a job back to itself; null when the way ends or leads elsewhere. */
function circleFrom(root: MapTree, job: string): string[] | null {
  const way = [job];
  for (let before = predecessor(root, job); before !== null; before = predecessor(root, before)) {
    if (before === job) return way;
    if (way.includes(before)) return null;
    way.push(before);
  }
  return null;
}

function predecessor(root: MapTree, job: string): string | null {
  const after = valueAt(root, ['jobs', job, 'schedule', 'after']);
  return after?.kind === 'scalar' && typeof after.value === 'string' ? after.value : null;
}
