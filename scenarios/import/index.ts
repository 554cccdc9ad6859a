export { type NameKey, parseNameKey } from './anonymise.ts';
export { ImportError } from './errors.ts';
export type { TotalComparison } from './file-totals.ts';
export { type ImportOptions, OptionError } from './options.ts';
export { type MeasuredRates, type RatesFile, readRates } from './rates/read-rates.ts';
export type { ImportAssumption, ImportReport, ImportResult, RatesReport } from './report.ts';
export { importRvtools } from './rvtools.ts';
export type { ImportFile } from './workbook.ts';
