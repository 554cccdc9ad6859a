import { describe, expect, it } from 'vitest';
import { simulate } from '../../sim/index.ts';
import { load } from './support.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const HOUR = 3_600_000;

/** Every key of repositories, chains and restores. */
const KEPT = `overrun: 1
name: kept
start: 2026-03-02T18:00
timezone: Europe/Berlin
duration: 9d
datastores:
  ds1: { capacity: 10TiB }
links:
  wan: { bandwidth: 1Gbit/s }
repositories:
  near:
    capacity: 5TiB
    read: 400MiB/s
    write: 300MiB/s
    class: hdd
    blockClone: true
    immutable: 3d
    gcGrace: 24h5m
    garbageCollection: { schedule: "0 4 * * sun" }
    verify: { every: 24h, offset: 13h }
    copyTo: { repository: far, links: [wan], schedule: "0 9 * * *", retention: { last: 3, monthly: 2 }, account: vault }
  far: { capacity: 9TiB, read: 200MiB/s, write: 200MiB/s, mergeRate: 50MiB/s }
vms:
  web: { count: 2, datastore: ds1, size: 100GiB, used: 60GiB, writes: { changed: 3GiB/day } }
jobs:
  nightly:
    vms: all
    schedule: "0 22 * * *"
    repository: near
    mode: forward
    full: { synthetic: "0 0 * * sat" }
    differential: "0 0 * * wed"
    retention: { last: 3, weekly: 2, definition: veeam }
    account: ops
  weekly:
    vms: { names: [web-01] }
    schedule: "0 12 * * sun"
    repository: far
restores:
  - { at: 2026-03-06T10:00, vm: web-01, repository: near, point: 2026-03-05T00:00 }
`;

describe('repositories, chains and restores in a scenario', () => {
  const { plan } = load(KEPT);

  it('come into the plan as they are stated', () => {
    const [near, far] = plan.repositories;
    expect(near).toMatchObject({
      mergeBytesPerSecond: 35 * MIB,
      blockClone: true,
      immutableMs: 72 * HOUR,
      gcGraceMs: 24 * HOUR + 300_000,
      garbageCollection: { schedule: { kind: 'cron', text: '0 4 * * sun' }, readShare: 0.25 },
      verify: { kind: 'every', everyMs: 24 * HOUR, offsetMs: 13 * HOUR },
      copyTo: { repository: 'far', links: ['wan'], schedule: { text: '0 9 * * *' }, account: 'vault' },
    });
    expect(near?.copyTo?.retention).toEqual({ last: 3, hourly: null, daily: null, weekly: null, monthly: 2, yearly: null, definition: 'proxmox' });
    expect(far).toMatchObject({
      mergeBytesPerSecond: 50 * MIB,
      immutableMs: null,
      gcGraceMs: 0,
      garbageCollection: null,
      verify: null,
      copyTo: null,
    });
    expect(plan.jobs[0]).toMatchObject({
      mode: 'forward',
      fullBackups: { kind: 'synthetic', schedule: { text: '0 0 * * sat' } },
      differential: { text: '0 0 * * wed' },
      retention: { last: 3, weekly: 2, definition: 'veeam' },
      account: 'ops',
    });
    expect(plan.jobs[1]).toMatchObject({ mode: 'forever-forward', fullBackups: null, differential: null, account: null, retention: { last: 7 } });
    // 88 h and 54 h after Monday 18:00.
    expect(plan.restores).toEqual([{ atMs: 88 * HOUR, vm: 'web-01', repository: 'near', pointAtMs: 54 * HOUR, origin: 'restores.0' }]);
  });

  it('list the defaults that matter', () => {
    const paths = plan.assumptions.map(({ path }) => path);
    expect(paths).toContain('repositories.near.garbageCollection.readShare');
    // Of copies that keep more than the newest the words need a definition; those of the job have one.
    expect(paths).toContain('repositories.near.copyTo.retention.definition');
    expect(paths).not.toContain('jobs.nightly.retention.definition');
    expect(paths).not.toContain('jobs.weekly.retention.definition');
    expect(paths).toContain('jobs.weekly.retention');
    // Nothing is merged on `near`, and `far` states its rate.
    expect(paths.filter((path) => /^repositories\..*(mergeRate|class)$/.test(path))).toEqual([]);
  });

  it('run: levels by the days of the week, and the restore goes back to the moment asked for', () => {
    const result = simulate(plan);
    const kinds = result.jobs.nightly?.runs.map(({ tasks }) => tasks[0]?.kind);
    // Monday to Tuesday of the next week: the differential on Wednesday; the full of Saturday is made of what Saturday's run has stored.
    expect(kinds?.slice(0, 8)).toEqual([
      'full',
      'incremental',
      'differential',
      'incremental',
      'incremental',
      'incremental',
      'incremental',
      'incremental',
    ]);
    expect(result.restores[0]).toMatchObject({ repository: 'near', readBytes: 30 * GIB });
    expect((result.restores[0]?.pointAtMs ?? 0) / HOUR).toBeCloseTo(52, 1);
    expect(Object.keys(result.vms['web-01']?.survives ?? {}).sort()).toEqual([
      'account:ops',
      'account:vault',
      'datastore:ds1',
      'repository:far',
      'repository:near',
    ]);
  });

  it('replace schedules of fulls as a whole', () => {
    const over = 'overrun: 1\nextends: kept.yaml\njobs: { nightly: { full: { active: "0 0 * * sun" } } }\n';
    expect(load(over, { files: { 'kept.yaml': KEPT } }).plan.jobs[0]?.fullBackups).toMatchObject({
      kind: 'active',
      schedule: { text: '0 0 * * sun' },
    });
  });

  it('refuse to rewrite the full of an immutable repository', () => {
    const reverse = KEPT.replace('mode: forward', 'mode: reverse').replace(/ {4}full: .*\n {4}differential: .*\n {4}retention: .*\n/, '');
    expect(() => load(reverse)).toThrow('mode `reverse` rewrites its full each time, which an immutable repository forbids');
  });
});
