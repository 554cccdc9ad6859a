import { existsSync, readFileSync } from 'node:fs';
import { type CellValue, readXlsx } from 'hucre';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { importRvtools } from '../../../scenarios/import/index.ts';
import { loadScenario } from '../../../scenarios/index.ts';
import { estate47, type ImportedScenario, importWorkbook } from './fixture.ts';

/** Public sample workbooks; they are not part of this repository. */
const folder = new URL('../../../../shared/data/rvtools/', import.meta.url);

function sample(name: string): Uint8Array | undefined {
  const url = new URL(name, folder);
  if (existsSync(url)) return readFileSync(url);
  console.warn(`SKIPPED: the sample ${name} is not here`);
  return undefined;
}

function load(text: string) {
  return loadScenario({ path: 'imported.yaml', text, readFile: () => '' }).plan;
}

/** The rows of a sheet as records by header, read by another reader than ours. */
async function recordsOf(bytes: Uint8Array, sheetName: string): Promise<Map<string, CellValue>[]> {
  const workbook = await readXlsx(bytes);
  const [headers = [], ...rows] = workbook.sheets.find((sheet) => sheet.name === sheetName)?.rows ?? [];
  return rows
    .map((row) => new Map(headers.map((header, column) => [String(header), row[column] ?? null])))
    .filter((record) => record.get('VM') !== null);
}

const workshop = sample('SizingWorkshop.xlsx');
const canary = sample('mib-canary.xlsx');

describe.skipIf(workshop === undefined)('an export of 805 VMs from 2018', () => {
  const bytes = workshop ?? new Uint8Array(0);

  test('comes to the counts and totals that another reader finds', async () => {
    const vms = (await recordsOf(bytes, 'vInfo')).filter((vm) => vm.get('Template') !== 'True');
    const consumed = new Map<string, number>();
    for (const partition of await recordsOf(bytes, 'vPartition')) {
      const name = String(partition.get('VM'));
      consumed.set(name, (consumed.get(name) ?? 0) + Number(partition.get('Consumed MB')));
    }
    const used = vms.map((vm) => Math.min(consumed.get(String(vm.get('VM'))) ?? Number(vm.get('In Use MB')), Number(vm.get('Provisioned MB'))));
    const { report, yaml } = importRvtools({ files: [{ fileName: 'SizingWorkshop.xlsx', bytes }] });
    expect(vms).toHaveLength(795);
    expect(report.totals).toMatchObject({
      vms: 795,
      vmsNotRunning: vms.filter((vm) => vm.get('Powerstate') !== 'poweredOn').length,
      sizeBytes: 2 ** 20 * vms.reduce((sum, vm) => sum + Number(vm.get('Provisioned MB')), 0),
      usedBytes: 2 ** 20 * used.reduce((sum, mebibytes) => sum + mebibytes, 0),
    });
    expect(report.sheets).toEqual([
      { sheet: 'vInfo', rowsRead: 805, rowsWithoutKey: 2698, cellsBeyondLimit: 0 },
      { sheet: 'vPartition', rowsRead: 1618, rowsWithoutKey: 0, cellsBeyondLimit: 0 },
      { sheet: 'vHost', rowsRead: 34, rowsWithoutKey: 0, cellsBeyondLimit: 0 },
    ]);
    const clusters = new Set(vms.map((vm) => `datastore-${vm.get('Cluster')}`));
    // Datastores of sixteen VMs in each cluster, the further ones numbered.
    const datastores = Object.keys((parse(yaml) as ImportedScenario).datastores);
    expect(new Set(datastores.map((name) => name.replace(/-\d+$/, '')))).toEqual(clusters);
    expect(datastores.length).toBeGreaterThanOrEqual(vms.length / 16);
  });

  test('gives a scenario that loads, VM for VM', async () => {
    const plan = load(importRvtools({ files: [{ fileName: 'SizingWorkshop.xlsx', bytes }] }).yaml);
    const vms = (await recordsOf(bytes, 'vInfo')).filter((vm) => vm.get('Template') !== 'True');
    expect(plan.vms.map((vm) => [vm.name, vm.host])).toEqual(vms.map((vm) => [vm.get('VM'), vm.get('Host')]));
    expect(plan.vms.map((vm) => vm.disks[0]?.sizeBytes)).toEqual(vms.map((vm) => 2 ** 20 * Number(vm.get('Provisioned MB'))));
  });
});

test.skipIf(canary === undefined)('an export of one VM with known totals gives those totals', () => {
  const { report, yaml } = importRvtools({ files: [{ fileName: 'mib-canary.xlsx', bytes: canary ?? new Uint8Array(0) }] });
  expect(report.totals).toMatchObject({ vms: 1, hosts: 1, sizeBytes: 100 * 2 ** 30, usedBytes: 50 * 2 ** 30 });
  expect((parse(yaml) as ImportedScenario).start).toBe('2026-05-16T18:00');
  expect(load(yaml).vms.map((vm) => vm.name)).toEqual(['canary-vm-01']);
});

test('an import of every kind of sheet gives a scenario that loads', () => {
  const plan = load(importWorkbook(estate47()).yaml);
  expect(plan.vms.map((vm) => [vm.name, vm.host, vm.disks[0]?.datastore, vm.changeTracking])).toEqual([
    ['web', 'esx1.example', 'fast', true],
    ['db', 'esx1.example', 'slow', false],
    ['old', 'esx1.example', 'slow', true],
  ]);
  expect(plan.vms[0]?.disks[0]?.snapshots).toEqual([{ kind: 'user', takenMs: -(2 * 24 + 6) * 3_600_000, sizeBytes: 2 ** 31 }]);
  expect(plan.jobs.map((job) => job.name)).toEqual(['nightly']);
});
