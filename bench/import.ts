/**
 * How long the import of a large RVTools workbook takes: 5,000 VMs with 13,000 disks by default; `npx tsx bench/import.ts 20000` for other sizes. The
 * workbook is made here, the import runs in a process of its own. Prints seconds from bytes to scenario, processor seconds (of all threads, so that
 * it shows what else the machine does), and the peak memory of that process.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importRvtools } from '../scenarios/import/index.ts';

/** Up to here every column is filled, with each text in its cell. Larger workbooks have texts once, and a column in four empty: more is not read. */
const LARGEST_FULL = 20_000;

const [kind = '5000', file = ''] = process.argv.slice(2);
if (kind === 'measure') measure(file);
else await prepare(Number(kind));

function measure(path: string): void {
  const bytes = readFileSync(path);
  const started = performance.now();
  const before = process.cpuUsage();
  const { report, yaml } = importRvtools({ files: [{ fileName: 'large.xlsx', bytes }] });
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  const peakMebibytes = process.resourceUsage().maxRSS / 1024;
  console.log(`${report.totals.vms} VMs, ${report.totals.disks} disks, ${(bytes.length / 2 ** 20).toFixed(1)} MiB packed, Node ${process.version}`);
  console.log(
    `${seconds.toFixed(2)} s (${((user + system) / 1e6).toFixed(2)} s of processors), ${peakMebibytes.toFixed(0)} MiB at most, ${(yaml.length / 2 ** 20).toFixed(1)} MiB of scenario`,
  );
}

async function prepare(vms: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'overrun-import-'));
  try {
    const path = join(folder, 'large.xlsx');
    writeFileSync(path, await workbookOf(vms));
    spawnSync(process.execPath, ['--import', 'tsx', fileURLToPath(import.meta.url), 'measure', path], { stdio: 'inherit' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function workbookOf(vms: number): Promise<Uint8Array> {
  const [{ buildXlsx }, { largeExport }, { packWorkbook }] = await Promise.all([
    import('../test/scenarios/import/build-xlsx.ts'),
    import('../test/scenarios/import/large-export.ts'),
    import('./workbook.ts'),
  ]);
  if (vms <= LARGEST_FULL) return buildXlsx(largeExport(vms, 'every column').workbook);
  return packWorkbook(largeExport(vms, 'three columns of four').workbook);
}
