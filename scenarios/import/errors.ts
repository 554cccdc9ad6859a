/** Where in a file something is wrong; as much of it as is known. */
export interface ImportPlace {
  sheet?: string | undefined;
  /** As a spreadsheet numbers its rows, from 1. */
  row?: number | undefined;
  /** Header of the column. */
  column?: string | undefined;
}

/** The one error of an import: the message names file, sheet, row and column. */
export class ImportError extends Error {
  readonly fileName: string;
  readonly place: ImportPlace;

  constructor(fileName: string, problem: string, place: ImportPlace = {}) {
    const where = [
      place.sheet === undefined ? '' : `sheet ${place.sheet}`,
      place.row === undefined ? '' : `row ${place.row}`,
      place.column === undefined ? '' : `column ${JSON.stringify(place.column)}`,
    ].filter((part) => part !== '');
    super([fileName, ...(where.length > 0 ? [where.join(', ')] : []), problem].join(': '));
    this.name = 'ImportError';
    this.fileName = fileName;
    this.place = place;
  }
}
