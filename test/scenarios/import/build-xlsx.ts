import { strToU8, type Zippable, zipSync } from 'fflate';

/** `raw` goes into the cell's place as it is, for what no honest writer would write. */
export type TestCell = string | number | boolean | null | { raw: string };

export interface TestWorkbook {
  sheets: Record<string, TestCell[][]>;
  /** Sheets given as the XML of the whole part, in place of one made from rows. */
  sheetXml?: Record<string, string>;
  sharedStrings?: string;
  created?: string;
  date1904?: boolean;
  extraParts?: Zippable;
  /** How hard to pack; 6 where it is not given. */
  compression?: 0 | 1 | 6;
}

const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const relations = 'http://schemas.openxmlformats.org/package/2006/relationships';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** `A` is column 0. */
function columnLetters(column: number): string {
  return (column >= 26 ? columnLetters(Math.floor(column / 26) - 1) : '') + String.fromCharCode(65 + (column % 26));
}

function cellXml(cell: TestCell, reference: string): string {
  if (cell === null) return '';
  if (typeof cell === 'object') return cell.raw;
  if (typeof cell === 'number') return `<c r="${reference}"><v>${cell}</v></c>`;
  if (typeof cell === 'boolean') return `<c r="${reference}" t="b"><v>${cell ? 1 : 0}</v></c>`;
  return `<c r="${reference}" t="inlineStr"><is><t xml:space="preserve">${escapeXml(cell)}</t></is></c>`;
}

export function worksheetXml(rows: TestCell[][]): string {
  const body = rows.map((cells, row) => {
    const inner = cells.map((cell, column) => cellXml(cell, `${columnLetters(column)}${row + 1}`)).join('');
    return `<row r="${row + 1}">${inner}</row>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="${main}"><sheetData>${body.join('')}</sheetData></worksheet>`;
}

/** A workbook of the given sheets, as small as the format allows. */
export function buildXlsx(workbook: TestWorkbook): Uint8Array {
  const xml = { ...Object.fromEntries(Object.entries(workbook.sheets).map(([name, rows]) => [name, worksheetXml(rows)])), ...workbook.sheetXml };
  const names = Object.keys(xml);
  const sheets = names.map((name, index) => `<sheet name="${escapeXml(name)}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`).join('');
  const targets = names.map(
    (_, index) => `<Relationship Id="rId${index + 1}" Type="${office}/worksheet" Target="worksheets/sheet${index + 1}.xml"/>`,
  );
  if (workbook.sharedStrings !== undefined) targets.push(`<Relationship Id="strings" Type="${office}/sharedStrings" Target="sharedStrings.xml"/>`);
  const parts: Zippable = {
    '_rels/.rels': strToU8(
      `<Relationships xmlns="${relations}"><Relationship Id="r" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ),
    'xl/workbook.xml': strToU8(
      `<workbook xmlns="${main}" xmlns:r="${office}"><workbookPr date1904="${workbook.date1904 ? 1 : 0}"/><sheets>${sheets}</sheets></workbook>`,
    ),
    'xl/_rels/workbook.xml.rels': strToU8(`<Relationships xmlns="${relations}">${targets.join('')}</Relationships>`),
    ...Object.fromEntries(names.map((name, index) => [`xl/worksheets/sheet${index + 1}.xml`, strToU8(xml[name] as string)])),
    ...workbook.extraParts,
  };
  if (workbook.sharedStrings !== undefined) parts['xl/sharedStrings.xml'] = strToU8(workbook.sharedStrings);
  if (workbook.created !== undefined) {
    parts['docProps/core.xml'] = strToU8(
      `<cp:coreProperties xmlns:cp="urn:cp" xmlns:dcterms="urn:dc"><dcterms:created>${workbook.created}</dcterms:created></cp:coreProperties>`,
    );
  }
  return zipSync(parts, { level: workbook.compression ?? 6 });
}
