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
    const textOf = new Map(headers.map((header) => [header.slot, header.text]));
    const rows = sheet.rows.map((row) => {
      if (!row.cells.some((cell) => clean(cell) !== cell)) return row;
      const cells = row.cells.map(clean);
      for (const [slot, cell] of cells.entries()) {
        if (cell !== row.cells[slot]) cleanedCells.push({ sheet: sheet.name, row: row.number, column: textOf.get(slot) ?? '' });
      }
      return { ...row, cells };
    });
    return { ...sheet, headers, rows };
  });
  return { workbook: { ...workbook, sheets }, cleanedCells };
}

/** What nearly no cell has, found in one look. */
const unclean = /\p{Control}|__proto__/u;

function clean(cell: Cell | undefined): Cell | undefined {
  if (typeof cell !== 'string' || !unclean.test(cell)) return cell;
  const text = withoutControls(cell);
  return text.replace(/^(\s*|\[)__proto__(?=\s*$|\])/, '$1_proto_');
}

function withoutControls(text: string): string {
  return text.replace(/\p{Control}+/gu, ' ');
}
