import { type CsvRecord, readRecord } from './csv.ts';
import { ImportError } from './errors.ts';
import type { ReadCount } from './read-count.ts';
import { decodeFile } from './text-encoding.ts';
import { Texts } from './texts.ts';
import { type Cell, type Header, type ImportFile, limits, type Remark, type Row, type Sheet, type SheetRequest } from './workbook.ts';

/** Windows writes the list separator of the region. */
const delimiters = [',', ';', '\t', '|'] as const;
/** No character, so a line is read as one value. */
const noDelimiter = '\uffff';

interface Start {
  delimiter: string;
  /** Index and row number of the first record below the headers. */
  at: number;
  rowNumber: number;
  headers: string[];
  tab: string | undefined;
}

/** Reads one file of a CSV export; no sheet where it is none of the wanted tabs. The tab is told by the headers, and by the name only where they do not decide. */
export function readCsv({ fileName, bytes }: ImportFile, request: SheetRequest, count: ReadCount): { sheets: Sheet[]; remarks: Remark[] } {
  if (bytes.length > limits.fileBytes) throw new ImportError(fileName, `is ${bytes.length} bytes long; at most ${limits.fileBytes} are read`);
  const { text, remark } = decodeFile(fileName, bytes);
  const remarks: Remark[] = remark === undefined ? [] : [{ fileName, remark }];
  const start = findStart(text, request);
  const tab = start.tab ?? request.tabOfName(fileName.replace(/\.[a-z]{3,4}$/i, ''));
  if (tab === undefined)
    return { sheets: [], remarks: [...remarks, { fileName, remark: 'not read: its headers are those of no tab that is needed' }] };
  const kept = request.keptColumns(tab, start.headers);
  const headers: Header[] = [];
  let slot = 0;
  for (const [column, header] of start.headers.slice(0, limits.columns).entries()) {
    if (header !== '') headers.push({ column, text: header, slot: kept.has(column) ? slot++ : undefined });
  }
  const sheet: Sheet = { fileName, sharesFile: false, tab, name: tab, serialEpoch: 1900, headers, rows: [], rowsInFile: 0, cellsBeyondLimit: 0 };
  remarks.push(...readRows(text, start, sheet, count));
  return { sheets: [sheet], remarks };
}

/** The first record with content holds the headers; the delimiter is the one with which most of them make sense. */
function findStart(text: string, request: SheetRequest): Start {
  let at = 0;
  let rowNumber = 1;
  const stated = /^sep=(.)(?:\r\n|\n|\r)/i.exec(text);
  if (stated !== null) {
    at = stated[0].length;
    rowNumber += 1;
  }
  const candidates = stated?.[1] === undefined ? delimiters : [stated[1]];
  for (let end = at; end < text.length; rowNumber++, at = end) {
    end = readRecord(text, at, noDelimiter, 'doubled').next;
    if (end <= at) break;
    if (/[^\s,;|]/.test(text.slice(at, end))) break;
  }
  const starts = candidates.map((delimiter): Start => {
    const record = readRecord(text, at, delimiter, 'doubled');
    const headers = record.values.map((value) => value.trim());
    return { delimiter, at: record.next, rowNumber: rowNumber + 1, headers, tab: request.tabOfHeaders(headers) };
  });
  const recognised = starts.filter((start) => start.tab !== undefined);
  const most = (recognised.length > 0 ? recognised : starts).toSorted((left, right) => right.headers.length - left.headers.length);
  return most[0] as Start;
}

function readRows(text: string, start: Start, sheet: Sheet, count: ReadCount): Remark[] {
  const { fileName, name } = sheet;
  const width = start.headers.length;
  let { at, rowNumber } = start;
  let repairedRows = 0;
  const texts = new Texts();
  const shortRows: number[] = [];
  for (; at < text.length; rowNumber++) {
    const record = nextRecord(text, at, start.delimiter, width);
    const fail = (problem: string): never => {
      throw new ImportError(fileName, problem, { sheet: name, row: rowNumber });
    };
    if (record.problem === 'open quote') fail('a quoted value never ends; the file is cut short, or a quote is missing');
    if (record.problem === 'long value') fail(`holds a value of more than ${limits.cellChars} characters; a quote is missing`);
    if (record.problem === 'many values') fail(`has more than ${limits.rowValues} values`);
    const isLast = record.next >= text.length;
    const values = record.values;
    if (values.every((value) => value.trim() === '')) {
      count.addRow(sheet, rowNumber, false);
      at = record.next;
      continue;
    }
    const beyond = values.slice(width).filter((value) => value.trim() !== '');
    if (beyond.length > 0) fail(`has ${values.length} values for ${width} columns; a quote or a delimiter inside a value is not marked as such`);
    if (values.length < width) {
      if (isLast && !/[\r\n]$/.test(text)) fail(`ends after ${values.length} of ${width} values: the file is cut short`);
      if (record.repaired) fail(`has ${values.length} values for ${width} columns; its quotes cannot be told apart`);
      shortRows.push(rowNumber);
    }
    if (record.repaired && ++repairedRows > limits.repairedRows) fail(`is one of more than ${limits.repairedRows} rows with broken quotes`);
    sheet.cellsBeyondLimit += Math.max(0, Math.min(values.length, width) - limits.columns);
    const row = keep(values, sheet.headers, rowNumber, texts);
    count.addRow(sheet, rowNumber, row !== undefined);
    if (row !== undefined) sheet.rows.push(row);
    at = record.next;
  }
  const remarks: Remark[] = [];
  if (repairedRows > 0)
    remarks.push({
      fileName,
      remark: `${counted(repairedRows, 'row')} with quotes inside of values that are not doubled; read as part of the value`,
    });
  if (shortRows.length > 0) {
    remarks.push({
      fileName,
      remark: `${counted(shortRows.length, 'row')} with fewer values than columns, the first is row ${shortRows[0]}; the rest counts as empty`,
    });
  }
  return remarks;
}

/** By the usual rule for quotes; by the other one where the usual one leaves a doubt and the other gives a value for every column. */
function nextRecord(text: string, at: number, delimiter: string, width: number): CsvRecord {
  const usual = readRecord(text, at, delimiter, 'doubled');
  if (usual.problem === undefined && usual.values.length <= width && !usual.repaired) return usual;
  const other = readRecord(text, at, delimiter, 'bare');
  return other.problem === undefined && other.values.length === width ? { ...other, repaired: true } : usual;
}

function keep(values: readonly string[], headers: readonly Header[], number: number, texts: Texts): Row | undefined {
  const cells: (Cell | undefined)[] = [];
  let filled = false;
  for (const { column, slot } of headers) {
    if (slot === undefined) continue;
    const value = values[column];
    cells[slot] = value === undefined || value === '' ? undefined : texts.hold(value, slot);
    filled ||= cells[slot] !== undefined;
  }
  return filled ? { number, cells } : undefined;
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
