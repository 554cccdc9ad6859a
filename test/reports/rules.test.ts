/** What the rules say of findings that a simulation has made: the figures of the evidence in sentences. */
import { expect, test } from 'vitest';
import { reportContext } from '../../reports/context.ts';
import { groupFindings } from '../../reports/findings.ts';
import { type Plan, type RuleId, simulate } from '../../sim/index.ts';
import { at, fault } from '../sim/faults/support.ts';
import { appending, DAY, datastore, GiB, HOUR, job, MINUTE, MiB, plan, proxy, vm, vms } from '../sim/plans.ts';

const byName = (name: string) => ({ all: false, names: [name], tags: [], hosts: [], datastores: [], except: [] });
const daily = { kind: 'every' as const, everyMs: DAY, offsetMs: 0 };

function words(given: Plan, rule: RuleId): { sentence: string; why: string | null } | undefined {
  const group = groupFindings(reportContext(given, simulate(given))).find((each) => each.rule === rule);
  return group && { sentence: group.sentence, why: group.why };
}

const orphan = { kind: 'orphan' as const, takenMs: -100 * HOUR, sizeBytes: 3 * GiB };

const CASES: [RuleId, Plan, string, string | null][] = [
  [
    'vm-unprotected',
    plan({ durationMs: DAY, vms: [vm('web'), vm('new', { bornMs: HOUR })], jobs: [job({ selection: byName('web') })] }),
    'No backup job ever takes VM new.',
    'It is created on Mon 2 Mar 2026 01:00.',
  ],
  [
    'new-vm-missed',
    plan({ durationMs: 3 * DAY, vms: [vm('web'), vm('new', { bornMs: HOUR })], jobs: [job({ selection: byName('web'), schedule: daily })] }),
    "VM new is newer than a job's list of names and is not backed up by it, 2 times, first on Tue 3 Mar 2026 00:00.",
    'The first run without it is nightly#2, 23 h after its creation.',
  ],
  [
    'vm-not-created',
    plan({ durationMs: DAY, datastores: [datastore({ capacityBytes: 150 * GiB })], vms: [vm('web'), vm('new', { bornMs: HOUR })], jobs: [job()] }),
    'VM new cannot be created on Mon 2 Mar 2026 01:00: there is not enough room.',
    'It needs 100 GiB on datastore ds, of which 50 GiB is free, the floor included.',
  ],
  [
    'rpo-missed',
    plan({ durationMs: DAY, vms: [vm('web', { rpoMs: 6 * HOUR })], jobs: [job()] }),
    'VM web has no good restore point as new as wanted on Mon 2 Mar 2026 06:00.',
    'Its newest one may be 6 h old and is 24 h at the end.',
  ],
  [
    'snapshot-orphaned',
    plan({ durationMs: DAY, vms: [vm('web', { disk: { writes: appending(MiB), snapshots: [orphan] } })], jobs: [job()] }),
    'VM web has a delta left behind on Mon 2 Mar 2026 00:00: nobody removes it, and what is written goes on filling the datastore.',
    'It holds 3 GiB at the start.',
  ],
  [
    'snapshot-age',
    plan({ durationMs: DAY, vms: [vm('web', { disk: { writes: appending(MiB), snapshots: [orphan] } })], jobs: [job()] }),
    'VM web has a snapshot older than three days on Mon 2 Mar 2026 00:00.',
    'It was taken by a backup that left it behind and gets 5 d 4 h old within the simulated time.',
  ],
  [
    'chain-depth',
    plan({
      durationMs: DAY,
      vms: [vm('web', { disk: { writes: appending(MiB), snapshots: [orphan, orphan, orphan, orphan] } })],
      jobs: [job({ streamBytesPerSecond: MiB })],
    }),
    'VM web has more than three snapshots on top of each other on Mon 2 Mar 2026 00:00.',
    'At the most 5 lie on top of each other.',
  ],
  [
    'consolidation-stalled',
    plan({
      durationMs: 2 * HOUR,
      datastores: [datastore({ mergeBytesPerSecond: MiB / 4 })],
      vms: [vm('web', { disk: { writes: appending(MiB) } })],
      jobs: [job({ schedule: { kind: 'at', atMs: [0, HOUR] }, streamBytesPerSecond: 10 * MiB })],
    }),
    'Snapshots of VM web are not merged as fast as they are taken on Mon 2 Mar 2026 01:00.',
    'The snapshot of nightly#1 has been merging for 43 min when nightly#2 is due.',
  ],
  [
    'proxy-starved',
    plan({ vms: vms(2), proxies: [proxy('p', { cores: 1, perCoreFullBytesPerSecond: 10 * MiB })], jobs: [job({ proxies: ['p'] })] }),
    'Proxy p is what holds a run back on Mon 2 Mar 2026 00:00: source and target could do more.',
    'In nightly#1 it holds the transfers back for 100 % of their time; it is at its limit for 100 % of 34 min.',
  ],
  [
    'job-overlap',
    plan({
      vms: [vm('x'), vm('y')],
      jobs: [
        job({ name: 'a', selection: byName('x'), streamBytesPerSecond: MiB }),
        job({ name: 'b', selection: byName('y'), schedule: { kind: 'at', atMs: [MINUTE] } }),
      ],
    }),
    'Job b works while another job is at work in the same place on Mon 2 Mar 2026 00:01.',
    'The first time b#1 begins while a#1 works; both use datastore ds.',
  ],
  [
    'guest-agent-storm',
    plan({ vms: vms(11), jobs: [job({ method: 'agent' })] }),
    'Agents work in too many guests of datastore ds at one time on Mon 2 Mar 2026 00:00.',
    'Up to 11 are at work together; 10 are well.',
  ],
  [
    'excessive-permission',
    plan({
      durationMs: DAY,
      vms: vms(1),
      jobs: [job({ account: 'svc' })],
      faults: [fault('stolen-account', { account: 'svc', ...at(12 * HOUR) })],
    }),
    'Repository repo loses restore points to whoever has stolen an account on Mon 2 Mar 2026 12:00: it may delete them.',
    'The first time 1 point of VM vm-01 in job nightly (10 GiB).',
  ],
  [
    'unsupported-guest',
    plan({ vms: [vm('old', { guest: 'nt4' })], jobs: [job({ method: 'agent', supportedGuests: ['linux'] })] }),
    'The backup software does not know the operating system of VM old on Mon 2 Mar 2026 00:00: no application comes to rest there.',
    'The first time in nightly#1, for nt4.',
  ],
  [
    'software-outdated',
    plan({
      durationMs: DAY,
      vms: [vm('web', { disk: { writes: appending(MiB / 10) } })],
      jobs: [job({ mode: 'forever-forward', schedule: { kind: 'at', atMs: [0, 6 * HOUR, 12 * HOUR] } })],
      faults: [fault('catalog-corrupt', { job: 'nightly', ...at(9 * HOUR) })],
    }),
    'Job nightly loses its catalog on Mon 2 Mar 2026 09:00: the next backup of each VM reads everything.',
    'nightly#3 reads 10 GiB and takes 10 s; nightly#2 read 2.11 GiB.',
  ],
];

test.each(CASES)('%s', (rule, given, sentence, why) => {
  expect(words(given, rule)).toEqual({ sentence, why });
});
