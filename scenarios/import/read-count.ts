import { ImportError } from './errors.ts';
import { limits, type Sheet, type SheetRequest } from './workbook.ts';

/** What all files of an import have given so far; refuses more than can be held. */
export class ReadCount {
  readonly #mainTab: string;
  #rows = 0;
  #mainRows = 0;
  #chars = 0;

  constructor(request: SheetRequest) {
    this.#mainTab = request.mainTab;
  }

  /** Rows below the headers, empty ones included; on top of that each with content. */
  addRow(sheet: Sheet, row: number, hasContent: boolean): void {
    const fail = (problem: string, place: number | undefined): never => {
      throw new ImportError(sheet.fileName, problem, { sheet: sheet.name, row: place });
    };
    sheet.rowsInFile += 1;
    if (sheet.rowsInFile > limits.rows) fail(`has more than ${limits.rows} rows`, undefined);
    if (!hasContent) return;
    this.#rows += 1;
    if (this.#rows > limits.totalRows) fail(`brings the sheets to more than ${limits.totalRows} rows with content`, row);
    if (sheet.tab === this.#mainTab) this.#mainRows += 1;
    if (this.#mainRows > limits.mainRows) fail(`has more than ${limits.mainRows} rows with content; import one vCenter at a time`, row);
  }

  /** `fail` must throw. */
  addChars(chars: number, fail: (problem: string) => never): void {
    this.#chars += chars;
    if (this.#chars > limits.textChars) fail(`brings the texts to more than ${limits.textChars} characters; no real inventory has that many`);
  }
}
