/**
 * What a reader of any file kind hands on: sheets of rows. Nothing behind this seam knows how the file was packed.
 */

export interface ImportFile {
  fileName: string;
  bytes: Uint8Array;
}

export type Cell = string | number | boolean;

export interface Header {
  /** From 0. */
  column: number;
  text: string;
  /** Place of the column's cells in `Row.cells`; undefined where the request does not keep the column. */
  slot: number | undefined;
}

export interface Row {
  /** As a spreadsheet numbers its rows, from 1. */
  number: number;
  /** By the slot of the header; undefined where the cell is empty. */
  cells: readonly (Cell | undefined)[];
}

export interface Sheet {
  /** The file that it stands in. */
  fileName: string;
  /** Whether other sheets of its export stand in the same file. */
  sharesFile: boolean;
  /** Which of the request's tabs it is. */
  tab: string;
  /** What it is called to people: different for every sheet of an import. */
  name: string;
  /** Year from which whole-day serial numbers of dates count. */
  serialEpoch: 1900 | 1904;
  /** Every header of the first row with content, wanted or not, from left to right. */
  headers: Header[];
  /** Rows below the headers that hold at least one kept cell. */
  rows: Row[];
  /** Rows below the headers that the file has, empty ones included. */
  rowsInFile: number;
  /** Cells to the right of the last column that is read. */
  cellsBeyondLimit: number;
}

/** Something about a file that a person should know, though it was read. */
export interface Remark {
  fileName: string;
  remark: string;
}

export interface Workbook {
  /** Of the only file, or of the first with the count of the others. */
  fileName: string;
  /** When the file says it was created, as it says it; the latest of several. */
  created: string | undefined;
  /** The sheets asked for, in the order of the files. */
  sheets: Sheet[];
  remarks: Remark[];
}

/** What is wanted of a file; everything else stays unread. */
export interface SheetRequest {
  /** The tab that a sheet of this name must be; undefined where the name says nothing. */
  tabOfName(name: string): string | undefined;
  /** The tab that has such headers; undefined where no wanted one has. */
  tabOfHeaders(headers: readonly string[]): string | undefined;
  /** Whether a sheet of this name is surely none of the wanted ones. */
  isUnwanted(name: string): boolean;
  /** The tab without which there is nothing to import. */
  mainTab: string;
  /** Which of the columns are to be kept, by index into `headers`. */
  keptColumns(tab: string, headers: readonly string[]): ReadonlySet<number>;
}

const mebibyte = 1024 * 1024;

/** Hard limits of what is read; far beyond any real inventory. */
export const limits = {
  files: 200,
  /** Of one file as it lies on the disk, and of all together. */
  fileBytes: 64 * mebibyte,
  totalBytes: 192 * mebibyte,
  /** Per part of a packed file, counted on what unpacking really produces; and over all parts of the file. */
  partBytes: 192 * mebibyte,
  unpackedBytes: 320 * mebibyte,
  /** No part may unpack to more than so many times its packed size once it is beyond `denseBytes`; real sheets stay below 50. */
  unpackRatio: 100,
  denseBytes: 16 * mebibyte,
  parts: 10_000,
  /** Below the headers of one sheet; and with content, of all sheets together. */
  rows: 200_000,
  totalRows: 300_000,
  /** Of the main tab, with content: as many VMs as a vCenter can have. */
  mainRows: 50_000,
  columns: 512,
  /** Cells in one row of a workbook, which none can have more of. */
  rowCells: 16_384,
  /** Values in one row of a text file; those beyond `columns` are not read. */
  rowValues: 4096,
  /** Of one cell: what spreadsheets allow. */
  cellChars: 32_767,
  /** Of all cells that are kept, and of all shared strings of a workbook. */
  textChars: 96 * mebibyte,
  sharedStrings: 1_000_000,
  /** One tag or one run of text. */
  markupChars: mebibyte,
  markupDepth: 100,
  /** Rows of a text file whose quotes had to be guessed. */
  repairedRows: 10_000,
};
