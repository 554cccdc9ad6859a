/** Packs workbooks that are too large to be text first: as spreadsheets write them, with every text once in a part of its own. */
import { strToU8, Zip, ZipDeflate } from 'fflate';
import { escapeXml, type TestCell, type TestWorkbook } from '../test/scenarios/import/build-xlsx.ts';

const ROWS_AT_ONCE = 500;
const START = '<?xml version="1.0" encoding="UTF-8"?>';

/** Each of the pieces in turn, as one part of the archive. */
function addPart(zip: Zip, name: string, pieces: Iterable<string>): void {
  const part = new ZipDeflate(name, { level: 1 });
  zip.add(part);
  for (const piece of pieces) part.push(strToU8(piece));
  part.push(new Uint8Array(0), true);
}

class SharedStrings {
  readonly #numbers = new Map<string, number>();

  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#numbers.size);
    return this.#numbers.size - 1;
  }

  *xml(): Generator<string> {
    yield `${START}<sst>`;
    let piece = '';
    for (const text of this.#numbers.keys()) {
      piece += `<si><t>${escapeXml(text)}</t></si>`;
      if (piece.length < 100_000) continue;
      yield piece;
      piece = '';
    }
    yield `${piece}</sst>`;
  }
}

function* sheetXml(rows: readonly TestCell[][], strings: SharedStrings, letters: readonly string[]): Generator<string> {
  yield `${START}<worksheet><sheetData>`;
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    const some = rows.slice(at, at + ROWS_AT_ONCE).map((cells, index) => {
      const number = at + index + 1;
      const inner = cells.map((cell, column) => cellXml(cell, `${letters[column]}${number}`, strings)).join('');
      return `<row r="${number}">${inner}</row>`;
    });
    yield some.join('');
  }
  yield '</sheetData></worksheet>';
}

function cellXml(cell: TestCell, reference: string, strings: SharedStrings): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return `<c r="${reference}" t="s"><v>${strings.numberOf(cell)}</v></c>`;
  if (typeof cell === 'number') return `<c r="${reference}"><v>${cell}</v></c>`;
  throw new Error('only texts and numbers');
}

/** The sheets of the workbook, packed piece by piece. */
export function packWorkbook({ sheets }: TestWorkbook): Uint8Array {
  const packed: Uint8Array[] = [];
  const zip = new Zip((error, piece) => {
    if (error !== null) throw error;
    packed.push(piece);
  });
  const names = Object.keys(sheets);
  const listed = names.map((name, index) => `<sheet name="${name}" id="r${index}"/>`).join('');
  const targets = names.map((_, index) => `<Relationship Id="r${index}" Type="x/worksheet" Target="s${index}.xml"/>`).join('');
  const strings = new SharedStrings();
  const alphabet = Array.from({ length: 26 }, (_, index) => String.fromCharCode(65 + index));
  const letters = [...alphabet, ...alphabet.flatMap((first) => alphabet.map((second) => first + second))];
  addPart(zip, '_rels/.rels', ['<Relationships><Relationship Id="r" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>']);
  addPart(zip, 'xl/workbook.xml', [`<workbook><sheets>${listed}</sheets></workbook>`]);
  addPart(zip, 'xl/_rels/workbook.xml.rels', [
    `<Relationships>${targets}<Relationship Id="s" Type="x/sharedStrings" Target="strings.xml"/></Relationships>`,
  ]);
  for (const [index, name] of names.entries()) addPart(zip, `xl/s${index}.xml`, sheetXml(sheets[name] ?? [], strings, letters));
  addPart(zip, 'xl/strings.xml', strings.xml());
  zip.end();
  return Buffer.concat(packed);
}
