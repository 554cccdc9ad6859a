import { describe, expect, it } from 'vitest';
import { formatScenarioErrors } from '../../scenarios/index.ts';
import { BASE, changed, errorsOf, positionAt } from './support.ts';

/** What is replaced, by what, what the error says, and the piece of the new text that it points at. */
type Row = [from: string, to: string, says: string, at: string];

const STRUCTURE: Row[] = [
  ['    capacity: 10TiB', '    capcity: 10TiB', 'unknown key `capcity`', 'capcity'],
  ['    capacity: 10TiB', '    capacity:', '`capacity` has no value', '\nhosts'],
  ['    capacity: 10TiB\n', '', '`datastores.ds1` has no `capacity`', 'ds1:'],
  ['overrun: 1', 'overrun: 2', 'this format version is not known', '2'],
  ['class: hybrid', 'class: hybrit', 'unknown value `hybrit` of `class`', 'hybrit'],
  ['class: hybrid', 'class: custom', '`datastores.ds1` has no `iops`', 'ds1:'],
  ['count: 20', 'count: abc', '`count` cannot be `abc`', 'abc'],
  ['count: 20', 'count: 1.5', '`count` cannot be `1.5`', '1.5'],
  ['count: 20', 'count: 0', '`count: 0` is too small', '0\n'],
  ['count: 20', 'count: 10000000', '`count: 10000000` is too large', '10000000'],
  ['slots: 8', 'slots: 0', '`slots: 0` is too small', '0, cores'],
  ['cores: 8', 'cores: -1', '`cores: -1` is negative', '-1'],
  ['proxies: [p1]', 'reduction: 0', '`reduction: 0` is too small', '0\n    repository'],
  ['proxies: [p1]', 'proxies: p1', '`proxies` cannot be `p1`', 'p1\n    repository'],
  ['proxies: [p1]', 'retention: { last: 0 }', '`last: 0` is too small', '0 }'],
  ['vms: { tags: [gold], except: [web-03] }', 'vms: some', 'this selects no VMs', 'some'],
  ['vms: { tags: [gold], except: [web-03] }', 'vms: { tag: [gold] }', 'unknown key `tag`', 'tag:'],
];

const UNITS: Row[] = [
  ['10TiB', '100', '`100` has no unit', '100\n'],
  ['10TiB', '"100"', '`100` has no unit', '"100"'],
  ['10TiB', '10T', '`10T` has an unknown unit, write `10TiB`', '10T\n'],
  ['10TiB', '10tib', '`10tib` has an unknown unit, write `10TiB`', '10tib'],
  ['10TiB', '0TiB', '`0TiB` is zero, but it must be more', '0TiB'],
  ['10TiB', '-1TiB', '`-1TiB` is negative', '-1TiB'],
  ['10TiB', '100PiB', '`100PiB` is too large: bytes are counted exactly up to 8PiB', '100PiB'],
  ['10Gbit/s', '0Gbit/s', '`0Gbit/s` is zero, but it must be more', '0Gbit/s'],
  ['10Gbit/s', '10GiB', '`10GiB` is a size, not a rate: per what time?', '10GiB'],
  ['10Gbit/s', '5%/day', '`5%/day` is a share, but a rate in bytes is needed here', '5%/day'],
  ['changed: 3GiB/day', 'growth: 1GiB/day', '`1GiB/day` is not a share', '1GiB/day'],
  ['duration: 3d', 'duration: 0s', '`0s` is zero, but it must be more', '0s'],
  ['duration: 3d', 'duration: 3', '`3` has no unit', '3\ndatastores'],
  ['duration: 3d', 'duration: 11m30h', 'the parts of `11m30h` must go from the largest unit to the smallest, each once', '11m30h'],
  ['duration: 3d', 'duration: 4000d', 'longer than ten years', '4000d'],
  ['count: 20', 'vary: 20', '`20` has no unit', '20\n'],
];

