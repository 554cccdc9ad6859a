import { type ColumnMatch, matchColumns, RowReader, type SheetSpec } from './columns.ts';
import { type Conventions, decideConventions, type Holds } from './conventions.ts';
import { isUsual } from './custom-columns.ts';
import { ImportError } from './errors.ts';
import type { ImportReport } from './report.ts';
import type { Header, Sheet, Workbook } from './workbook.ts';

/** Which sheets and columns were there. */
export type ReadingReport = Pick<ImportReport, 'sheets' | 'missingSheets' | 'missingColumns' | 'aliases' | 'unknownColumns' | 'remarks'>;

interface MatchedSheet {
  sheet: Sheet;
  match: ColumnMatch<string>;
}

/** The tabs of an export, read by field; keeps the report of what was there. */
export class Tabs {
  readonly reading: ReadingReport;
  readonly #fileName: string;
  readonly #matched: readonly MatchedSheet[];
  readonly #conventions: ReadonlyMap<string, Conventions>;

  constructor(workbook: Workbook, specs: readonly SheetSpec<string>[]) {
    this.#fileName = workbook.fileName;
    this.reading = { sheets: [], missingSheets: [], missingColumns: [], aliases: [], unknownColumns: [], remarks: [...workbook.remarks] };
    const specOf = new Map(specs.map((spec) => [spec.sheet, spec]));
    this.#matched = workbook.sheets.flatMap((sheet) => {
      const spec = specOf.get(sheet.tab);
      return spec === undefined ? [] : [{ sheet, match: matchColumns(sheet, spec) }];
    });
    this.#conventions = decideConventions(
      this.#matched.map(({ sheet, match }) => {
        const spec = specOf.get(sheet.tab);
        const columns = [...match.columns].flatMap(([field, header]): { header: Header; holds: Holds }[] => {
          const holds = spec?.columns[field]?.holds;
          return holds === undefined ? [] : [{ header, holds }];
        });
        return { sheet, columns };
      }),
    );
  }

  /** All rows of a tab, of every file that has it. Each reader is made when its turn comes: there may be hundreds of thousands. */
  *rows<Field extends string>(spec: SheetSpec<Field>): Generator<RowReader<Field>> {
    for (const { sheet, match } of this.#sheetsOf(spec)) {
      const conventions = this.#conventions.get(sheet.fileName) as Conventions;
      for (const row of sheet.rows) yield new RowReader(sheet, spec, match.columns, conventions, row);
    }
  }

  /** What is made of each row that has a key, reported as read; nothing where the tab is missing. */
  keyedRows<Field extends string, Made>(spec: SheetSpec<Field>, make: (row: RowReader<Field>) => Made): Made[] {
    const sheets = this.#sheetsOf(spec);
    if (sheets.length === 0) this.reading.missingSheets.push(spec.sheet);
    for (const { sheet, match } of sheets) {
      if (!match.columns.has(spec.key))
        throw new ImportError(sheet.fileName, `has no column ${spec.columns[spec.key].header}`, { sheet: sheet.name });
    }
    const rowsRead = new Map<Sheet, number>();
    const made: Made[] = [];
    for (const row of this.rows(spec)) {
      if (row.text(spec.key) === undefined) continue;
      rowsRead.set(row.sheet, (rowsRead.get(row.sheet) ?? 0) + 1);
      made.push(make(row));
    }
    for (const { sheet, match } of sheets) this.#report(sheet, match, rowsRead.get(sheet) ?? 0);
    return made;
  }

  /** The main tab, without which the files are no export. */
  require(spec: SheetSpec<string>): void {
    if (this.#sheetsOf(spec).length > 0) return;
    throw new ImportError(this.#fileName, `has no sheet ${spec.sheet}; this does not look like an RVTools export`);
  }

  /** Columns that belong to no known version and that nobody reads. */
  reportUnknown(readHeaders: ReadonlySet<Header>): void {
    for (const { sheet, match } of this.#matched) {
      const known = new Set([...match.columns.values(), ...readHeaders]);
      for (const header of sheet.headers) {
        if (!known.has(header) && !isUsual(sheet.tab, header.text)) this.reading.unknownColumns.push({ sheet: sheet.name, column: header.text });
      }
    }
  }

  #report(sheet: Sheet, match: ColumnMatch<string>, rowsRead: number): void {
    this.reading.sheets.push({
      sheet: sheet.name,
      rowsRead,
      rowsWithoutKey: sheet.rowsInFile - rowsRead,
      cellsBeyondLimit: sheet.cellsBeyondLimit,
    });
    this.reading.aliases.push(...match.aliases.map((alias) => ({ sheet: sheet.name, ...alias })));
    this.reading.missingColumns.push(...match.missing.map((column) => ({ sheet: sheet.name, column })));
  }

  #sheetsOf<Field extends string>({ sheet: tab }: SheetSpec<Field>): { sheet: Sheet; match: ColumnMatch<Field> }[] {
    return this.#matched.filter(({ sheet }) => sheet.tab === tab) as { sheet: Sheet; match: ColumnMatch<Field> }[];
  }
}
