import type { ImportFile } from '../../../scenarios/import/index.ts';
import type { TestCell, TestWorkbook } from './build-xlsx.ts';

export interface CsvStyle {
  delimiter?: string;
  /** What stands between groups of three digits. */
  thousands?: string;
  lineEnd?: string;
  /** As exports before 4.6.1: quotes inside of values stand as they are. */
  bareQuotes?: boolean;
}

/** Text as RVTools writes it: every value in quotes, numbers grouped. */
export function csvText(rows: TestCell[][], style: CsvStyle = {}): string {
  const { delimiter = ',', thousands = ',', lineEnd = '\r\n', bareQuotes = false } = style;
  const valueOf = (cell: TestCell): string => {
    if (typeof cell === 'number') return String(cell).replace(/\B(?=(?:\d{3})+$)/g, thousands);
    if (typeof cell === 'boolean') return cell ? 'True' : 'False';
    return typeof cell === 'string' ? cell : '';
  };
  const quoted = (value: string): string => `"${bareQuotes ? value : value.replaceAll('"', '""')}"`;
  return rows.map((row) => row.map((cell) => quoted(valueOf(cell))).join(delimiter) + lineEnd).join('');
}

export function csvFile(fileName: string, rows: TestCell[][], style?: CsvStyle): ImportFile {
  return { fileName, bytes: Buffer.from(csvText(rows, style)) };
}

/** One file for each sheet, named as RVTools does. */
export function csvFolder({ sheets }: TestWorkbook, style?: CsvStyle): ImportFile[] {
  return Object.entries(sheets).map(([tab, rows]) => csvFile(`RVTools_tab${tab}.csv`, rows, style));
}
