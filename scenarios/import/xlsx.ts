import { ImportError } from './errors.ts';
import { limits, type SheetRequest, type Workbook } from './workbook.ts';
import { readSheet } from './xlsx-sheet.ts';
import { createXmlReader, type XmlHandlers } from './xml.ts';
import { inflatePart, listParts, partKey, type ZipPart } from './zip.ts';

/** Reads the wanted sheets and columns of an .xlsx workbook; nothing else is even unpacked. */
export function readXlsx(fileName: string, bytes: Uint8Array, request: SheetRequest): Workbook {
  const parts = listParts(fileName, bytes);
  const rootPath = targetsOf(fileName, parts, '_rels/.rels', '').find((target) => target.type === 'officeDocument')?.path ?? 'xl/workbook.xml';
  const root = parts.get(rootPath);
  if (root === undefined) throw new ImportError(fileName, 'is not an .xlsx workbook (it has no workbook part)');

  const listed: { name: string; relation: string }[] = [];
  let serialEpoch: Workbook['serialEpoch'] = 1900;
  readXml(fileName, root, {
    open(name, attributes) {
      if (name === 'workbookPr') serialEpoch = isTrue(attributes().get('date1904')) ? 1904 : 1900;
      if (name === 'sheet') listed.push({ name: attributes().get('name') ?? '', relation: attributes().get('id') ?? '' });
    },
  });

  const folder = rootPath.slice(0, rootPath.lastIndexOf('/') + 1);
  const targets = targetsOf(fileName, parts, `${folder}_rels/${rootPath.slice(folder.length)}.rels`, folder);
  const stringsPath = targets.find((target) => target.type === 'sharedStrings')?.path;
  const strings = readSharedStrings(fileName, stringsPath === undefined ? undefined : parts.get(stringsPath));
  const sheets = listed
    .filter((sheet) => request.wantsSheet(sheet.name))
    .map((sheet) => {
      const path = targets.find((target) => target.id === sheet.relation)?.path;
      const part = path === undefined ? undefined : parts.get(path);
      if (part === undefined) throw new ImportError(fileName, 'is named in the workbook but not in the file', { sheet: sheet.name });
      return readSheet(fileName, sheet.name, strings, request, (handlers) => readXml(fileName, part, handlers));
    });
  return { fileName, serialEpoch, created: readCreated(fileName, parts.get('docprops/core.xml')), sheets };
}

function isTrue(value: string | undefined): boolean {
  return value === '1' || value === 'true';
}

/** Feeds one part through the XML reader, piece by piece. */
function readXml(fileName: string, part: ZipPart, handlers: XmlHandlers): void {
  const fail = (problem: string): never => {
    throw new ImportError(fileName, `part ${JSON.stringify(part.name)} ${problem}`);
  };
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (piece?: Uint8Array): string => {
    try {
      return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
    } catch {
      return fail('is not UTF-8 text');
    }
  };
  const reader = createXmlReader(handlers, fail);
  inflatePart(fileName, part, (piece) => reader.write(decode(piece)));
  reader.write(decode());
  reader.end();
}

/** The parts that one part refers to, with the last word of the kind of reference. */
function targetsOf(fileName: string, parts: Map<string, ZipPart>, relationsPath: string, folder: string) {
  const targets: { id: string; type: string; path: string }[] = [];
  const part = parts.get(relationsPath);
  if (part === undefined) return targets;
  readXml(fileName, part, {
    open(name, attributes) {
      if (name !== 'Relationship') return;
      const relation = attributes();
      const type = relation.get('Type') ?? '';
      targets.push({
        id: relation.get('Id') ?? '',
        type: type.slice(type.lastIndexOf('/') + 1),
        path: resolvePath(folder, relation.get('Target') ?? ''),
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

function readSharedStrings(fileName: string, part: ZipPart | undefined): string[] {
  const strings: string[] = [];
  if (part === undefined) return strings;
  let current = '';
  let inText = false;
  let inPhonetic = false;
  readXml(fileName, part, {
    open(name) {
      if (name === 'si') current = '';
      if (name === 'rPh') inPhonetic = true;
      if (name === 't') inText = !inPhonetic;
    },
    text(value) {
      if (inText) current += value;
    },
    close(name) {
      if (name === 't') inText = false;
      if (name === 'rPh') inPhonetic = false;
      if (name !== 'si') return;
      if (strings.length >= limits.sharedStrings) throw new ImportError(fileName, `holds more than ${limits.sharedStrings} shared strings`);
      strings.push(current);
    },
  });
  return strings;
}

function readCreated(fileName: string, part: ZipPart | undefined): string | undefined {
  if (part === undefined) return undefined;
  let created = '';
  let inCreated = false;
  readXml(fileName, part, {
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
