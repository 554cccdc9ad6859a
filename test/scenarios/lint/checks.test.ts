import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LINT_CHECKS } from '../../../scenarios/index.ts';
import { notesOf, QUIET, variant } from './support.ts';

type Changes = readonly (readonly [from: string, to: string])[];

interface Row {
  check: string;
  raised: Changes;
  /** What is said, or a part of it. */
  text: string;
  /** What the caret stands under. */
  marked: string;
  /** Nearly the same, and all is well. */
  near: Changes;
}

const END = '    repository: r1\n';
const and = (job: string): readonly [string, string] => [END, `${END}  ${job}\n`];
const SECOND = 'vms: { names: [db] }, schedule: "0 4 * * *", proxies: [p1], repository: r1';
const DB = 'db: { datastore: ds1,';
const JOB_VMS = '    vms: all\n';

const ROWS: Row[] = [
  {
    check: 'agents-at-once',
    raised: [
      [JOB_VMS, '    vms: { names: [web, db] }\n    method: agent\n'],
      ['    proxies: [p1]\n', ''],
    ],
    text: 'job `nightly`: 11 agents may begin within one hour',
    marked: '"0 22 * * *"',
    near: [[JOB_VMS, '    vms: { names: [web, db] }\n    method: agent\n']],
  },
  {
    // 29 March 2026: 02:00 to 03:00 does not exist in Berlin.
    check: 'clock-change',
    raised: [
      ['2026-03-02', '2026-03-27'],
      ['"0 22 * * *"', '"30 2 * * *"'],
    ],
    text: 'the clocks skip 2026-03-29T02:30:00, and it is due at 2026-03-29T03:00:00 instead',
    marked: '"30 2 * * *"',
    near: [
      ['2026-03-02', '2026-03-27'],
      ['"0 22 * * *"', '"30 1 * * *"'],
    ],
  },
  {
    check: 'deep-chain',
    raised: [[DB, `${DB} snapshots: [${[0, 1, 2, 3].map((day) => `{ taken: 2026-03-0${day === 0 ? 1 : 2}T0${day}:00, size: 1GiB }`).join(', ')}],`]],
    text: '`db` has 4 snapshots on one disk at the start, more than 3',
    marked: 'snapshots',
    near: [[DB, `${DB} snapshots: [${[1, 2, 3].map((hour) => `{ taken: 2026-03-02T0${hour}:00, size: 1GiB }`).join(', ')}],`]],
  },
  {
    check: 'direct-disk-copy',
    raised: [[JOB_VMS, `${JOB_VMS}    method: direct-disk\n`]],
    text: 'job `nightly` copies disks beneath the hypervisor',
    marked: 'direct-disk',
    near: [[JOB_VMS, `${JOB_VMS}    method: snapshot\n`]],
  },
  {
    check: 'idle-job',
    raised: [['"0 22 * * *"', '"0 22 1 5 *"']],
    text: 'job `nightly` never begins: it is not due within the simulated time',
    marked: '"0 22 1 5 *"',
    near: [['"0 22 * * *"', '"0 22 6 3 *"']],
  },
  {
    // Due on Monday evening only, when the VM is not there yet.
    check: 'idle-job',
    raised: [
      [DB, `${DB} exists: { from: 2026-03-04T00:00 },`],
      and('extra: { vms: { tags: [gold] }, schedule: { at: [2026-03-02T20:00] }, proxies: [p1], repository: r1, ifVmBusy: wait }'),
    ],
    text: 'job `extra` takes no VM',
    marked: 'vms',
    near: [
      [DB, `${DB} exists: { from: 2026-03-04T00:00 },`],
      and('extra: { vms: { tags: [gold] }, schedule: { at: [2026-03-04T20:00] }, proxies: [p1], repository: r1, ifVmBusy: wait }'),
    ],
  },
  {
    // 10 x 60 GiB + 200 GiB are used of 880 GiB: 80 GiB free, less than 88.
    check: 'little-free-space',
    raised: [['capacity: 10TiB', 'capacity: 880GiB']],
    text: 'datastore `ds1` has 80GiB of 880GiB free at the start',
    marked: '880GiB',
    near: [['capacity: 10TiB', 'capacity: 890GiB']],
  },
  {
    check: 'no-floor',
    raised: [['maxOpenSnapshots: 4', 'maxOpenSnapshots: 4, floor: 0']],
    text: 'datastore `ds1` keeps no free space',
    marked: '0',
    near: [['maxOpenSnapshots: 4', 'maxOpenSnapshots: 4, floor: 1MiB']],
  },
  {
    // The start is Monday 18:00.
    check: 'old-snapshot',
    raised: [[DB, `${DB} snapshots: [{ taken: 2026-02-27T17:59, size: 1GiB }],`]],
    text: '`db` has a snapshot that is 3d1m old at the start, more than 72h',
    marked: 'snapshots',
    near: [[DB, `${DB} snapshots: [{ taken: 2026-02-27T18:00, size: 1GiB }],`]],
  },
  {
    // 10 x 100 GiB + 500 GiB.
    check: 'overcommitted',
    raised: [['capacity: 10TiB', 'capacity: 1499GiB']],
    text: 'datastore `ds1` promises 1500GiB on 1499GiB',
    marked: '1499GiB',
    near: [['capacity: 10TiB', 'capacity: 1500GiB']],
  },
  {
    // Seven points of the default: a full and six increments. Stored is half of 800 + 6 x 40 GiB, that is 520 GiB.
    check: 'retention-too-large',
    raised: [['capacity: 2TiB', 'capacity: 519GiB']],
    text: 'repository `r1` holds 519GiB, but by the retention `nightly` will keep 520GiB there',
    marked: '519GiB',
    near: [['capacity: 2TiB', 'capacity: 520GiB']],
  },
  {
    check: 'rpo-too-short',
    raised: [[DB, `${DB} rpo: 24h,`]],
    text: 'the RPO of `db` is 1d, but its backups are due up to 1d apart',
    marked: '24h',
    near: [[DB, `${DB} rpo: 25h,`]],
  },
  {
    check: 'shared-account',
    raised: [[END, `${END}    account: svc\n  late: { ${SECOND.replace('0 4 * * *', '0 5 * * *')}, account: svc }\n`]],
    text: 'all 2 jobs use the account `svc`',
    marked: 'svc',
    near: [[END, `${END}    account: svc\n  late: { ${SECOND.replace('0 4 * * *', '0 5 * * *')}, account: other }\n`]],
  },
  {
    check: 'shared-vm',
    raised: [and(`second: { ${SECOND} }`)],
    text: 'job `second` takes `db` that `nightly` takes as well: where they meet one waits for the other',
    marked: 'vms',
    near: [and(`second: { ${SECOND.replace('"0 4 * * *"', '{ after: nightly }')} }`)],
  },
  {
    check: 'short-period',
    raised: [
      ['"0 22 * * *"', '{ every: 5m }'],
      [END, `${END}    mode: full\n`],
    ],
    // 800 GiB of source are 400 GiB stored: 4,096 s.
    text: 'job `nightly` is due every 5m, but a run takes 1h8m or more (400GiB to repository `r1` at 100MiB/s)',
    marked: 'schedule',
    near: [
      ['"0 22 * * *"', '{ every: 2h }'],
      [END, `${END}    mode: full\n`],
    ],
  },
  {
    check: 'short-window',
    raised: [[END, `${END}    mode: full\n    window: { from: "22:00", to: "23:08" }\n`]],
    text: 'a run of job `nightly` takes 1h8m or more (400GiB to repository `r1` at 100MiB/s), but its window leaves it 1h8m',
    marked: 'window',
    near: [[END, `${END}    mode: full\n    window: { from: "22:00", to: "23:09" }\n`]],
  },
  {
    check: 'short-window',
    raised: [[END, `${END}    mode: full\n    timeout: 60m\n`]],
    text: 'but its timeout is 1h',
    marked: '60m',
    near: [[END, `${END}    mode: full\n    timeout: 70m\n`]],
  },
  {
    check: 'snapshot-as-backup',
    raised: [
      ['    proxies: [p1]\n    repository: r1\n', ''],
      [JOB_VMS, `${JOB_VMS}    method: snapshot-only\n`],
    ],
    text: 'job `nightly` only keeps snapshots, and no other job copies 11 VMs',
    marked: 'snapshot-only',
    near: [and('keep: { vms: all, method: snapshot-only, schedule: { after: nightly } }')],
  },
  {
    check: 'unlimited-concurrency',
    raised: [
      [', maxOpenSnapshots: 4', ''],
      ['slots: 4', 'slots: unlimited'],
    ],
    text: 'job `nightly` may open snapshots of 11 VMs on datastore `ds1` at once',
    marked: 'nightly',
    near: [[', maxOpenSnapshots: 4', '']],
  },
  {
    check: 'unprotected-vm',
    raised: [[JOB_VMS, '    vms: { names: [web] }\n']],
    text: 'no job takes `db`',
    marked: 'db',
    near: [[JOB_VMS, '    vms: { names: [web, db] }\n']],
  },
  {
    check: 'idle-fault',
    raised: [[END, `${END}faults:\n  - { at: 2026-03-03T01:00, kind: writer-failure, vm: db }\n`]],
    text: 'the fault `writer-failure` strikes nobody: no job brings its guests to rest',
    marked: 'writer-failure',
    near: [[END, `${END}    quiesce: { mode: application }\nfaults:\n  - { at: 2026-03-03T01:00, kind: writer-failure, vm: db }\n`]],
  },
  {
    check: 'idle-fault',
    raised: [
      [JOB_VMS, '    vms: { names: [web] }\n'],
      [END, `${END}faults:\n  - { kind: corrupt-disk, vm: db, offset: 40% }\n`],
    ],
    text: 'the fault `corrupt-disk` strikes nobody: no job that it is about takes `db`',
    marked: 'corrupt-disk',
    near: [[END, `${END}faults:\n  - { kind: corrupt-disk, vm: db, offset: 40% }\n`]],
  },
  {
    check: 'idle-fault',
    raised: [
      ['proxies:\n', 'links:\n  wan: { bandwidth: 1Gbit/s }\nproxies:\n'],
      [END, `${END}faults:\n  - { at: 2026-03-03T01:00, kind: network-outage, link: wan, for: 1h }\n`],
    ],
    text: 'the fault `network-outage` strikes nobody: no data goes over the link `wan`',
    marked: 'network-outage',
    near: [
      ['proxies:\n', 'links:\n  wan: { bandwidth: 1Gbit/s }\nproxies:\n'],
      ['r1: { ', 'r1: { links: [wan], '],
      [END, `${END}faults:\n  - { at: 2026-03-03T01:00, kind: network-outage, link: wan, for: 1h }\n`],
    ],
  },
  {
    check: 'idle-fault',
    raised: [
      ['  p1: {', '  p2: { slots: 4 }\n  p1: {'],
      [END, `${END}faults:\n  - { at: 2026-03-03T01:00, kind: proxy-crash, proxy: p2, for: 1h }\n`],
    ],
    text: 'the fault `proxy-crash` strikes nobody: no job uses the proxy `p2`',
    marked: 'proxy-crash',
    near: [[END, `${END}faults:\n  - { at: 2026-03-03T01:00, kind: proxy-crash, proxy: p1, for: 1h }\n`]],
  },
  {
    check: 'idle-fault',
    raised: [
      ['proxies:\n', 'hosts:\n  esx1: { network: 10Gbit/s }\nproxies:\n'],
      [END, `${END}faults:\n  - { at: 2026-03-03T01:00, kind: host-loss, host: esx1, for: 1h }\n`],
    ],
    text: 'the fault `host-loss` strikes nobody: no VM and no proxy is on the host `esx1`',
    marked: 'host-loss',
    near: [
      ['proxies:\n', 'hosts:\n  esx1: { network: 10Gbit/s }\nproxies:\n'],
      [DB, `${DB} host: esx1,`],
      [END, `${END}faults:\n  - { at: 2026-03-03T01:00, kind: host-loss, host: esx1, for: 1h }\n`],
    ],
  },
  {
    check: 'idle-fault',
    raised: [
      ['  ds1: {', '  ds2: { capacity: 1TiB }\n  ds1: {'],
      [END, `${END}faults:\n  - { at: 2026-03-03T01:00, kind: datastore-lost, datastore: ds2 }\n`],
    ],
    text: 'the fault `datastore-lost` strikes nobody: no disk lies on the datastore `ds2`',
    marked: 'datastore-lost',
    near: [[END, `${END}faults:\n  - { at: 2026-03-03T01:00, kind: datastore-lost, datastore: ds1 }\n`]],
  },
  {
    check: 'ending-waiver',
    raised: [[END, `${END}policy:\n  waivers: [{ rule: stun, owner: Ada, reason: known, until: 2026-01-01 }]\n`]],
    text: 'the waiver of `stun` has ended on 2026-01-01 00:00, before the start',
    marked: '2026-01-01',
    near: [[END, `${END}policy:\n  waivers: [{ rule: stun, owner: Ada, reason: known, until: 2026-04-01 }]\n`]],
  },
  {
    // The scenario ends on 9 March at 18:00.
    check: 'ending-waiver',
    raised: [[END, `${END}policy:\n  waivers: [{ rule: stun, owner: Ada, reason: known, until: 2026-03-09T18:00 }]\n`]],
    text: 'the waiver of `stun` ends on 2026-03-09 18:00, within the simulated time',
    marked: '2026-03-09T18:00',
    near: [[END, `${END}policy:\n  waivers: [{ rule: stun, owner: Ada, reason: known, until: 2026-03-09T18:01 }]\n`]],
  },
  {
    check: 'unreachable-threshold',
    raised: [[END, `${END}policy:\n  latency: { over: 7d }\n`]],
    text: '`latency` is silent whatever happens: 1w does not fit into the 1w that are simulated',
    marked: '7d',
    near: [[END, `${END}policy:\n  latency: { over: 6d }\n`]],
  },
  {
    check: 'unreachable-threshold',
    raised: [[END, `${END}policy:\n  chain-depth: { depth: 32 }\n`]],
    text: 'no chain gets deeper than `maxChain` (32)',
    marked: '32',
    near: [[END, `${END}policy:\n  chain-depth: { depth: 31 }\n`]],
  },
  {
    // With a snapshot that is nine days old at the start it can get sixteen days old.
    check: 'unreachable-threshold',
    raised: [[END, `${END}policy:\n  snapshot-age: { age: 8d }\n`]],
    text: '`snapshot-age` is silent whatever happens',
    marked: '8d',
    near: [
      [DB, `${DB} snapshots: [{ taken: 2026-02-21T18:00, size: 1GiB }],`],
      [END, `${END}policy:\n  snapshot-age: { age: 15d }\n`],
    ],
  },
  {
    check: 'unused',
    raised: [['    proxies: [p1]\n', '']],
    text: 'no job uses the proxy `p1`',
    marked: 'p1',
    near: [],
  },
  {
    check: 'unused',
    raised: [['  r1: {', '  r2: { capacity: 2TiB, read: 1GiB/s, write: 1GiB/s }\n  r1: {']],
    text: 'nothing is stored on the repository `r2`',
    marked: 'r2',
    near: [['  r1: {', '  r2: { capacity: 2TiB, read: 1GiB/s, write: 1GiB/s }\n  r1: { copyTo: { repository: r2 },']],
  },
];

