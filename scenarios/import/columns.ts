import { type Parsed, parseFlag, parseMebibytes, parseTime } from './cells.ts';
import type { Conventions, Holds } from './conventions.ts';
import { customColumns } from './custom-columns.ts';
import { ImportError } from './errors.ts';
import { groupBy } from './groups.ts';
import { normaliseHeader } from './headers.ts';
import type { Cell, Header, Row, Sheet } from './workbook.ts';

/** One column that is understood, under any of its names. */
interface ColumnSpec {
  /** The name in current exports. */
  header: string;
  /** Names that follow from no rule, exactly as seen. */
  aliases?: readonly string[];
  /** What its cells are where they are more than text or flags. Everything but snapshots is measured in whole MiB. */
  holds?: Holds;
  /** Only tells namesakes apart: a file that lacks it is not short of anything. */
  unmissed?: true;
}

export interface SheetSpec<Field extends string> {
  /** The name of the tab. */
  sheet: string;
  /** The column without which a row says nothing; rows with an empty key are left over from formatting. */
  key: NoInfer<Field>;
  columns: Readonly<Record<Field, ColumnSpec>>;
  /** Current names of columns by which the tab is known without its name: at least one of each group. */
  marks: readonly (readonly string[])[];
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

/** Whether headers, in normal form, are those of the tab. */
export function bearsMarksOf<Field extends string>(spec: SheetSpec<Field>, names: ReadonlySet<string>): boolean {
  const columns = Object.values<ColumnSpec>(spec.columns);
  const isThere = (mark: string): boolean => {
    const column = columns.find(({ header }) => header === mark) ?? { header: mark };
    return namesOf(spec.sheet, column).some((name) => names.has(name));
  };
  return spec.marks.every((group) => group.some(isThere));
}

export interface ColumnMatch<Field extends string> {
  columns: Map<Field, Header>;
  /** Columns found under another spelling than the current one. */
  aliases: { column: string; readAs: string }[];
  /** Current names of columns that the sheet does not have. */
  missing: string[];
}

/**
 * Finds each field's column by name, never by position. Of several names of one field the preferred one wins; of several columns of one name the one
 * that is not among the custom attributes.
 */
export function matchColumns<Field extends string>(sheet: Sheet, spec: SheetSpec<Field>): ColumnMatch<Field> {
  const custom = customColumns(
    sheet.tab,
    sheet.headers.map((header) => header.text),
  );
  const byName = groupBy(
    sheet.headers.map((header, index) => ({ header, index })),
    ({ header }) => normaliseHeader(header.text),
  );
  const match: ColumnMatch<Field> = { columns: new Map(), aliases: [], missing: [] };
  for (const field of Object.keys(spec.columns) as Field[]) {
    const column = spec.columns[field];
    const found = namesOf(spec.sheet, column)
      .map((name) => byName.get(name))
      .find((headers) => headers !== undefined);
    const own = found !== undefined && found.length > 1 ? found.filter(({ index }) => !custom.has(index)) : found;
    const header = (own?.[0] ?? found?.[0])?.header;
    if (found === undefined || header === undefined) {
      if (column.unmissed !== true) match.missing.push(column.header);
      continue;
    }
    if (found.length > 1 && own?.length !== 1) {
      throw new ImportError(sheet.fileName, `${found.length} columns have this name; rename or delete all but one`, {
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
  readonly sheet: Sheet;
  readonly #specs: Readonly<Record<string, ColumnSpec>>;
  readonly #columns: ReadonlyMap<string, Header>;
  readonly #conventions: Conventions;
  readonly #row: Row;

  constructor(sheet: Sheet, spec: SheetSpec<Field>, columns: ReadonlyMap<Field, Header>, conventions: Conventions, row: Row) {
    this.number = row.number;
    this.sheet = sheet;
    this.#specs = spec.columns;
    this.#columns = columns;
    this.#conventions = conventions;
    this.#row = row;
  }

  /** Text as it stands, except for blanks around it. */
  text(field: Field): string | undefined {
    return this.textUnder(this.#columns.get(field));
  }

  /** The same of any column. */
  textUnder(header: Header | undefined): string | undefined {
    const cell = this.#cell(header);
    const text = cell === undefined ? '' : String(cell).trim();
    return text === '' ? undefined : text;
  }

  /** Whole MiB. */
  mebibytes(field: Field): number | undefined {
    const holds = this.#specs[field]?.holds === 'size' ? 'size' : 'whole';
    return this.#parse(field, (cell) => parseMebibytes(cell, holds, this.#conventions));
  }

  flag(field: Field): boolean | undefined {
    return this.#parse(field, parseFlag);
  }

  /** Milliseconds since 1970-01-01T00:00 on the clock of the export; undefined where unset. */
  time(field: Field): number | undefined {
    return this.#parse(field, (cell) => parseTime(cell, this.sheet.serialEpoch, this.#conventions));
  }

  /** The same, but undefined where the cell is no time. */
  timeIfAny(field: Field): number | undefined {
    const cell = this.#cell(this.#columns.get(field));
    const parsed = cell === undefined ? { value: undefined } : parseTime(cell, this.sheet.serialEpoch, this.#conventions);
    return 'value' in parsed ? parsed.value : undefined;
  }

  fail(field: Field, problem: string): never {
    throw new ImportError(this.sheet.fileName, problem, { sheet: this.sheet.name, row: this.number, column: this.#columns.get(field)?.text });
  }

  #cell(header: Header | undefined): Cell | undefined {
    return header?.slot === undefined ? undefined : this.#row.cells[header.slot];
  }

  #parse<T>(field: Field, parse: (cell: Cell) => Parsed<T>): T | undefined {
    const cell = this.#cell(this.#columns.get(field));
    if (cell === undefined || (typeof cell === 'string' && cell.trim() === '')) return undefined;
    const parsed = parse(cell);
    return 'problem' in parsed ? this.fail(field, parsed.problem) : parsed.value;
  }
}
