import { type Parsed, parseFlag, parseMebibytes, parseTime } from './cells.ts';
import { ImportError } from './errors.ts';
import { groupBy } from './groups.ts';
import type { Cell, Header, Row, Sheet, Workbook } from './workbook.ts';

/** One column that is understood, under any of its names. */
interface ColumnSpec {
  /** The name in current exports. */
  header: string;
  /** Names that follow from no rule, exactly as seen. */
  aliases?: readonly string[];
  /** Only tells namesakes apart: a file that lacks it is not short of anything. */
  unmissed?: true;
}

export interface SheetSpec<Field extends string> {
  /** The name of the tab. */
  sheet: string;
  /** The column without which a row says nothing; rows with an empty key are left over from formatting. */
  key: NoInfer<Field>;
  columns: Readonly<Record<Field, ColumnSpec>>;
}

/** The part of a header that counts: spelling varies in case, blanks and punctuation between versions. */
export function normaliseHeader(header: string): string {
  return header
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}#%]/gu, '');
}

/**
 * All names of a column, the preferred first: as in current exports, with MB for MiB as before 4.1 (the values always were binary), and with the
 * tab's name in front as `-DBColumnNames` writes it, unit or none.
 */
function namesOf(sheet: string, spec: ColumnSpec): string[] {
  const withoutUnit = spec.header.replace(/ MiB\b/, '');
  return [spec.header, spec.header.replace('MiB', 'MB'), ...(spec.aliases ?? []), sheet + spec.header, sheet + withoutUnit].map(normaliseHeader);
}

export function isColumnOf<Field extends string>(spec: SheetSpec<Field>, header: string): boolean {
  const name = normaliseHeader(header);
  return Object.values<ColumnSpec>(spec.columns).some((column) => namesOf(spec.sheet, column).includes(name));
}

export interface ColumnMatch<Field extends string> {
  columns: Map<Field, Header>;
  /** Columns found under another spelling than the current one. */
  aliases: { column: string; readAs: string }[];
  /** Current names of columns that the sheet does not have. */
  missing: string[];
}

/** Finds each field's column by name, never by position. Of several names of one field the preferred one wins. */
export function matchColumns<Field extends string>(fileName: string, sheet: Sheet, spec: SheetSpec<Field>): ColumnMatch<Field> {
  const byName = groupBy(sheet.headers, (header) => normaliseHeader(header.text));
  const match: ColumnMatch<Field> = { columns: new Map(), aliases: [], missing: [] };
  for (const field of Object.keys(spec.columns) as Field[]) {
    const column = spec.columns[field];
    const found = namesOf(spec.sheet, column)
      .map((name) => byName.get(name))
      .find((headers) => headers !== undefined);
    const header = found?.[0];
    if (found === undefined || header === undefined) {
      if (column.unmissed !== true) match.missing.push(column.header);
      continue;
    }
    if (found.length > 1) {
      throw new ImportError(fileName, `${found.length} columns have this name; rename or delete all but one`, {
        sheet: sheet.name,
        column: header.text,
      });
    }
    match.columns.set(field, header);
    if (header.text !== column.header) match.aliases.push({ column: header.text, readAs: column.header });
  }
  return match;
}

/** Reads the cells of one row by field; a cell that cannot be what its column holds is an error that names the cell. */
export class RowReader<Field extends string> {
  readonly number: number;
  readonly #workbook: Workbook;
  readonly #sheet: Sheet;
  readonly #columns: ReadonlyMap<string, Header>;
  readonly #row: Row;

  constructor(workbook: Workbook, sheet: Sheet, columns: ReadonlyMap<Field, Header>, row: Row) {
    this.number = row.number;
    this.#workbook = workbook;
    this.#sheet = sheet;
    this.#columns = columns;
    this.#row = row;
  }

  /** Text as it stands, except for blanks around it. */
  text(field: Field): string | undefined {
    const cell = this.#cell(field);
    const text = cell === undefined ? '' : String(cell).trim();
    return text === '' ? undefined : text;
  }

  /** MiB. */
  mebibytes(field: Field): number | undefined {
    return this.#parse(field, parseMebibytes);
  }

  flag(field: Field): boolean | undefined {
    return this.#parse(field, parseFlag);
  }

  /** Milliseconds since 1970-01-01T00:00 on the clock of the export; undefined where unset. */
  time(field: Field): number | undefined {
    return this.#parse(field, (cell) => parseTime(cell, this.#workbook.serialEpoch));
  }

  fail(field: Field, problem: string): never {
    throw new ImportError(this.#workbook.fileName, problem, { sheet: this.#sheet.name, row: this.number, column: this.#columns.get(field)?.text });
  }

  #cell(field: Field): Cell | undefined {
    const header = this.#columns.get(field);
    return header === undefined ? undefined : this.#row.cells.get(header.column);
  }

  #parse<T>(field: Field, parse: (cell: Cell) => Parsed<T>): T | undefined {
    const cell = this.#cell(field);
    if (cell === undefined || (typeof cell === 'string' && cell.trim() === '')) return undefined;
    const parsed = parse(cell);
    return 'problem' in parsed ? this.fail(field, parsed.problem) : parsed.value;
  }
}
