/**
 * Imports mutated exports and prints what became of them, as JSON: `tsx worker.ts SEED FROM COUNT`. One mutant again: its index and a count of 1. Runs
 * in a process of its own, so that its peak memory is that of the imports; run it with `--expose-gc`, so that no import answers for the garbage of the
 * ones before, as none does for the user.
 */
import { ImportError, type ImportResult, importRvtools } from '../../../../scenarios/import/index.ts';
import { loadScenario } from '../../../../scenarios/index.ts';
import { buildXlsx } from '../build-xlsx.ts';
import { estate47 } from '../fixture.ts';
import { peakMebibytes } from '../peak-memory.ts';
import { type Mutant, mutantOf } from './mutations.ts';
import { Random } from './random.ts';

export interface FuzzOutcome {
  count: number;
  imported: number;
  refused: number;
  refusedAtCell: number;
  /** In processor time, so that it does not matter what else the machine does. */
  slowest: { index: number; kind: string; ms: number };
  peakMebibytes: number;
  /** Mutants that fared as none may. */
  faults: { index: number; kind: string; fault: string }[];
}

const [seed = '1', from = '0', count = '10'] = process.argv.slice(2);
const sound = importRvtools({ files: [{ fileName: 'export.xlsx', bytes: buildXlsx(estate47()) }] }).report.totals;
const outcome: FuzzOutcome = {
  count: Number(count),
  imported: 0,
  refused: 0,
  refusedAtCell: 0,
  slowest: { index: -1, kind: '', ms: 0 },
  peakMebibytes: 0,
  faults: [],
};
const prototypeKeys = Reflect.ownKeys(Object.prototype).length;

for (let index = Number(from); index < Number(from) + Number(count); index++) {
  const mutant = mutantOf(new Random(`${seed}/${index}`), index);
  globalThis.gc?.();
  const before = process.cpuUsage();
  const fault = faultOf(mutant);
  const { user, system } = process.cpuUsage(before);
  const ms = Math.round((user + system) / 1000);
  if (ms > outcome.slowest.ms) outcome.slowest = { index, kind: mutant.kind, ms };
  if (fault !== undefined) outcome.faults.push({ index, kind: mutant.kind, fault });
  if (Reflect.ownKeys(Object.prototype).length !== prototypeKeys)
    outcome.faults.push({ index, kind: mutant.kind, fault: 'Object.prototype was changed' });
}
outcome.peakMebibytes = peakMebibytes();
console.log(JSON.stringify(outcome));

function faultOf(mutant: Mutant): string | undefined {
  let result: ImportResult;
  try {
    result = importRvtools({ files: mutant.files });
  } catch (error) {
    if (!(error instanceof ImportError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
    outcome.refused += 1;
    if (error.place.row !== undefined) outcome.refusedAtCell += 1;
    if (mutant.harmless) return `refused though nothing is wrong: ${error.message}`;
    return /^(?:export\.xlsx|\w+\.csv)(?: and \d+ more)?(?: \(\d+\))?: ./.test(error.message)
      ? undefined
      : `names no file: ${error.message.slice(0, 200)}`;
  }
  outcome.imported += 1;
  return faultOfImport(mutant, result);
}

/** Every row that was read is in the scenario or in the list of what is not; the scenario loads. */
function faultOfImport(mutant: Mutant, { report, yaml }: ImportResult): string | undefined {
  const isInfo = ({ sheet }: { sheet: string }): boolean => vInfoSheets.has(sheet);
  const vInfoSheets = new Set(report.sheets.map(({ sheet }) => sheet).filter((sheet) => /vinfo/i.test(sheet)));
  const infoRows = report.sheets.filter(isInfo).reduce((total, sheet) => total + sheet.rowsRead, 0);
  const rowsAside = new Set(
    report.setAside.filter((item) => isInfo(item) && !/consolidation/.test(item.reason)).map((item) => `${item.sheet} ${item.row}`),
  );
  if (vInfoSheets.size > 0 && infoRows !== report.totals.vms + rowsAside.size) {
    return `${infoRows} rows of vInfo, but ${report.totals.vms} VMs and ${rowsAside.size} rows set aside`;
  }
  if (mutant.harmless && JSON.stringify(report.totals) !== JSON.stringify(sound)) return `other totals: ${JSON.stringify(report.totals)}`;
  try {
    loadScenario({ path: 'imported.yaml', text: yaml, readFile: () => '' });
  } catch (error) {
    return `the scenario does not load: ${String(error).slice(0, 500)}`;
  }
  return undefined;
}
