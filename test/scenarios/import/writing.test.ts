import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { importRvtools, type MeasuredRates, OptionError, readRates } from '../../../scenarios/import/index.ts';
import { loadScenario } from '../../../scenarios/index.ts';
import { simulate } from '../../../sim/index.ts';
import { buildXlsx } from './build-xlsx.ts';
import { disksOf, type ImportedScenario, oneVm, table } from './fixture.ts';
import { inventedBytes, inventedFileName } from './invented-estate.ts';

type Input = Parameters<typeof importRvtools>[0];

const invented = [{ fileName: inventedFileName, bytes: inventedBytes() }];

function importWith(input: Partial<Input> = {}) {
  const result = importRvtools({ files: invented, ...input });
  return { ...result, scenario: parse(result.yaml) as ImportedScenario };
}

function load(text: string) {
  return loadScenario({ path: 'imported.yaml', text, readFile: () => '' }).plan;
}

/** Measurements in KiB/s: writes, and reads where given. */
function measured(rates: Record<string, [number, number?]>): Promise<MeasuredRates> {
  const rows = Object.entries(rates).flatMap(([vm, [writes, reads]]) => [
    `${vm},KBps,${writes},virtualDisk.write.average`,
    ...(reads === undefined ? [] : [`${vm},KBps,${reads},virtualDisk.read.average`]),
  ]);
  return readRates([{ fileName: 'stats.csv', pieces: [new TextEncoder().encode(['Entity,Unit,Value,MetricId', ...rows].join('\n'))] }]);
}

