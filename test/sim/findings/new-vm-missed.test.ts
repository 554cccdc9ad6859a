import { describe, expect, it } from 'vitest';
import type { JobPlan, Plan } from '../../../sim/index.ts';
import { DAY, HOUR, job, plan, vm } from '../plans.ts';
import { findingsOf, kindsOf, selecting } from './support.ts';

/** A VM of group `web` is created at 01:00 of the second day; runs are due each midnight. */
function estate(...jobs: Partial<JobPlan>[]): Plan {
  return plan({
    durationMs: 4 * DAY,
    vms: [vm('web-1', { group: 'web', tags: ['web'] }), vm('web-2', { group: 'web', tags: ['web'], bornMs: DAY + HOUR }), vm('db')],
    jobs: jobs.map((given, index) => job({ name: `job-${index}`, schedule: { kind: 'every', everyMs: DAY, offsetMs: 0 }, ...given })),
  });
}

describe('new-vm-missed', () => {
  it('is raised by the first run whose list of names should hold the VM', () => {
    const given = estate({ selection: selecting({ names: ['web'] }) });
    const found = findingsOf(given, 'new-vm-missed');
    expect(found).toMatchObject([
      {
        severity: 'warning',
        subject: { kind: 'vm', name: 'web-2' },
        atMs: 2 * DAY,
        untilMs: null,
        evidence: { job: 'job-0', run: 'job-0#3', sinceMs: 23 * HOUR, count: 2, lastAtMs: 3 * DAY },
      },
    ]);
    expect(kindsOf(given, found[0]?.causes ?? [])).toEqual(['run-started']);
  });

  it('is raised where no list names it, and nobody else takes it', () => {
    expect(findingsOf(estate({ selection: selecting({ names: ['db'] }) }), 'new-vm-missed').map(({ atMs }) => atMs)).toEqual([2 * DAY]);
  });

  it('is not raised where the VM is selected by what it is', () => {
    expect(findingsOf(estate({ selection: selecting({ tags: ['web'] }) }), 'new-vm-missed')).toEqual([]);
    expect(findingsOf(estate({ selection: selecting({ names: ['web'], tags: ['web'] }) }), 'new-vm-missed')).toEqual([]);
  });

  it('is not raised by a list for other VMs where another job takes it', () => {
    expect(findingsOf(estate({ selection: selecting({ names: ['db'] }) }, { selection: selecting({ tags: ['web'] }) }), 'new-vm-missed')).toEqual([]);
  });

  it('is not raised for what the job leaves out', () => {
    const selection = selecting({ names: ['web'], except: ['web-2'] });
    expect(findingsOf(estate({ selection }), 'new-vm-missed')).toEqual([]);
  });
});
