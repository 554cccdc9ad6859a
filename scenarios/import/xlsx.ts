import { ImportError } from './errors.ts';
import type { ReadCount } from './read-count.ts';
import { TextPieces } from './text-pieces.ts';
import { Texts } from './texts.ts';
import { type ImportFile, limits, type Remark, type Sheet, type SheetRequest, type Workbook } from './workbook.ts';
import { readSheet, unescapeText } from './xlsx-sheet.ts';
import { createXmlReader, type XmlHandlers } from './xml.ts';
import { inflatePart, listParts, partKey, type UnpackedCount, type ZipPart } from './zip.ts';

/** One workbook while it is being read. */
interface Package {
  fileName: string;
  parts: ReadonlyMap<string, ZipPart>;
  unpacked: UnpackedCount;
}

interface ListedSheet {
  name: string;
  relation: string;
}

/** Reads the wanted sheets and columns of an .xlsx workbook; nothing else is even unpacked. */
export function readXlsx({ fileName, bytes }: ImportFile, request: SheetRequest, count: ReadCount): Pick<Workbook, 'created' | 'sheets' | 'remarks'> {
  const book: Package = { fileName, parts: listParts(fileName, bytes), unpacked: { bytes: 0 } };
  const rootPath = targetsOf(book, '_rels/.rels', '').find((target) => target.type === 'officeDocument')?.path ?? 'xl/workbook.xml';
  const root = book.parts.get(rootPath);
  if (root === undefined) throw new ImportError(fileName, 'is not an .xlsx workbook (it has no workbook part)');

  const listed: ListedSheet[] = [];
  let serialEpoch: Sheet['serialEpoch'] = 1900;
  readXml(book, root, {
    open(name, attribute) {
      if (name === 'workbookPr') serialEpoch = isTrue(attribute('date1904')) ? 1904 : 1900;
      if (name === 'sheet') listed.push({ name: attribute('name') ?? '', relation: attribute('id') ?? '' });
    },
  });

  const folder = rootPath.slice(0, rootPath.lastIndexOf('/') + 1);
  const targets = targetsOf(book, `${folder}_rels/${rootPath.slice(folder.length)}.rels`, folder);
  const stringsPath = targets.find((target) => target.type === 'sharedStrings')?.path;
  const strings = readSharedStrings(book, stringsPath === undefined ? undefined : book.parts.get(stringsPath));
  const texts = new Texts(unescapeText);
  const read = (sheet: ListedSheet): Sheet | undefined => {
    const path = targets.find((target) => target.id === sheet.relation)?.path;
    const part = path === undefined ? undefined : book.parts.get(path);
    if (part === undefined) throw new ImportError(fileName, 'is named in the workbook but not in the file', { sheet: sheet.name });
    return readSheet({ fileName, name: sheet.name, serialEpoch, strings, texts, count, request }, (handlers) => readXml(book, part, handlers));
  };

  const sheets = listed.filter((sheet) => request.tabOfName(sheet.name) !== undefined).flatMap((sheet) => read(sheet) ?? []);
  const remarks: Remark[] = [];
  if (!sheets.some((sheet) => sheet.tab === request.mainTab)) {
    // Sheets that somebody has renamed or copied into a new workbook are known by their headers only.
    for (const sheet of listed.filter(({ name }) => request.tabOfName(name) === undefined && !request.isUnwanted(name))) {
      const found = read(sheet);
      if (found === undefined) continue;
      sheets.push(found);
      remarks.push({ fileName, remark: `sheet ${sheet.name}: read as ${found.tab}, by its headers` });
    }
  }
  return { created: readCreated(book, book.parts.get('docprops/core.xml')), sheets, remarks };
}

function isTrue(value: string | undefined): boolean {
  return value === '1' || value === 'true';
}

/** Feeds one part through the XML reader, piece by piece. */
function readXml({ fileName, unpacked }: Package, part: ZipPart, handlers: XmlHandlers): void {
  const fail = (problem: string): never => {
    throw new ImportError(fileName, `part ${JSON.stringify(part.name)} ${problem}`);
  };
  const reader = createXmlReader(handlers, fail);
  const pieces = new TextPieces((text) => reader.write(text), fail);
  inflatePart(fileName, part, unpacked, (piece) => pieces.write(piece));
  pieces.end();
  reader.end();
}

/** The parts that one part refers to, with the last word of the kind of reference. */
function targetsOf(book: Package, relationsPath: string, folder: string) {
  const targets: { id: string; type: string; path: string }[] = [];
  const part = book.parts.get(relationsPath);
  if (part === undefined) return targets;
  readXml(book, part, {
    open(name, attribute) {
      if (name !== 'Relationship') return;
      const type = attribute('Type') ?? '';
      targets.push({
        id: attribute('Id') ?? '',
        type: type.slice(type.lastIndexOf('/') + 1),
        path: resolvePath(folder, attribute('Target') ?? ''),
      });
    },
  });
  return targets;
}

function resolvePath(folder: string, target: string): string {
  const steps: string[] = [];
  for (const step of (target.startsWith('/') ? target : folder + target).split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  return partKey(steps.join('/'));
}

function readSharedStrings(book: Package, part: ZipPart | undefined): string[] {
  const strings: string[] = [];
  if (part === undefined) return strings;
  let chars = 0;
  let current = '';
  let inText = false;
  let inPhonetic = false;
  readXml(book, part, {
    open(name) {
      if (name === 'si') current = '';
      if (name === 'rPh') inPhonetic = true;
      if (name === 't') inText = !inPhonetic;
    },
    text(value) {
      if (!inText) return;
      current += value;
      if (current.length > limits.cellChars) {
        throw new ImportError(book.fileName, `shared string ${strings.length} has more than ${limits.cellChars} characters`);
      }
    },
    close(name) {
      if (name === 't') inText = false;
      if (name === 'rPh') inPhonetic = false;
      if (name !== 'si') return;
      chars += current.length;
      if (strings.length >= limits.sharedStrings) throw new ImportError(book.fileName, `holds more than ${limits.sharedStrings} shared strings`);
      if (chars > limits.textChars) throw new ImportError(book.fileName, `holds more than ${limits.textChars} characters of shared strings`);
      strings.push(current);
    },
  });
  return strings;
}

function readCreated(book: Package, part: ZipPart | undefined): string | undefined {
  if (part === undefined) return undefined;
  let created = '';
  let inCreated = false;
  readXml(book, part, {
    open(name) {
      inCreated = name === 'created';
    },
    text(value) {
      if (inCreated) created += value;
    },
    close() {
      inCreated = false;
    },
  });
  return created === '' ? undefined : created;
}