const TIMES: Row[] = [
  ['2026-03-02T18:00', '2026-02-30T18:00', 'there is no 2026-02-30 in the calendar', '2026-02-30T18:00'],
  ['2026-03-02T18:00', '2026-03-02T24:00', 'there is no such time of day in `2026-03-02T24:00`', '2026-03-02T24:00'],
  ['2026-03-02T18:00', '2026-03-02T18:00Z', '`2026-03-02T18:00Z` has an offset, but times are local', '2026-03-02T18:00Z'],
  ['2026-03-02T18:00', 'tomorrow', '`tomorrow` is not a local time', 'tomorrow'],
  ['Europe/Berlin', 'Europe/Berln', 'unknown time zone `Europe/Berln`', 'Europe/Berln'],
  ['Europe/Berlin', '"+02:00"', 'unknown time zone `+02:00`', '"+02:00"'],
  ['"0 22 * * *"', '"0 24 * * *"', 'the hour `24` is out of range 0 to 23', '"0 24 * * *"'],
  ['"0 22 * * *"', '"*/90 * * * *"', 'the minute `*/90` has a step that never comes round: the field goes from 0 to 59', '"*/90'],
  ['"0 22 * * *"', '"0 22 * *"', '`0 22 * *` has 4 fields, a cron expression has 5', '"0 22'],
  ['"0 22 * * *"', '"0 0 30 2 *"', '`0 0 30 2 *` can never be due: none of its months has a day 30', '"0 0 30'],
  ['"0 22 * * *"', '{ every: 25h }', '`every` goes up to 24h', '25h'],
  ['"0 22 * * *"', '{ every: 0h }', '`0h` is zero, but it must be more', '0h'],
  ['"0 22 * * *"', '{ every: 4h, offest: 1h }', 'unknown key `offest`', 'offest'],
  ['"0 22 * * *"', '{ every: 4h, cron: "@daily" }', 'the schedule says its time twice', 'schedule'],
  ['"0 22 * * *"', '{}', 'the schedule says no time', 'schedule'],
  ['"0 22 * * *"', '{ at: [2026-03-05T18:00, 2026-03-02T17:59] }', 'every time of `at` lies outside the run', 'at:'],
  ['"0 22 * * *"', '{ at: [2026-02-30T18:00] }', 'there is no 2026-02-30 in the calendar', '2026-02-30T18:00'],
];

const NAMES: Row[] = [
  ['    datastore: ds1\n    size: 500GiB', '    datastore: ds2\n    size: 500GiB', 'unknown datastore `ds2`', 'ds2'],
  ['host: esx1', 'host: esx2', 'unknown host `esx2`', 'esx2'],
  ['links: [wan]', 'links: [lan]', 'unknown link `lan`', 'lan'],
  ['proxies: [p1]', 'proxies: [p1, p2]', 'unknown proxy `p2`', 'p2'],
  ['repository: r1', 'repository: r2', 'unknown repository `r2`', 'r2'],
  ['tags: [gold], except', 'tags: [golden], except', 'unknown tag `golden`', 'golden'],
  ['tags: [gold], except', 'names: [web-21], except', 'unknown VM `web-21`', 'web-21'],
  ['except: [web-03]', 'except: [web-3]', 'unknown VM `web-3`', 'web-3]'],
  ['except: [web-03]', 'except: [web]', 'job `nightly` selects no VM', 'vms: { tags'],
  ['vms: { tags: [gold], except: [web-03] }', 'vms: { names: [db], except: [db] }', 'job `nightly` selects no VM', 'vms: { names'],
  ['vms: { tags: [gold], except: [web-03] }', 'vms: {}', 'job `nightly` selects no VM', 'vms: {}'],
  ['  db:\n', '  web-01:\n', '`web-01` is also the name of a VM of `vms.web`', 'web-01'],
];