test('about the scenario that the others vary there is nothing to say', () => {
  expect(notesOf(QUIET)).toEqual([]);
});

describe.each(ROWS)('$check: $text', ({ check, raised, text, marked, near }) => {
  test('is raised at its place', () => {
    const notes = notesOf(variant(...raised)).filter((note) => note.check === check);
    expect(notes.map((note) => note.text)).toEqual([expect.stringContaining(text)]);
    const [{ sourceLine, column, markedColumns }] = notes as [(typeof notes)[0]];
    expect(sourceLine?.slice((column as number) - 1, (column as number) - 1 + markedColumns)).toBe(marked);
  });

  test('is not raised nearby', () => {
    expect(notesOf(variant(...near)).filter((note) => note.check === check)).toEqual([]);
  });
});

test('every check has a row here and in the docs, and is listed', () => {
  expect([...new Set(ROWS.map(({ check }) => check))].sort()).toEqual([...LINT_CHECKS].sort());
  const docs = readFileSync(new URL('../../../docs/lint.md', import.meta.url), 'utf8');
  expect([...docs.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, id]) => id).sort()).toEqual([...LINT_CHECKS].sort());
  const files = readdirSync(new URL('../../../scenarios/lint/checks', import.meta.url)).map((name) => name.replace(/\.ts$/, ''));
  expect(files.sort()).toEqual([...LINT_CHECKS].sort());
});