describe('measured rates', () => {
  test('become the rate of writes and reads, and leave how much changes to the default', async () => {
    const { scenario, report } = importWith({ rates: await measured({ 'sql-01': [3072, 900] }) });
    // 40, 380 and 120 of the 540 GiB in use.
    expect(disksOf(scenario, 'sql-01').map(({ writes, reads }) => [writes, reads])).toEqual([
      [{ rate: '228KiB/s' }, { rate: '66.67KiB/s' }],
      [{ rate: '2162KiB/s' }, { rate: '633KiB/s' }],
      [{ rate: '683KiB/s' }, { rate: '200KiB/s' }],
    ]);
    expect(report.rates).toMatchObject({ measuredVms: 1, respelt: [], unused: [] });
    expect(report.rates?.unmeasuredVms).toHaveLength(29);
  });

  test('below the default of what changes lower it to all that is written', async () => {
    // 21,731 MiB used: 5 % are 1,086 MiB a day; 3.5 KiB/s write 295.3 MiB a day.
    const { scenario, report, yaml } = importWith({ rates: await measured({ 'web-01': [3.5] }) });
    expect(scenario.vms['web-01']?.writes).toEqual({ changed: '295MiB/day', rate: '3.5KiB/s' });
    expect(report.lookFirst).toContainEqual(expect.objectContaining({ path: 'vms.web-01.writes.changed', value: '295MiB/day' }));
    const plan = load(yaml).vms.find((vm) => vm.name === 'web-01')?.disks[0]?.writes;
    expect(plan).toMatchObject({ rateBytesPerSecond: 3.5 * 1024, changedBytesPerDay: 295 * 2 ** 20 });
  });

  test.each([0, 0.001, 0.01, 0.7, 13.37, 99.9941, 999.9991, 10_239.99, 10_240.01, 123_456.789])(
    'of %d KiB/s give a scenario that loads, to a hundredth or three digits',
    async (rate) => {
      const { yaml } = importWith({ rates: await measured({ 'web-01': [rate, rate] }) });
      const written = load(yaml).vms.find((vm) => vm.name === 'web-01')?.disks[0]?.writes.rateBytesPerSecond ?? Number.NaN;
      expect(Math.abs(written - 1024 * rate)).toBeLessThanOrEqual(Math.max(5.2 + 0.5, 1024 * rate * 0.005));
    },
  );

  test('of nothing leave a snapshot out, which no law of writing could have filled', async () => {
    const { scenario, report, yaml } = importWith({ rates: await measured({ erp: [0], monitoring: [0] }) });
    expect(scenario.vms.erp).not.toHaveProperty('snapshots');
    expect(scenario.vms.monitoring).not.toHaveProperty('snapshots');
    expect(report.setAside.filter(({ reason }) => reason.includes('writes nothing')).map(({ name }) => name)).toEqual(['erp', 'monitoring']);
    expect(load(yaml).vms).toHaveLength(31);
  });

  test('of a VM that is powered off are not used, and said not to be', async () => {
    const { scenario, report } = importWith({ rates: await measured({ 'legacy-crm': [100] }) });
    expect(scenario.vms['legacy-crm']?.writes).toEqual({ changed: '0MiB/day' });
    expect(report.assumptions).toContainEqual({
      path: 'vms.legacy-crm.writes',
      value: '0MiB/day',
      source: 'powered off or suspended when exported: its measurement is not used',
    });
  });

  test('are joined by name, by name in another case, by short host name; what does not match is listed on both sides', async () => {
    const rates = await measured({
      wiki: [1],
      'DC-01': [2],
      'dc-02.example.org': [3],
      'web-01.example.org': [4],
      'WEB-01': [5],
      gone: [6],
      'template-linux': [7],
    });
    const { scenario, report } = importWith({ rates });
    expect(['wiki', 'dc-01', 'dc-02', 'web-01'].map((name) => (scenario.vms[name]?.writes as { rate?: string } | undefined)?.rate)).toEqual([
      '1KiB/s',
      '2KiB/s',
      '3KiB/s',
      '5KiB/s',
    ]);
    expect(report.rates?.respelt).toEqual([
      { vm: 'web-01', measuredAs: 'WEB-01' },
      { vm: 'dc-01', measuredAs: 'DC-01' },
      { vm: 'dc-02', measuredAs: 'dc-02.example.org' },
    ]);
    expect(report.rates?.unused).toEqual([
      { name: 'web-01.example.org', reason: 'its VM was measured under a closer name' },
      { name: 'gone', reason: 'no VM of this name in the inventory' },
      { name: 'template-linux', reason: 'its VM is set aside' },
    ]);
    expect(report.rates?.unmeasuredVms).toContain('web-02');
  });

  test('that could mean several VMs, or of which several could mean one, are not used', async () => {
    const vInfo = table([
      { VM: 'twin', 'Total disk capacity MiB': 1000, Folder: 'a', 'VM ID': 'vm-1' },
      { VM: 'twin', 'Total disk capacity MiB': 1000, Folder: 'b', 'VM ID': 'vm-2' },
      { VM: 'solo', 'Total disk capacity MiB': 1000 },
    ]);
    const files = [{ fileName: 'export.xlsx', bytes: buildXlsx({ sheets: { vInfo } }) }];
    const { report } = importWith({ files, rates: await measured({ twin: [1], SOLO: [2], Solo: [3] }) });
    expect(report.rates?.measuredVms).toBe(0);
    expect(report.rates?.unused).toEqual([
      { name: 'twin', reason: 'could mean any of 2 VMs of this name' },
      { name: 'SOLO', reason: 'one of 2 measurements that could mean the same VM' },
      { name: 'Solo', reason: 'one of 2 measurements that could mean the same VM' },
    ]);
  });

  test('are no part of the report where there are none', () => {
    expect(importWith().report.rates).toBeUndefined();
  });
});

