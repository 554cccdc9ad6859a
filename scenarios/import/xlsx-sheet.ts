import { ImportError } from './errors.ts';
import { type Cell, limits, type Row, type Sheet, type SheetRequest } from './workbook.ts';
import type { XmlHandlers } from './xml.ts';

/** A cell as it stands in the XML. */
interface RawCell {
  column: number;
  type: string;
  value: string;
  hasFormula: boolean;
}

/** Reads one worksheet: the first row with content gives the headers, then only kept columns are stored. */
export function readSheet(
  fileName: string,
  name: string,
  strings: readonly string[],
  request: SheetRequest,
  readXml: (handlers: XmlHandlers) => void,
): Sheet {
  const sheet: Sheet = { name, headers: [], rows: [], rowsInFile: 0, cellsBeyondLimit: 0 };
  const kept = new Map<number, string>();
  let cells = new Map<number, Cell>();
  let rowNumber = 0;
  let column = -1;
  let raw: RawCell | undefined;
  let reading: 'value' | 'nothing' = 'nothing';
  let inPhonetic = false;

  const startRow = (attributes: ReadonlyMap<string, string>): void => {
    const stated = Number(attributes.get('r') ?? Number.NaN);
    rowNumber = Number.isInteger(stated) && stated > 0 ? stated : rowNumber + 1;
    cells = new Map();
    column = -1;
  };

  const startCell = (attributes: ReadonlyMap<string, string>): void => {
    const reference = attributes.get('r');
    column = reference === undefined ? column + 1 : columnOf(reference);
    raw = { column, type: attributes.get('t') ?? 'n', value: '', hasFormula: false };
  };

  const endCell = (cell: RawCell): void => {
    if (cell.column >= limits.columns || cell.column < 0) {
      sheet.cellsBeyondLimit += 1;
      return;
    }
    const inHeader = sheet.headers.length === 0;
    if (!inHeader && !kept.has(cell.column)) return;
    const value = cellValue(cell, strings, (problem) => {
      throw new ImportError(fileName, problem, { sheet: name, row: rowNumber, column: kept.get(cell.column) });
    });
    if (value !== undefined) cells.set(cell.column, value);
  };

  const endRow = (): void => {
    if (sheet.headers.length > 0) {
      sheet.rowsInFile += 1;
      if (sheet.rowsInFile > limits.rows) throw new ImportError(fileName, `has more than ${limits.rows} rows`, { sheet: name });
      const row: Row = { number: rowNumber, cells };
      if (cells.size > 0) sheet.rows.push(row);
      return;
    }
    for (const [at, value] of [...cells].sort(([left], [right]) => left - right)) {
      const text = String(value);
      sheet.headers.push({ column: at, text });
      if (request.keepsColumn(name, text)) kept.set(at, text);
    }
  };

  readXml({
    open(tag, attributes) {
      if (tag === 'row') startRow(attributes());
      else if (tag === 'c') startCell(attributes());
      else if (tag === 'f' && raw !== undefined) raw.hasFormula = true;
      else if (tag === 'rPh') inPhonetic = true;
      else if (tag === 'v' || (tag === 't' && !inPhonetic)) reading = 'value';
    },
    text(value) {
      if (reading === 'value' && raw !== undefined) raw.value += value;
    },
    close(tag) {
      if (tag === 'v' || tag === 't') reading = 'nothing';
      else if (tag === 'rPh') inPhonetic = false;
      else if (tag === 'c' && raw !== undefined) {
        endCell(raw);
        raw = undefined;
      } else if (tag === 'row') endRow();
    },
  });
  return sheet;
}

/** `BC12` is column 54, counted from 0; -1 where there are no letters. */
function columnOf(reference: string): number {
  let column = 0;
  for (const letter of /^[A-Z]{0,3}/i.exec(reference)?.[0] ?? '') column = column * 26 + (letter.toUpperCase().charCodeAt(0) - 64);
  return column - 1;
}

/** Formulas count with the value that was stored with them; nothing is calculated. */
function cellValue(cell: RawCell, strings: readonly string[], fail: (problem: string) => never): Cell | undefined {
  if (cell.value === '') return cell.hasFormula ? fail('holds a formula without a stored value') : undefined;
  switch (cell.type) {
    case 's':
      return unescape(strings[Number(cell.value)] ?? fail(`refers to shared string ${cell.value}, which the file does not have`));
    case 'b':
      return cell.value === '1' || cell.value === 'true';
    case 'e':
      return fail(`holds the error ${cell.value}`);
    case 'n': {
      const value = Number(cell.value);
      return Number.isFinite(value) ? value : fail(`${JSON.stringify(cell.value)} is stored as a number but is none`);
    }
    default:
      return unescape(cell.value);
  }
}

/** Workbooks write characters that XML cannot hold as `_xHHHH_`. */
function unescape(text: string): string | undefined {
  const plain = text.includes('_x')
    ? text.replace(/_x([0-9A-F]{4})_/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
    : text;
  return plain === '' ? undefined : plain.replace(/\p{Surrogate}/gu, '\ufffd');
}
