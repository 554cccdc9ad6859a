/**
 * One small night for every thing that can go wrong: two VMs of 10 GiB, thick and full, each of which appends 1 MiB a second, are read in full at 10 MiB/s
 * each, at 01:00 and at 03:00. Nothing else costs time, so a run reads for 1024 s and merges each delta of 1024 MiB at 64 MiB/s in 16 s more, while the guest
 * writes on: 1040 MiB at the most for each VM.
 */
import { loadScenario } from '../../../scenarios/index.ts';
import { type Result, simulate } from '../../../sim/index.ts';

export const READS_S = 1024;
export const MERGES_S = 16;
export const MiB = 1024 ** 2;

export type Keys = Record<string, unknown>;

/** What is laid over the small night: sections of the file, job keys beside them. */
export interface Night extends Keys {
  /** Keys of the job `nightly`. */
  nightly?: Keys;
  /** Keys of the group `web`. */
  web?: Keys;
}

export interface Outcome {
  /** Every rule that was raised, in alphabetical order: the neighbours are silent. */
  rules: string[];
  /** Status of each run of `nightly`. */
  runs: string[];
  /** Status of each task, and why; in the order of runs and VMs. */
  tasks: string[];
  /** Seconds, from the start of the scenario, at which VMs paused, or what else they came to; empty: they went on all the time. */
  vms: string[];
  /** Seconds with a snapshot of a job open, per VM. */
  snapshotOpenS: number[];
  /** Snapshots still there at the end, both VMs together. */
  leftOpen: number;
  /** MiB above the disks of the VMs, at the datastore's fullest. */
  peakMib: number;
  /** To how many moments each VM can be taken back at the end. */
  points: number[];
}

export function documentOf({ nightly, web, ...sections }: Night): Keys {
  return {
    overrun: 1,
    name: 'a small night',
    start: '2026-03-02T00:00',
    timezone: 'UTC',
    duration: '6h',
    datastores: { ds1: { ...DATASTORE } },
    hosts: { esx1: {} },
    links: { wan: { bandwidth: '100Gbit/s' } },
    proxies: { p1: { host: 'esx1', links: ['wan'], perCore: { full: '10GiB/s', incremental: '10GiB/s' } } },
    repositories: { r1: { capacity: '100TiB', read: '10GiB/s', write: '10GiB/s' } },
    vms: {
      web: {
        count: 2,
        host: 'esx1',
        datastore: 'ds1',
        size: '10GiB',
        used: '10GiB',
        provisioning: 'thick',
        writes: { law: 'append', rate: '1MiB/s' },
        reads: { rate: '0MiB/s' },
        ...web,
      },
    },
    jobs: {
      nightly: {
        vms: 'all',
        schedule: { at: ['2026-03-02T01:00', '2026-03-02T03:00'] },
        repository: 'r1',
        proxies: ['p1'],
        mode: 'full',
        streamRate: '10MiB/s',
        timings: { quiesce: '0s', create: '0s', remove: '0s' },
        ...nightly,
      },
    },
    ...sections,
  };
}

export const DATASTORE: Keys = {
  capacity: '100GiB',
  read: '10GiB/s',
  write: '10GiB/s',
  iops: 1_000_000,
  latency: '1ms',
  mergeRate: '64MiB/s',
};

export function resultOf(night: Night): { result: Result; events: Keys[] } {
  const text = JSON.stringify(documentOf(night));
  const { plan } = loadScenario({
    path: 'night.json',
    text,
    readFile: (path) => {
      throw new Error(`${path} is not needed`);
    },
  });
  const events: Keys[] = [];
  return { result: simulate(plan, { onEvent: (line) => events.push(JSON.parse(line) as Keys) }), events };
}

export function outcomeOf(night: Night): Outcome {
  const { result, events } = resultOf(night);
  const runs = result.jobs.nightly?.runs ?? [];
  const vms = Object.values(result.vms);
  const count = (kind: string): number => events.filter((event) => event.kind === kind).length;
  const { peakUsedBytes = 0, startUsedBytes = 0 } = result.datastores.ds1 ?? {};
  return {
    rules: [...new Set(result.findings.map(({ rule }) => rule))].sort(),
    runs: runs.map(({ status }) => status),
    tasks: runs.flatMap(({ tasks }) => tasks.map(({ status, reason }) => (reason === null ? status : `${status}: ${reason}`))),
    vms: vms.flatMap(({ pausedAtMs, crashedAtMs, downMs, lostAtMs }) => [
      ...(pausedAtMs === null ? [] : [`paused at ${seconds(pausedAtMs)}`]),
      ...(crashedAtMs === null ? [] : [`crashed at ${seconds(crashedAtMs)}`]),
      ...(downMs === 0 ? [] : [`down for ${seconds(downMs)}`]),
      ...(lostAtMs === null ? [] : [`lost at ${seconds(lostAtMs)}`]),
    ]),
    snapshotOpenS: vms.map(({ snapshotOpenMs }) => seconds(snapshotOpenMs)),
    leftOpen: count('snapshot-created') - count('snapshot-removed'),
    peakMib: Math.round((peakUsedBytes - startUsedBytes) / MiB),
    points: vms.map(({ restorePoints }) => restorePoints),
  };
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