describe('a schedule to start from', () => {
  test('takes jobs, repositories, proxies and the span from the flags', () => {
    const { scenario, yaml } = importWith({
      options: {
        jobs: ['0 22 * * *', 'weekend=@weekly'],
        repositories: ['40TiB@500MiB/s', 'vault=1PiB@1Gbit/s,2Gbit/s'],
        proxies: ['8', 'fast=4@10Gbit/s'],
        start: '2026-04-01T06:00',
        duration: '1w',
        timezone: 'Europe/Berlin',
      },
    });
    expect(scenario).toMatchObject({ start: '2026-04-01T06:00', timezone: 'Europe/Berlin', duration: '1w' });
    expect(scenario.repositories).toEqual({
      'repository-1': { capacity: '40TiB', read: '500MiB/s', write: '500MiB/s', slots: 8 },
      vault: { capacity: '1PiB', write: '1Gbit/s', read: '2Gbit/s', slots: 8 },
    });
    expect(scenario.jobs).toEqual({
      nightly: { vms: 'all', schedule: '0 22 * * *', proxies: ['proxy-1', 'fast'], repository: 'repository-1', mode: 'forever-forward' },
      weekend: { vms: 'all', schedule: '@weekly', proxies: ['proxy-1', 'fast'], repository: 'vault', mode: 'forever-forward' },
    });
    const plan = load(yaml);
    expect(plan.proxies.map(({ name, slots, networkBytesPerSecond }) => [name, slots, networkBytesPerSecond])).toEqual([
      ['proxy-1', 8, null],
      ['fast', 4, 1.25e9],
    ]);
    expect(plan.start).toBe('2026-04-01T06:00:00+02:00');
  });

  test('marks in the scenario what was said and what was assumed', () => {
    const { yaml } = importWith({ options: { jobs: ['0 22 * * *'], duration: '5d' } });
    expect(yaml).toMatch(/^jobs: {3}# --job$/m);
    expect(yaml).toMatch(/^duration: 5d {3}# --duration$/m);
    expect(yaml).toMatch(/^timezone: UTC {3}# assumed: /m);
    expect(yaml).toMatch(/^repositories: {3}# assumed: /m);
    expect(importWith().yaml).toMatch(/^jobs: {3}# assumed: schedules are not in the file$/m);
  });

  test('lists what flags have said no longer among the assumptions', () => {
    const paths = importWith({
      options: { jobs: ['0 22 * * *'], repositories: ['40TiB@1GiB/s'], start: '2026-04-01', duration: '5d', timezone: 'UTC' },
    }).report.assumptions.map(({ path }) => path);
    expect(paths.filter((path) => /^(?:start|duration|timezone|jobs\.nightly|repositories\.repository-1)/.test(path))).toEqual([]);
  });

  test.each<[string, Input['options'], string]>([
    ['job', { jobs: ['22:00'] }, '`22:00` is a calendar event'],
    ['job', { jobs: ['a=@daily', 'a=@weekly'] }, 'the name `a` is given twice'],
    ['job', { jobs: ['a{b=@daily'] }, '`a{b` is no name'],
    ['repository', { repositories: ['40TiB'] }, '`40TiB` cannot be read; expected a capacity and a rate'],
    ['repository', { repositories: ['40@500MiB/s'] }, '`40` has no unit'],
    ['repository', { repositories: ['40TiB@500MiB'] }, '`500MiB` is a size, not a rate'],
    ['repository', { repositories: ['0TiB@500MiB/s'] }, 'has a capacity of zero'],
    ['repository', { repositories: ['1TiB@0MiB/s'] }, 'has a rate of zero'],
    ['proxy', { proxies: ['0'] }, '`0` cannot be read'],
    ['proxy', { proxies: ['8@fast'] }, '`fast`'],
    ['duration', { duration: '3' }, '`3` has no unit'],
    ['duration', { duration: '0d' }, 'is zero'],
    ['start', { start: '2026-02-30' }, 'there is no 2026-02-30'],
    ['start', { start: '2026-03-12T09:30' }, 'is not after the newest snapshot in the file, of 2026-03-12T09:30'],
    ['timezone', { timezone: 'Berlin' }, '`Berlin` is no time zone'],
  ])('refuses what makes no sense and names the flag: --%s', (flag, options, message) => {
    let refusal: unknown;
    try {
      importWith({ options: options ?? {} });
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(OptionError);
    expect(refusal).toMatchObject({ flag, message: expect.stringContaining(message) });
  });
});

describe('groups', () => {
  const rows = (names: string[], used: (name: string) => number = () => 500) => ({
    sheets: { vInfo: table(names.map((name) => ({ VM: name, 'Total disk capacity MiB': 1000, 'In Use MiB': used(name), CBT: 'TRUE' }))) },
  });
  const vmsOf = (names: string[], used?: (name: string) => number) => {
    const files = [{ fileName: 'export.xlsx', bytes: buildXlsx(rows(names, used)) }];
    const { scenario, yaml } = importWith({ files });
    // Whatever the entries are, they stand for the VMs of the file in its order.
    expect(load(yaml).vms.map((vm) => vm.name)).toEqual(names);
    return Object.entries(scenario.vms).map(([name, { count }]) => (count === undefined ? name : `${name} x ${count}`));
  };

  test('hold like VMs that are numbered as the instances of a group are', () => {
    expect(vmsOf(['web-01', 'web-02', 'web-03', 'db'])).toEqual(['web x 3', 'db']);
    expect(vmsOf(Array.from({ length: 16 }, (_, index) => `web-${String(index + 1).padStart(2, '0')}`))).toEqual(['web x 16']);
  });

  test('end where VMs differ, and leave the rest under their own names', () => {
    expect(vmsOf(['web-01', 'web-02', 'web-03'], (name) => (name === 'web-03' ? 400 : 500))).toEqual(['web x 2', 'web-03']);
  });

  test.each([
    ['another width', ['web-001', 'web-002']],
    ['another start', ['web-02', 'web-03']],
    ['no number', ['web', 'db']],
    ['another sign', ['web01', 'web02']],
    ['another order', ['web-02', 'web-01']],
    ['a VM of the name of the group', ['web-01', 'web-02', 'web']],
  ])('are not made of names with %s', (_, names) => {
    expect(vmsOf(names)).toEqual(names);
  });
});

describe("the file's own totals", () => {
  test('agree with what arrived and what was set aside', () => {
    const { comparisons } = importWith().report;
    expect(
      comparisons
        .filter((one) => one.addsUp !== undefined)
        .map(({ what, inFile, setAside, inScenario, addsUp }) => [what, inFile, setAside, inScenario, addsUp]),
    ).toEqual([
      ['VMs', 33, 2, 31, true],
      ['disks', 53, 2, 51, true],
      ['size of disks', 16_200 * 2 ** 30, 42 * 2 ** 30, 16_158 * 2 ** 30, true],
      ['snapshots', 2, 0, 2, true],
      ['datastores', 3, 0, 3, true],
    ]);
  });

  test('are of the column that sizes come from where there are no disks, in every dialect and with separators', () => {
    const vInfo = table([
      { VM: 'a', 'Provisioned MB': '16,384', 'In Use MB': '1,000', Template: 'False' },
      { VM: 'b', 'Provisioned MB': '2,048', 'In Use MB': '10', Template: 'True' },
    ]);
    const { comparisons } = importWith({ files: [{ fileName: 'old.xlsx', bytes: buildXlsx({ sheets: { vInfo } }) }] }).report;
    expect(comparisons).toContainEqual({
      what: 'size of disks',
      column: 'vInfo Provisioned MiB',
      unit: 'bytes',
      inFile: 18_432 * 2 ** 20,
      setAside: 2_048 * 2 ** 20,
      inScenario: 16_384 * 2 ** 20,
      addsUp: true,
    });
  });
});

describe('the scenario of an import', () => {
  test('loads and runs as it is, with measurements and flags or without', async () => {
    const rates = await measured({ 'sql-01': [3072, 900], 'web-01': [3.5] });
    for (const input of [
      {},
      { rates, options: { jobs: ['0 20 * * *', '0 4 * * *'], repositories: ['1TiB@100MiB/s'], proxies: ['2'], duration: '2d' } },
    ]) {
      const result = simulate(load(importWith(input).yaml));
      expect(Object.keys(result.vms)).toHaveLength(31);
      expect(Object.values(result.jobs).every((job) => job.runs.length > 0)).toBe(true);
    }
  });

  test('says where figures come from once, and on a line only what differs', () => {
    const { yaml } = importWith();
    expect(yaml.match(/vPartition Consumed/g)).toHaveLength(1);
    expect(yaml).toMatch(/^ {2}legacy-crm: .* # used: vInfo In Use; not running$/m);
  });

  test('stays one VM per line and readable for a VM with nothing special', () => {
    const { yaml } = importWith({ files: [{ fileName: 'export.xlsx', bytes: buildXlsx(oneVm()) }] });
    expect(yaml).toMatch(/^ {2}web: \{ datastore: datastore-1, size: 100GiB, used: 50GiB \}$/m);
  });
});
