/**
 * What a reader of any file kind hands on: sheets of rows. Nothing behind this seam knows how the file was packed.
 */

export type Cell = string | number | boolean;

export interface Header {
  /** From 0. */
  column: number;
  text: string;
}

export interface Row {
  /** As a spreadsheet numbers its rows, from 1. */
  number: number;
  /** By column, from 0; only columns that the request keeps, only cells with content. */
  cells: ReadonlyMap<number, Cell>;
}

export interface Sheet {
  name: string;
  /** Every header of the first row with content, wanted or not, from left to right. */
  headers: Header[];
  /** Rows below the headers that hold at least one kept cell. */
  rows: Row[];
  /** Rows below the headers that the file has, empty ones included. */
  rowsInFile: number;
  /** Cells to the right of the last column that is read. */
  cellsBeyondLimit: number;
}

export interface Workbook {
  fileName: string;
  /** Year from which whole-day serial numbers of dates count. */
  serialEpoch: 1900 | 1904;
  /** When the file says it was created, as it says it. */
  created: string | undefined;
  /** The sheets asked for, in the order of the file. */
  sheets: Sheet[];
}

/** What is wanted of a file; everything else stays unread. */
export interface SheetRequest {
  wantsSheet(name: string): boolean;
  keepsColumn(sheetName: string, header: string): boolean;
}

/** Hard limits of what is read; far beyond any real inventory. */
export const limits = {
  fileBytes: 64 * 1024 * 1024,
  /** Per part of a packed file, counted on what unpacking really produces. */
  partBytes: 192 * 1024 * 1024,
  parts: 10_000,
  rows: 200_000,
  columns: 512,
  sharedStrings: 2_000_000,
  /** One tag or one run of text. */
  markupChars: 1024 * 1024,
  markupDepth: 100,
};
