import { ImportError } from './errors.ts';
import type { ReadCount } from './read-count.ts';
import type { Texts } from './texts.ts';
import { type Cell, limits, type Sheet, type SheetRequest } from './workbook.ts';
import type { AttributeOf, XmlHandlers } from './xml.ts';

/** A cell as it stands in the XML. */
interface RawCell {
  /** Whether its content is wanted. */
  isKept: boolean;
  type: string;
  value: string;
  hasFormula: boolean;
}

export interface SheetSource {
  fileName: string;
  name: string;
  serialEpoch: Sheet['serialEpoch'];
  strings: readonly string[];
  texts: Texts;
  count: ReadCount;
  request: SheetRequest;
}

/** Thrown to leave a sheet of which nothing is wanted. */
class Unwanted extends Error {}

/**
 * Reads one worksheet: the first row with content gives the headers, then only kept columns are stored. Undefined where neither its name nor its
 * headers make it one of the wanted tabs.
 */
export function readSheet(source: SheetSource, readXml: (handlers: XmlHandlers) => void): Sheet | undefined {
  const { fileName, name, serialEpoch, strings, texts, count, request } = source;
  const tabByName = request.tabOfName(name);
  const sheet: Sheet = {
    fileName,
    sharesFile: true,
    tab: tabByName ?? '',
    name,
    serialEpoch,
    headers: [],
    rows: [],
    rowsInFile: 0,
    cellsBeyondLimit: 0,
  };
  /** Kept headers by column. */
  const kept: ({ slot: number; text: string } | undefined)[] = [];
  /** A place for each kept header. */
  const emptyRow: undefined[] = [];
  let cells: (Cell | undefined)[] = [];
  let headerCells = new Map<number, Cell>();
  let filled = false;
  let rowNumber = 0;
  let cellsInRow = 0;
  let column = -1;
  /** The cell at hand, one object for all of them. */
  const raw: RawCell = { isKept: false, type: 'n', value: '', hasFormula: false };
  let reading: 'value' | 'nothing' = 'nothing';
  let inPhonetic = false;

  const failAt = (problem: string): never => {
    throw new ImportError(fileName, problem, { sheet: name, row: rowNumber, column: kept[column]?.text });
  };

  const startRow = (attribute: AttributeOf): void => {
    const stated = Number(attribute('r') ?? Number.NaN);
    rowNumber = Number.isInteger(stated) && stated > 0 ? stated : rowNumber + 1;
    cells = emptyRow.slice();
    if (sheet.headers.length === 0) headerCells = new Map();
    filled = false;
    cellsInRow = 0;
    column = -1;
  };

  const startCell = (attribute: AttributeOf): 'skip' | undefined => {
    const reference = attribute('r');
    column = reference === undefined ? column + 1 : columnOf(reference);
    cellsInRow += 1;
    if (cellsInRow > limits.rowCells) failAt(`has more than ${limits.rowCells} cells`);
    const isBeyond = column >= limits.columns || column < 0;
    if (isBeyond) sheet.cellsBeyondLimit += 1;
    raw.isKept = !isBeyond && (sheet.headers.length === 0 || kept[column] !== undefined);
    if (!raw.isKept) return 'skip';
    raw.type = attribute('t') ?? 'n';
    raw.value = '';
    raw.hasFormula = false;
    return undefined;
  };

  const endCell = (): void => {
    raw.isKept = false;
    const header = kept[column];
    const stored = storedValue(raw, strings, failAt);
    const value = typeof stored === 'string' ? texts.hold(stored, column) || undefined : stored;
    if (value === undefined) return;
    if (typeof value === 'string') count.addChars(value.length, failAt);
    if (header === undefined) headerCells.set(column, value);
    else {
      cells[header.slot] = value;
      filled = true;
    }
  };

  const endRow = (): void => {
    if (sheet.headers.length === 0) return readHeaders();
    count.addRow(sheet, rowNumber, filled);
    if (filled) sheet.rows.push({ number: rowNumber, cells });
  };

  const readHeaders = (): void => {
    const found = [...headerCells].sort(([left], [right]) => left - right);
    if (found.length === 0) return;
    const names = found.map(([, value]) => String(value));
    sheet.tab = tabByName ?? request.tabOfHeaders(names) ?? '';
    if (sheet.tab === '') throw new Unwanted();
    const keptIndices = request.keptColumns(sheet.tab, names);
    for (const [index, [at]] of found.entries()) {
      const text = names[index] as string;
      const slot = keptIndices.has(index) ? emptyRow.length : undefined;
      sheet.headers.push({ column: at, text, slot });
      if (slot === undefined) continue;
      kept[at] = { slot, text };
      emptyRow.push(undefined);
    }
  };

  const handlers: XmlHandlers = {
    open(tag, attribute) {
      if (tag === 'row') startRow(attribute);
      else if (tag === 'c') return startCell(attribute);
      else if (tag === 'f' && raw.isKept) raw.hasFormula = true;
      else if (tag === 'rPh') inPhonetic = true;
      else if (tag === 'v' || (tag === 't' && !inPhonetic)) reading = 'value';
      return undefined;
    },
    wantsText: () => reading === 'value' && raw.isKept,
    text(value) {
      if (reading !== 'value' || !raw.isKept) return;
      raw.value += value;
      if (raw.value.length > limits.cellChars) failAt(`holds a text of more than ${limits.cellChars} characters`);
    },
    close(tag) {
      if (tag === 'v' || tag === 't') reading = 'nothing';
      else if (tag === 'rPh') inPhonetic = false;
      else if (tag === 'c' && raw.isKept) endCell();
      else if (tag === 'row') endRow();
    },
  };
  try {
    readXml(handlers);
  } catch (error) {
    if (error instanceof Unwanted) return undefined;
    throw error;
  }
  return sheet.tab === '' ? undefined : sheet;
}

/** `BC12` is column 54, counted from 0; -1 where there are no letters. */
function columnOf(reference: string): number {
  let column = 0;
  for (let at = 0; at < 3; at++) {
    // The sixth bit tells small letters from capitals.
    const letter = (reference.charCodeAt(at) & ~32) - 64;
    if (!(letter >= 1 && letter <= 26)) break;
    column = column * 26 + letter;
  }
  return column - 1;
}

/** Formulas count with the value that was stored with them; nothing is calculated. */
function storedValue(cell: RawCell, strings: readonly string[], fail: (problem: string) => never): Cell | undefined {
  if (cell.value === '') return cell.hasFormula ? fail('holds a formula without a stored value') : undefined;
  switch (cell.type) {
    case 's':
      return strings[Number(cell.value)] ?? fail(`refers to shared string ${cell.value}, which the file does not have`);
    case 'b':
      return cell.value === '1' || cell.value === 'true';
    case 'e':
      return fail(`holds the error ${cell.value}`);
    case 'n': {
      const value = Number(cell.value);
      return Number.isFinite(value) ? value : fail(`${JSON.stringify(cell.value)} is stored as a number but is none`);
    }
    default:
      return cell.value;
  }
}

/** Workbooks write characters that XML cannot hold as `_xHHHH_`. */
export function unescapeText(text: string): string {
  const plain = text.includes('_x')
    ? text.replace(/_x([0-9A-F]{4})_/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
    : text;
  return plain.replace(/\p{Surrogate}/gu, '\ufffd');
}
