import { readCsv } from './csv-sheet.ts';
import { ImportError } from './errors.ts';
import { ReadCount } from './read-count.ts';
import { type ImportFile, limits, type Sheet, type SheetRequest, type Workbook } from './workbook.ts';
import { readXlsx } from './xlsx.ts';
import { isOle, isZip } from './zip.ts';

/**
 * Reads any number of files as one export: workbooks, files of a CSV export, or both. The kind of a file is told by its content. A tab that stands in
 * several files is read from all of them; twice in one file it is refused. Throws `ImportError`.
 */
export function readWorkbook(files: readonly ImportFile[], request: SheetRequest): Workbook {
  const [first] = files;
  if (first === undefined) throw new ImportError('import', 'no file is given');
  const fileName = files.length === 1 ? first.fileName : `${first.fileName} and ${files.length - 1} more`;
  if (files.length > limits.files) throw new ImportError(fileName, `${files.length} files; at most ${limits.files} are read`);
  const totalBytes = files.reduce((total, file) => total + file.bytes.length, 0);
  if (files.length > 1 && totalBytes > limits.totalBytes) {
    throw new ImportError(fileName, `${totalBytes} bytes together; at most ${limits.totalBytes} are read`);
  }
  const workbook: Workbook = { fileName, created: undefined, sheets: [], remarks: [] };
  const count = new ReadCount(request);
  for (const file of withDistinctNames(files)) {
    const isXlsx = isZip(file.bytes) || isOle(file.bytes) || /\.xls[xm]?$/i.test(file.fileName);
    const part = isXlsx ? readXlsx(file, request, count) : { ...readCsv(file, request, count), created: undefined };
    refuseTwins(part.sheets);
    for (const sheet of part.sheets) workbook.sheets.push({ ...sheet, name: distinctName(sheet, workbook.sheets) });
    workbook.remarks.push(...part.remarks);
    if (part.created !== undefined && (workbook.created === undefined || part.created > workbook.created)) workbook.created = part.created;
  }
  return workbook;
}

/** Folders of two exports hold files of the same names. */
function withDistinctNames(files: readonly ImportFile[]): ImportFile[] {
  const seen = new Map<string, number>();
  return files.map((file) => {
    const number = (seen.get(file.fileName) ?? 0) + 1;
    seen.set(file.fileName, number);
    return number === 1 ? file : { ...file, fileName: `${file.fileName} (${number})` };
  });
}

function refuseTwins(sheets: readonly Sheet[]): void {
  for (const [index, sheet] of sheets.entries()) {
    const twin = sheets.slice(0, index).find((other) => other.tab === sheet.tab);
    if (twin !== undefined) throw new ImportError(sheet.fileName, `is there twice, also as ${sheet.name}`, { sheet: twin.name });
  }
}

function distinctName(sheet: Sheet, others: readonly Sheet[]): string {
  return others.some((other) => other.name === sheet.name) ? `${sheet.name} (${sheet.fileName})` : sheet.name;
}
