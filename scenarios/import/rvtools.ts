import { anonymise, InventedNames, type NameKey, originalNames, replaceTexts } from './anonymise.ts';
import { cleanText } from './clean-text.ts';
import { type Estate, importEstate } from './estate.ts';
import { compareTotals, readTotals } from './file-totals.ts';
import { readInventory, type VmRecord } from './inventory.ts';
import { type ImportOptions, parseOptions } from './options.ts';
import { sum } from './quantities.ts';
import { type JoinedRates, joinRates } from './rates/join.ts';
import type { MeasuredRates } from './rates/read-rates.ts';
import { readWorkbook } from './read-workbook.ts';
import { ImportLog, type ImportReport, type ImportResult, type ImportTotals, type RatesReport } from './report.ts';
import { rvtoolsRequest } from './rvtools-sheets.ts';
import { writeScenario } from './scenario-text.ts';
import type { ImportFile } from './workbook.ts';

export interface RvtoolsInput {
  files: readonly ImportFile[];
  options?: ImportOptions;
  rates?: MeasuredRates | undefined;
  /** Invents names for everything that has one; with the key of an earlier import the same ones. */
  anonymise?: { known: NameKey | undefined } | undefined;
}

/**
 * Makes a scenario that runs as it is from an RVTools export: a workbook, files of a CSV export, or several. Throws `ImportError` for anything that
 * cannot be read and `OptionError` for an option that makes no sense.
 */
export function importRvtools(input: RvtoolsInput): ImportResult {
  const choices = parseOptions(input.options ?? {});
  const { file, inventory: original, reading, cleanedCells, fileTotals } = readExport(input.files);
  const joined = input.rates === undefined ? undefined : joinRates(original.vms, (vm) => vm.vm, input.rates.byName);
  const names =
    input.anonymise === undefined
      ? undefined
      : new InventedNames([...originalNames(original), ...(input.rates?.byName.keys() ?? [])], input.anonymise.known);
  const inventory = names === undefined ? original : anonymise(original, names);
  const sameVm = new Map(original.vms.map((vm, index) => [vm, inventory.vms[index] as VmRecord]));
  const byVm = new Map([...(joined?.byVm ?? [])].map(([vm, rates]) => [sameVm.get(vm) as VmRecord, rates]));

  const log = new ImportLog();
  const fileName = names === undefined ? file : 'an export under invented names';
  const estate = importEstate(fileName, inventory, byVm, choices, log);
  const totals = totalsOf(estate);
  const report: ImportReport = {
    fileName,
    ...reading,
    cleanedCells,
    setAside: log.setAside,
    assumptions: log.assumptions,
    lookFirst: log.lookFirst(),
    rates: input.rates === undefined || joined === undefined ? undefined : ratesReport(input.rates, { ...joined, byVm }, estate),
    totals,
    comparisons: compareTotals(fileTotals, inventory, estate),
  };
  const shown = names === undefined ? report : anonymousReport(report, input, names);
  return {
    yaml: writeScenario(fileName, estate, totals, shown.setAside),
    report: shown,
    nameKey: names?.key(),
  };
}

/** All that is needed of the files; their cells are free to go. */
function readExport(files: readonly ImportFile[]) {
  const { workbook, cleanedCells } = cleanText(readWorkbook(files, rvtoolsRequest));
  return { ...readInventory(workbook), file: workbook.fileName, cleanedCells, fileTotals: readTotals(workbook) };
}

function ratesReport(rates: MeasuredRates, joined: JoinedRates<VmRecord>, estate: Estate): RatesReport {
  const imported = new Set(estate.vms.map((vm) => vm.record));
  const respelt = estate.vms.flatMap(({ name, record }) => {
    const measured = joined.byVm.get(record);
    return measured?.respelt ? [{ vm: name, measuredAs: measured.measuredAs }] : [];
  });
  const ofOthers = [...joined.byVm].filter(([record]) => !imported.has(record)).map(([, { measuredAs }]) => measuredAs);
  return {
    files: rates.files,
    measuredVms: estate.vms.filter((vm) => vm.writesSource === 'measured').length,
    respelt,
    unmeasuredVms: estate.vms.filter((vm) => vm.writesSource === 'default').map((vm) => vm.name),
    unused: [...joined.unused, ...ofOthers.map((name) => ({ name, reason: 'its VM is set aside' }))],
  };
}

/** The report without names of files, and of columns that somebody has added. */
function anonymousReport(report: ImportReport, input: RvtoolsInput, names: InventedNames): ImportReport {
  const exports = input.files.map((file, index) => [file.fileName, `export-${index + 1}`] as const);
  const measurements = (report.rates?.files ?? []).map((file, index) => [file.fileName, `rates-${index + 1}`] as const);
  const rates = report.rates && {
    ...report.rates,
    // A spelling gives the name away that it is a spelling of.
    respelt: report.rates.respelt.map(({ vm }) => ({ vm, measuredAs: 'a name spelt otherwise' })),
    unused: report.rates.unused.map(({ name, reason }) => ({ name: names.of('vm', name), reason })),
    files: report.rates.files.map((file) => ({ ...file, passedOver: [] })),
  };
  const remarks = report.remarks.map(({ fileName, remark }) => ({
    fileName,
    remark: remark.replace(/(?<=^vInfo: read as tags: ).*$/s, 'custom columns'),
  }));
  const unknownColumns = report.unknownColumns.map(({ sheet }, index) => ({ sheet, column: `custom column ${index + 1}` }));
  return replaceTexts({ ...report, rates, remarks, unknownColumns }, new Map([...exports, ...measurements]));
}

function totalsOf(estate: Estate): ImportTotals {
  const mebibyte = 2 ** 20;
  const snapshots = estate.vms.flatMap((vm) => vm.snapshots);
  return {
    vms: estate.vms.length,
    vmsNotRunning: estate.vms.filter((vm) => !vm.running).length,
    disks: sum(estate.vms.map((vm) => vm.disks.length)),
    snapshots: snapshots.length,
    datastores: estate.datastores.length,
    hosts: estate.hosts.length,
    sizeBytes: mebibyte * sum(estate.vms.map((vm) => vm.sizeMebibytes)),
    usedBytes: mebibyte * sum(estate.vms.map((vm) => vm.usedMebibytes)),
    snapshotBytes: mebibyte * sum(snapshots.map((snapshot) => snapshot.sizeMebibytes)),
  };
}
