import { expect, test } from 'vitest';
import { importRvtools } from '../../../scenarios/import/index.ts';
import { buildXlsx } from './build-xlsx.ts';
import { largeExport } from './large-export.ts';

test('a workbook of 5,000 VMs and 13,000 disks with every column filled comes to the totals that were counted when it was made', () => {
  const { workbook, totals } = largeExport(5000, 'every column');
  const { report } = importRvtools({ files: [{ fileName: 'large.xlsx', bytes: buildXlsx(workbook) }] });
  expect(totals).toMatchObject({ vms: 5000, disks: 13_000 });
  expect(report.totals).toMatchObject({
    vms: totals.vms,
    disks: totals.disks,
    datastores: totals.datastores,
    hosts: totals.hosts,
    sizeBytes: totals.sizeMebibytes * 2 ** 20,
    usedBytes: totals.usedMebibytes * 2 ** 20,
  });
  expect(report.setAside).toEqual([]);
});
