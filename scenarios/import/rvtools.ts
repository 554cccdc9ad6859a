import { cleanText } from './clean-text.ts';
import { type Estate, importEstate } from './estate.ts';
import { readInventory } from './inventory.ts';
import { sum } from './quantities.ts';
import { ImportLog, type ImportResult, type ImportTotals } from './report.ts';
import { rvtoolsRequest } from './rvtools-sheets.ts';
import { writeScenario } from './scenario-text.ts';
import { readXlsx } from './xlsx.ts';

/** Makes a scenario that runs as it is from an RVTools workbook. Throws `ImportError` for anything that cannot be read. */
export function importRvtools(input: { fileName: string; bytes: Uint8Array }): ImportResult {
  const { workbook, cleanedCells } = cleanText(readXlsx(input.fileName, input.bytes, rvtoolsRequest));
  const { inventory, reading } = readInventory(workbook);
  const log = new ImportLog();
  const estate = importEstate(input.fileName, inventory, log);
  const totals = totalsOf(estate);
  return {
    yaml: writeScenario(input.fileName, estate, totals, log.setAside),
    report: { fileName: input.fileName, ...reading, cleanedCells, setAside: log.setAside, assumptions: log.assumptions, totals },
  };
}

function totalsOf(estate: Estate): ImportTotals {
  const mebibyte = 2 ** 20;
  const snapshots = estate.vms.flatMap((vm) => vm.snapshots);
  return {
    vms: estate.vms.length,
    vmsNotRunning: estate.vms.filter((vm) => !vm.running).length,
    disks: sum(estate.vms.map((vm) => vm.diskCount)),
    snapshots: snapshots.length,
    datastores: estate.datastores.length,
    hosts: estate.hosts.length,
    sizeBytes: mebibyte * sum(estate.vms.map((vm) => vm.sizeMebibytes)),
    usedBytes: mebibyte * sum(estate.vms.map((vm) => vm.usedMebibytes)),
    snapshotBytes: mebibyte * sum(snapshots.map((snapshot) => snapshot.sizeMebibytes)),
  };
}
