import type { Cell, Workbook } from './workbook.ts';

export interface CleanedCell {
  sheet: string;
  row: number;
  /** Header of the column. */
  column: string;
}

/**
 * What a scenario refuses in a name is replaced before anything reads it. Control characters, line breaks among them, become blanks: they are never
 * part of a name that anybody typed, and must not reach a terminal. `__proto__`, alone or as the datastore of a path, loses two underscores.
 */
export function cleanText(workbook: Workbook): { workbook: Workbook; cleanedCells: CleanedCell[] } {
  const cleanedCells: CleanedCell[] = [];
  const sheets = workbook.sheets.map((sheet) => {
    const headers = sheet.headers.map((header) => ({ ...header, text: withoutControls(header.text) }));
    const nameOf = new Map(headers.map((header) => [header.column, header.text]));
    const rows = sheet.rows.map((row) => {
      if (![...row.cells.values()].some((cell) => clean(cell) !== cell)) return row;
      const cells = new Map<number, Cell>();
      for (const [column, cell] of row.cells) {
        cells.set(column, clean(cell));
        if (cells.get(column) !== cell) cleanedCells.push({ sheet: sheet.name, row: row.number, column: nameOf.get(column) ?? '' });
      }
      return { ...row, cells };
    });
    return { ...sheet, headers, rows };
  });
  return { workbook: { ...workbook, sheets }, cleanedCells };
}

function clean(cell: Cell): Cell {
  return typeof cell === 'string' ? withoutControls(cell).replace(/(?<=^\s*|^\[)__proto__(?=\s*$|\])/, '_proto_') : cell;
}

function withoutControls(text: string): string {
  return text.replace(/\p{Control}+/gu, ' ');
}
