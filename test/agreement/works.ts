/** What repositories have done by themselves, as the log of a run tells it. */
export interface WorkFigures {
  kind: string;
  repository: string;
  job: string;
  vm: string;
  startedMs: number;
  endedMs: number | null;
  bytes: number;
}

const WORKS = ['merge', 'synthetic-full', 'copy', 'garbage-collection', 'verification'];

interface Event {
  kind: string;
  atMs: number;
  repository: string;
  job?: string;
  vm?: string;
  work?: string;
  bytes: number;
}

/** Takes note of the events of a run, line by line. */
export class WorkLog {
  readonly works: WorkFigures[] = [];

  read(line: string): void {
    const { kind, work, repository, job = '', vm = '', atMs, bytes } = JSON.parse(line) as Event;
    if (kind === 'points-removed') this.works.push({ kind: 'removal', repository, job, vm, startedMs: atMs, endedMs: atMs, bytes });
    if (work === undefined || !WORKS.includes(work)) return;
    if (kind === 'repository-work-started') this.works.push({ kind: work, repository, job, vm, startedMs: atMs, endedMs: null, bytes });
    if (kind !== 'repository-work-ended') return;
    const started = this.works.findLast(
      (entry) => entry.kind === work && entry.repository === repository && entry.job === job && entry.vm === vm && entry.endedMs === null,
    );
    if (started) started.endedMs = atMs;
    // What only changes references begins and ends at once.
    else this.works.push({ kind: work, repository, job, vm, startedMs: atMs, endedMs: atMs, bytes });
  }
}

/** Those of one kind for one chain each, in their order, by what they are. */
export function worksByChain(works: WorkFigures[]): Map<string, WorkFigures[]> {
  const found = new Map<string, WorkFigures[]>();
  for (const work of works) {
    const label = `${work.repository} ${work.job} ${work.vm} ${work.kind}`;
    found.set(label, [...(found.get(label) ?? []), work]);
  }
  return found;
}
