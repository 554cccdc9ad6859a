import { expect, it } from 'vitest';
import { DAY, datastore, GiB, HOUR, job, MiB, plan, vm } from '../plans.ts';
import { findingsOf } from './support.ts';

/** 100 GiB are taken, 20 GiB are wanted; the floor is 100 MiB. */
const on = (capacityBytes: number) =>
  plan({
    durationMs: DAY,
    datastores: [datastore({ capacityBytes })],
    vms: [vm('old'), vm('new', { bornMs: HOUR, disk: { provisioning: 'thin', usedBytes: 20 * GiB } })],
    jobs: [job()],
  });

it('vm-not-created is raised where a new VM would reach below the floor, and not where it just fits', () => {
  const fits = 120 * GiB + 100 * MiB;
  expect(findingsOf(on(fits - 1), 'vm-not-created')).toMatchObject([
    {
      severity: 'error',
      subject: { kind: 'vm', name: 'new' },
      atMs: HOUR,
      evidence: { datastore: 'ds', neededBytes: 20 * GiB, freeBytes: 20 * GiB + 100 * MiB - 1 },
    },
  ]);
  expect(findingsOf(on(fits), 'vm-not-created')).toEqual([]);
});
