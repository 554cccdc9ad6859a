/** Maps of a scenario document that differ from the plain one below. */
export interface Estate {
  duration?: string;
  timezone?: string;
  start?: string;
  datastore?: object;
  vm?: object;
  vms?: object;
  job?: object;
  jobs?: object;
  repository?: object;
  more?: object;
}

/**
 * A document with one datastore, one VM `a` of 36,000 MB, one repository and one job that reads all of it at 10 MB/s,
 * which takes an hour. The speeds are such that nothing else limits, stages take no time, the guest is idle.
 */
export function estate(changes: Estate = {}): object {
  const vm = { datastore: 'ds', size: '36000MB', writes: { rate: 0, changed: '0MB/day' }, ...changes.vm };
  const timings = { quiesce: '0s', create: '0s', remove: '0s' };
  const job = { vms: 'all', schedule: { at: ['2026-03-02T00:00'] }, repository: 'repo', mode: 'full', reduction: 1, streamRate: '10MB/s', timings };
  return {
    overrun: 1,
    name: 'estate',
    start: changes.start ?? '2026-03-02T00:00',
    timezone: changes.timezone ?? 'UTC',
    duration: changes.duration ?? '6h',
    datastores: {
      ds: { capacity: '10TB', read: '1TB/s', write: '1TB/s', iops: 1e9, mergeRate: '500GB/s', ...changes.datastore },
    },
    repositories: { repo: { capacity: '1PB', read: '1TB/s', write: '1TB/s', ...changes.repository } },
    vms: changes.vms ?? { a: vm },
    jobs: changes.jobs ?? { job: { ...job, ...changes.job } },
    ...changes.more,
  };
}