const SENSE: Row[] = [
  ['used: 60GiB', 'used: 101GiB', '`used` is more than `size`: 101GiB', '101GiB'],
  ['10TiB', '1TiB', 'datastore `ds1` is full before the start: 1700GiB (disks 1700GiB, snapshots 0GiB, other 0GiB) on 1TiB', '1TiB'],
  ['{ changed: 3GiB/day }', '{ changed: 3GiB/day, rate: 1KiB/s }', '`changed` is more than all that is written', '3GiB/day'],
  ['{ changed: 3GiB/day }', '{ law: working-set }', 'the law `working-set` needs `workingSet`', 'working-set'],
  [
    '{ changed: 3GiB/day }',
    '{ changed: 3GiB/day, law: working-set, workingSet: 3GiB }',
    '`changed` is as large as the working set: 3GiB a day',
    '3GiB/day',
  ],
  ['{ changed: 3GiB/day }', '{ exponent: 0 }', '`exponent: 0` is too small', '0 }'],
  ['{ changed: 3GiB/day }', '{ exponent: 1.01 }', '`exponent: 1.01` is too large', '1.01'],
  [
    'size: 500GiB',
    'size: 500GiB\n    snapshots: [{ taken: 2026-03-02T18:00, size: 1GiB }]',
    'the snapshot is taken after the start',
    '2026-03-02T18:00, size',
  ],
  ['size: 500GiB', 'size: 500GiB\n    snapshots: [{ taken: 2026-03-01, size: 501GiB }]', 'no delta of this disk reaches 501GiB', '501GiB'],
  [
    'size: 500GiB',
    'size: 500GiB\n    writes: { law: working-set, rate: 1MiB/s, workingSet: 9GiB }\n    snapshots: [{ taken: 2026-03-01, size: 9GiB }]',
    'no delta of this disk reaches 9GiB',
    '9GiB }]',
  ],
  ['size: 500GiB', 'size: 500GiB\n    activity: [1, 2, 3]', 'wrong number of multipliers', 'activity'],
  ['count: 20', 'count: 20\n    exists: {}', '`exists` says no time', 'exists'],
  ['count: 20', 'count: 20\n    exists: { until: 2026-03-02T18:00 }', 'the VM is deleted before the start of the run', '2026-03-02T18:00 }'],
  ['count: 20', 'count: 20\n    exists: { from: 2026-03-05T18:00 }', 'the VM is created after the end of the run', '2026-03-05T18:00 }'],
  ['count: 20', 'count: 20\n    exists: { from: 2026-03-04, until: 2026-03-04 }', '`until` is not after `from`', '2026-03-04 }'],
  ['count: 20', 'count: 20\n    exists: { from: 2026-02-30 }', 'there is no 2026-02-30 in the calendar', '2026-02-30 }'],
  [
    'size: 500GiB',
    'size: 500GiB\n    exists: { from: 2026-03-03 }\n    snapshots: [{ taken: 2026-03-01, size: 1GiB }]',
    'the VM is created during the run: it has no snapshots at the start',
    'snapshots:',
  ],
  ['count: 20', 'count: 20\n    rpo: 24', '`24` has no unit', '24\n    host'],
  ['network: 10Gbit/s', 'network: 1Gbit/s, nbd: 2Gbit/s', '`nbd` is more than the `network` that carries it', '2Gbit/s'],
];

const WITH_ARRAY = 'class: hybrid\n    array: a2';
const TWO_DISKS = '    disks: [{ datastore: ds1, size: 1GiB }, { datastore: ds1, size: 2GiB }]\n';

const STORAGE: Row[] = [
  ['class: hybrid', WITH_ARRAY, 'unknown array `a2`', 'a2'],
  ['overrun: 1', 'overrun: 1\narrays: { a1: { read: 1GB/s, write: 1GB/s, capacity: 1TiB } }', '`arrays.a1` has no `iops`', 'a1:'],
  ['overrun: 1', 'overrun: 1\narrays: { a1: { latency: 1ms } }', 'unknown key `latency`', 'latency'],
  ['overrun: 1', 'overrun: 1\noperator: { respondsAfter: 30 }', '`30` has no unit', '30 }'],
  ['overrun: 1', 'overrun: 1\noperator: { respondsAfter: soon }', '`soon` cannot be read', 'soon'],
  ['overrun: 1', 'overrun: 1\noperator: { respondAfter: 30m }', 'unknown key `respondAfter`', 'respondAfter'],
  ['overrun: 1', 'overrun: 1\noperator: never', '`operator` cannot be `never`', 'never'],
  ['class: hybrid', 'onFull: some', 'unknown value `some` of `onFull`', 'some'],
  ['class: hybrid', 'maxOpenSnapshots: 0', '`maxOpenSnapshots: 0` is too small', '0\n    capacity'],
  ['class: hybrid', 'maxOpenSnapshots: none', 'this is no such count', 'none'],
  ['class: hybrid', 'countOrphans: 1', '`countOrphans` cannot be `1`', '1\n    capacity'],
  ['class: hybrid', 'consolidation: help', 'unknown value `help` of `consolidation`', 'help'],
  ['class: hybrid', 'merges: one', 'unknown value `one` of `merges`', 'one'],
  ['class: hybrid', 'passLimit: 0', '`passLimit: 0` is too small', '0\n    capacity'],
  ['class: hybrid', 'passLimit: 2.5', '`passLimit` cannot be `2.5`', '2.5'],
  ['class: hybrid', 'latencyControl: { stop: 20ms }', '`datastores.ds1.latencyControl` has no `throttle`', 'latencyControl'],
  ['class: hybrid', 'latencyControl: { stop: 0ms, throttle: 30ms }', '`0ms` is zero, but it must be more', '0ms'],
  ['class: hybrid', 'latencyControl: { stop: 20ms, thottle: 30ms }', 'unknown key `thottle`', 'thottle'],
  ['class: hybrid', 'latencyControl: off', 'this is no latency control', 'off'],
  ['class: hybrid', 'latencyControl: { stop: 20ms, throttle: 3ms }', '`throttle` is not above the latency of the idle device: 3ms', '3ms }'],
  [
    'class: hybrid',
    'latency: 9ms\n    latencyControl: { stop: 20ms, throttle: 5ms }',
    '`throttle` is not above the latency of the idle device: 5ms',
    '5ms }',
  ],
  ['slots: 8', 'slotUnit: task', 'unknown value `task` of `slotUnit`', 'task'],
];

