export { ImportError } from './errors.ts';
export type { ImportReport, ImportResult } from './report.ts';
export { importRvtools } from './rvtools.ts';
