/** Splits CSV text that arrives in pieces into records, and a record into the few cells that are wanted of it. */

/** Text of one record at most; the widest known exports have 50,000 columns. */
const recordChars = 32 * 1024 * 1024;

/** Calls back for each record that is not blank, with its number from 1, line breaks inside quotes included in it. */
export class CsvRecords {
  readonly #onRecord: (record: string, number: number) => void;
  readonly #fail: (problem: string) => never;
  #text = '';
  /** Everything before has been looked at. */
  #scanned = 0;
  #quoted = false;
  #number = 0;

  constructor(onRecord: (record: string, number: number) => void, fail: (problem: string) => never) {
    this.#onRecord = onRecord;
    this.#fail = fail;
  }

  write(piece: string): void {
    this.#text += piece;
    let start = 0;
    let position = this.#scanned;
    // Each search is repeated only once its last find lies behind: a piece is looked through once for each sign.
    let quote = -1;
    let lineEnd = -1;
    while (position < this.#text.length) {
      if (quote < position) quote = indexOrEnd(this.#text, '"', position);
      if (lineEnd < position) lineEnd = indexOrEnd(this.#text, '\n', position);
      if (this.#quoted || quote < lineEnd) {
        if (quote < this.#text.length) this.#quoted = !this.#quoted;
        position = quote + 1;
      } else {
        if (lineEnd < this.#text.length) {
          this.#emit(this.#text.slice(start, lineEnd));
          start = lineEnd + 1;
        }
        position = lineEnd + 1;
      }
    }
    this.#text = this.#text.slice(start);
    this.#scanned = this.#text.length;
    if (this.#text.length > recordChars) this.#fail(`record ${this.#number + 1} is longer than ${recordChars} characters`);
  }

  end(): void {
    if (this.#quoted) this.#fail(`record ${this.#number + 1} ends inside quotes`);
    this.#emit(this.#text);
    this.#text = '';
  }

  #emit(record: string): void {
    const trimmed = record.endsWith('\r') ? record.slice(0, -1) : record;
    this.#number++;
    if (trimmed.trim() !== '') this.#onRecord(trimmed, this.#number);
  }
}

/** The sign that separates most of the headers. */
export function delimiterOf(header: string): string {
  const bare = header.replace(/"[^"]*"/g, '');
  const counted = [',', ';', '\t'].map((sign) => ({ sign, count: bare.split(sign).length }));
  return counted.reduce((best, next) => (next.count > best.count ? next : best)).sign;
}

/** All cells of a record, or with `wanted`, ascending, those columns only, each '' where the record is shorter. */
export function cellsOf(record: string, delimiter: string, wanted?: readonly number[]): string[] {
  const cells: string[] = [];
  let position = 0;
  let next = 0;
  for (let column = 0; position <= record.length; column++) {
    if (wanted !== undefined && next >= wanted.length) break;
    const end = endOfCell(record, position, delimiter);
    if (wanted === undefined || wanted[next] === column) {
      cells.push(unquoted(record.slice(position, end)));
      next++;
    }
    position = end + 1;
  }
  while (wanted !== undefined && cells.length < wanted.length) cells.push('');
  return cells;
}

function indexOrEnd(text: string, sign: string, from: number): number {
  const index = text.indexOf(sign, from);
  return index < 0 ? text.length : index;
}

function endOfCell(record: string, start: number, delimiter: string): number {
  let position = start;
  while (record[position] === '"') {
    position = indexOrEnd(record, '"', position + 1) + 1;
  }
  return indexOrEnd(record, delimiter, position);
}

function unquoted(cell: string): string {
  const trimmed = cell.trim();
  return trimmed.startsWith('"') && trimmed.endsWith('"') && trimmed.length > 1 ? trimmed.slice(1, -1).replaceAll('""', '"') : trimmed;
}