const DISKS: Row[] = [
  ['    datastore: ds1\n    size: 500GiB\n', '    datastore: ds1\n', '`vms.db` has no `size`', 'db:'],
  ['    datastore: ds1\n    size: 500GiB\n', '    count: 2\n', '`vms.db` has no `datastore`', 'db:'],
  ['    size: 500GiB\n', `    size: 500GiB\n${TWO_DISKS}`, 'with `disks` a VM has no `datastore` or `size` of its own', 'disks:'],
  ['    datastore: ds1\n    size: 500GiB\n', `    growth: 1GiB/day\n${TWO_DISKS}`, 'with `disks` a VM has no `growth` of its own', 'disks:'],
  ['    datastore: ds1\n    size: 500GiB\n', '    disks: []\n', '`disks` is empty', 'disks:'],
  ['    datastore: ds1\n    size: 500GiB\n', '    disks: [{ datastore: ds1 }]\n', '`vms.db.disks.0` has no `size`', '{ datastore: ds1 }'],
  ['    datastore: ds1\n    size: 500GiB\n', '    disks: [{ datastore: ds1, sise: 1GiB }]\n', 'unknown key `sise`', 'sise'],
  ['    datastore: ds1\n    size: 500GiB\n', TWO_DISKS.replace('ds1, size: 2', 'ds2, size: 2'), 'unknown datastore `ds2`', 'ds2'],
  ['    datastore: ds1\n    size: 500GiB\n', TWO_DISKS.replace('size: 2GiB', 'size: 2GiB, used: 3GiB'), '`used` is more than `size`: 3GiB', '3GiB'],
  [
    '    datastore: ds1\n    size: 500GiB\n',
    TWO_DISKS.replace('size: 2GiB', 'size: 2GiB, writes: { law: working-set }'),
    'the law `working-set` needs `workingSet`',
    'working-set',
  ],
  [
    '    datastore: ds1\n    size: 500GiB\n',
    `${TWO_DISKS}    snapshots: [{ taken: 2026-03-01, size: 1MiB, disk: 2 }]\n`,
    'the VM has no disk 2',
    '2 }]\n',
  ],
  ['size: 500GiB', 'size: 500GiB\n    snapshots: [{ taken: 2026-03-01, size: 1MiB, disk: 1 }]', 'the VM has no disk 1', '1 }]\njobs'],
  ['size: 500GiB', 'size: 500GiB\n    snapshots: [{ taken: 2026-03-01, size: 1MiB, disk: -1 }]', '`disk: -1` is negative', '-1 }]'],
  [
    '    datastore: ds1\n    size: 500GiB\n',
    `${TWO_DISKS}    snapshots: [{ taken: 2026-03-01, size: 2GiB }]\n`,
    'no delta of this disk reaches 2GiB',
    '2GiB }]\njobs',
  ],
  [
    '    datastore: ds1\n    size: 500GiB\n',
    '    disks: [{ datastore: ds1, size: 5TiB }, { datastore: ds1, size: 5TiB }]\n',
    'datastore `ds1` is full before the start: 11.17TiB (disks 11.17TiB, snapshots 0GiB, other 0GiB) on 10TiB',
    '10TiB',
  ],
  ['size: 500GiB', 'size: 500GiB\n    network: 0Mbit/s', '`0Mbit/s` is zero, but it must be more', '0Mbit/s'],
];

const AGENTS: Row[] = [
  [
    'vms: { tags: [gold], except: [web-03] }',
    'method: agent\n    vms: { tags: [gold], names: [db] }',
    'method `agent` cannot select by `tags`',
    'tags: [gold], names',
  ],
  [
    'vms: { tags: [gold], except: [web-03] }',
    'method: agent\n    vms: { hosts: [esx1] }',
    'method `agent` cannot select by `hosts`',
    'hosts: [esx1]',
  ],
  [
    'vms: { tags: [gold], except: [web-03] }',
    'method: agent\n    vms: { datastores: [ds1] }',
    'method `agent` cannot select by `datastores`',
    'datastores: [ds1]',
  ],
  ['vms: { tags: [gold], except: [web-03] }', 'method: agent\n    vms: all', 'method `agent` cannot select by the word `all`', 'all\n'],
  ['proxies: [p1]', 'ifRunning: cancel', 'unknown value `cancel` of `ifRunning`', 'cancel'],
  ['proxies: [p1]', 'ifVmBusy: skip', 'unknown value `skip` of `ifVmBusy`', 'skip'],
];

const REPOSITORY = 'write: 500MiB/s, links: [wan]';

const CHAINS: Row[] = [
  ['proxies: [p1]', 'mode: forward', 'mode `forward` does not say when it makes a full', 'mode'],
  ['proxies: [p1]', 'full: { active: "@daily" }', '`full` has no meaning in mode `forever-forward`', 'full'],
  ['proxies: [p1]', 'mode: reverse\n    differential: "@weekly"', '`differential` has no meaning in mode `reverse`', 'differential'],
  ['proxies: [p1]', 'mode: forward\n    full: { active: "@daily", synthetic: "@daily" }', 'fulls are made in one of two ways', 'full'],
  ['proxies: [p1]', 'mode: forward\n    full: { synthetic: { after: nightly } }', 'this schedule cannot be after a job', 'synthetic'],
  ['proxies: [p1]', 'retention: {}', 'the retention keeps nothing', 'retention'],
  ['proxies: [p1]', 'retention: { last: 0 }', '`last: 0` is too small', '0'],
  ['proxies: [p1]', 'retention: { last: 3, daily: 2, definition: veeam }', '`daily` does not exist by the definition `veeam`', '2,'],
  [
    'proxies: [p1]',
    'retention: { weekly: 2, definition: veeam }',
    'by the definition `veeam` there is always a number of newest points',
    'retention',
  ],
  [
    'proxies: [p1]',
    'retention: { last: 3, weekly: 2, definition: veeam }',
    'mode `forever-forward` makes no fulls that could be kept by age',
    'retention',
  ],
  [REPOSITORY, `${REPOSITORY}, copyTo: { repository: r2 }`, 'unknown repository `r2`', 'r2'],
  [REPOSITORY, `${REPOSITORY}, copyTo: { repository: r1 }`, 'the copies of `r1` come back to it', 'r1 } }'],
  ['duration: 3d', 'duration: 3d\nrestores: [{ at: 2026-03-03T10:00, vm: web }]', '`web` is a group of VMs', 'web }'],
  ['duration: 3d', 'duration: 3d\nrestores: [{ at: 2026-03-03T10:00, vm: dc }]', 'unknown VM `dc`', 'dc }'],
  ['duration: 3d', 'duration: 3d\nrestores: [{ at: 2026-03-09T10:00, vm: db }]', 'the restore lies outside the run', '2026-03-09'],
];

const faulty = (fault: string): [from: string, to: string] => ['duration: 3d', `duration: 3d\nfaults: [{ ${fault} }]`];

const FAULTS: Row[] = [
  ['duration: 3d', 'duration: 3d\nfaults: { kind: proxy-crash }', '`faults` must be a list', 'faults'],
  [...faulty('at: 2026-03-03T01:00, proxy: p1'), '`faults.0` has no `kind`', '{ at'],
  [...faulty('kind: proxy-crahs, proxy: p1'), 'unknown kind of fault `proxy-crahs`', 'proxy-crahs'],
  [...faulty('kind: proxy-crash, at: 2026-03-03T01:00'), '`faults.0` has no `proxy`', '{ kind'],
  [...faulty('kind: proxy-crash, proxy: p1, at: 2026-03-03T01:00, host: esx1'), 'unknown key `host`', 'host: esx1'],
  [...faulty('kind: proxy-crash, proxy: p2, at: 2026-03-03T01:00'), 'unknown proxy `p2`', 'p2'],
  [...faulty('kind: proxy-crash, proxy: p1, at: 2026-03-09T01:00'), 'the fault lies outside the run', '2026-03-09'],
  [...faulty('kind: proxy-crash, proxy: p1'), 'the fault says no time', '{ kind'],
  [...faulty('kind: proxy-crash, proxy: p1, at: 2026-03-03T01:00, rate: 1/day'), 'the fault says its time twice', 'rate'],
  [...faulty('kind: proxy-crash, proxy: p1, rate: 1'), '`1` has no unit', '1 }'],
  [...faulty('kind: proxy-crash, proxy: p1, rate: 0/day'), '`0/day` is never', '0/day'],
  [...faulty('kind: proxy-crash, proxy: p1, rate: 1/month'), '`1/month` does not say how often', '1/month'],
  [...faulty('kind: proxy-crash, proxy: p1, every: run'), '`every: run` does not say of which job', 'every'],
  [...faulty('kind: proxy-crash, proxy: p1, at: 2026-03-03T01:00, after: 5m'), '`after` belongs to `every: run`', 'after'],
  [
    ...faulty('kind: proxy-crash, proxy: p1, at: 2026-03-03T01:00, job: nightly'),
    '`job` means nothing to a fault of kind `proxy-crash` at a time of its own',
    'job: n',
  ],
  [...faulty('kind: proxy-crash, proxy: p1, at: 2026-03-03T01:00, probability: 0.5'), '`probability` belongs to `every: run`', 'probability'],
  [...faulty('kind: buggy-application, for: 5m'), '`for` has no beginning', 'for'],
  [...faulty('kind: buggy-application, probability: 5'), 'this is no probability', '5 }'],
  [...faulty('kind: buggy-application, vm: webb'), 'unknown VM `webb`', 'webb'],
  [...faulty('kind: datastore-lost, datastore: ds1, at: 2026-03-03T01:00, for: 2h'), 'unknown key `for`', 'for: 2h'],
  [...faulty('kind: datastore-degraded, datastore: ds1, at: 2026-03-03T01:00, factor: 1.5'), 'this is no such fraction', '1.5'],
  [...faulty('kind: corrupt-disk, vm: web, offset: 0%'), 'this is no part of a disk', '0%'],
  [...faulty('kind: corrupt-disk, vm: db, disk: 3, offset: 5%'), 'no VM of `db` has a disk 3', 'disk: 3'],
  [...faulty('kind: network-outage, at: 2026-03-03T01:00'), 'the fault is on a link or on a host', '{ kind'],
  [...faulty('kind: credential-expired'), 'the fault does not say whose credential it is', '{ kind'],
  [...faulty('kind: credential-expired, account: nobody'), 'unknown account `nobody`', 'nobody'],
  [...faulty('kind: security-software, vm: web'), 'security software slows streams down, or cuts them off', '{ kind'],
  ['class: hybrid', 'orphanCleanup: often', 'this does not say when orphans are cleaned up', 'often'],
  ['proxies: [p1]', 'freezeLimit: 60s', '`freezeLimit` only matters to snapshots of guests at rest', 'freezeLimit'],
  ['proxies: [p1]', 'quiesce: { onFailure: fail }', '`onFailure` means nothing to mode `crash-consistent`', 'onFailure'],
  ['proxies: [p1]', 'quiesce: { mode: application }\n    method: direct-disk', '`quiesce` means nothing to method `direct-disk`', 'quiesce'],
];

describe('a scenario that is wrong is refused with the place of the mistake', () => {
  const tables: [string, Row[]][] = [
    ['structure', STRUCTURE],
    ['units', UNITS],
    ['times', TIMES],
    ['names', NAMES],
    ['sense', SENSE],
    ['storage', STORAGE],
    ['disks', DISKS],
    ['agents', AGENTS],
    ['chains', CHAINS],
    ['faults', FAULTS],
  ];
  for (const [topic, rows] of tables) {
    it.each(rows)(`${topic}: %j as %j`, (from, to, says, at) => {
      const text = changed(from, to);
      const errors = errorsOf(text);
      expect(errors.map((one) => one.text)).toContain(says);
      const error = errors.find((one) => one.text === says);
      // The piece stands in the changed line, or before it where the error is about what is missing from an entry.
      const changedLine = text.lastIndexOf('\n', BASE.indexOf(from)) + 1;
      const offset = text.indexOf(at, changedLine) >= 0 ? text.indexOf(at, changedLine) : text.indexOf(at);
      expect({ line: error?.line, column: error?.column }).toEqual(positionAt(text, offset));
      expect(error?.path).toBe('night.yaml');
    });
  }

  it('points to nothing but the one slip: a misspelt key is not reported as missing besides', () => {
    expect(errorsOf(changed('capacity: 10TiB', 'capcity: 10TiB')).map((error) => error.text)).toEqual(['unknown key `capcity`']);
  });

  it('reports a missing datastore beside another slip of the same VM, but not for one that is only misspelt', () => {
    const texts = (to: string) => errorsOf(changed('    datastore: ds1\n    size: 500GiB\n', to)).map((error) => error.text);
    expect(texts('    size: 500GiB\n    vary: 20\n').sort()).toEqual(['`20` has no unit', '`vms.db` has no `datastore`']);
    expect(texts('    datastor: ds1\n    size: 500GiB\n')).toEqual(['unknown key `datastor`']);
    expect(texts('    datastore: ds1\n    size: 500\n')).toEqual(['`500` has no unit']);
  });

  it('says how to select VMs for agents', () => {
    const errors = errorsOf(changed('proxies: [p1]', 'method: agent'));
    expect(errors.map((error) => error.expected)).toEqual(['`names`: agents are installed VM by VM']);
  });

  it('reports all errors of a file at once, in the order of the file', () => {
    const text = changed('10TiB', '10', changed('host: esx1', 'host: esx2', changed('"0 22 * * *"', '"0 25 * * *"')));
    expect(errorsOf(text).map((error) => error.line)).toEqual([9, 21, 33]);
  });

  it('suggests the name that was probably meant', () => {
    const meant = (from: string, to: string) => errorsOf(changed(from, to)).map((error) => error.meant);
    expect(meant('    capacity: 10TiB', '    capcity: 10TiB')).toEqual(['capacity']);
    expect(meant('Europe/Berlin', 'Europe/Berln')).toEqual(['Europe/Berlin']);
    expect(meant('class: hybrid', 'class: Hybrid')).toEqual(['hybrid']);
    expect(meant('"0 22 * * *"', '{ every: 4h, offest: 1h }')).toEqual(['offset']);
    expect(meant('repository: r1', 'repository: warehouse')).toEqual([null]);
  });

  it('prints the source line, a caret, what was expected and what was meant', () => {
    expect(formatScenarioErrors(errorsOf(changed('class: hybrid', 'class: hybrit')))).toBe(
      [
        'night.yaml:8:12: error: unknown value `hybrit` of `class`',
        '      class: hybrit',
        '             ^^^^^^',
        '  expected: one of `hdd`, `hybrid`, `all-flash` or `custom`',
        '  did you mean `hybrid`?',
      ].join('\n'),
    );
  });

  it('prints no control characters of the file', () => {
    const printed = formatScenarioErrors(errorsOf(changed('host: esx1', 'host: "\u001b[31mesx"')));
    expect(printed).toContain('error:');
    expect(printed).not.toContain('\u001b');
  });

  it('counts VMs over all groups before it makes any', () => {
    const groups = Array.from({ length: 60 }, (_, i) => `  v${i}: { datastore: ds1, size: 100MiB, count: 150000 }\n`).join('');
    expect(errorsOf(changed('  db:\n', `${groups}  db:\n`)).map((error) => error.text)).toEqual(['the scenario has 9000021 VMs']);
  });

  it('counts disks over all VMs before it makes any', () => {
    const disks = `disks: [${Array(50).fill('{ datastore: ds1, size: 1MiB }').join(', ')}]`;
    const errors = errorsOf(changed('    datastore: ds1\n    size: 500GiB', `    count: 150000\n    ${disks}`));
    expect(errors.map((error) => error.text)).toEqual(['the VMs of the scenario have 7500020 disks']);
  });
});
