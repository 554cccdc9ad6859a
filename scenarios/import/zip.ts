import { Inflate } from 'fflate';
import { ImportError } from './errors.ts';
import { limits } from './workbook.ts';

/** One file inside a zip archive, still packed. */
export interface ZipPart {
  name: string;
  method: number;
  packed: Uint8Array;
  /** What the archive claims; checked against what comes out. */
  declaredBytes: number;
  crc: number;
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const zip64LocatorSignature = 0x07064b50;
const zip64EndSignature = 0x06064b50;
const oleSignature = 0xe011cfd0;
const stored = 0;
const deflated = 8;

export function isZip(bytes: Uint8Array): boolean {
  return startsWith(bytes, localSignature);
}

/** Old and encrypted workbooks. */
export function isOle(bytes: Uint8Array): boolean {
  return startsWith(bytes, oleSignature);
}

function startsWith(bytes: Uint8Array, signature: number): boolean {
  return bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true) === signature;
}

/** Small enough that even the densest input (about 1000 to 1) unpacks to a few MiB before the next look at the count. */
const sliceBytes = 8 * 1024;

/** The key under which a part is found: names in a package do not distinguish case, and some writers use backslashes. */
export function partKey(name: string): string {
  return name.replaceAll('\\', '/').replace(/^\/+/, '').toLowerCase();
}

/** Lists the archive by its central directory; unpacks nothing. */
export function listParts(fileName: string, bytes: Uint8Array): Map<string, ZipPart> {
  const fail = (problem: string): never => {
    throw new ImportError(fileName, problem);
  };
  if (bytes.length > limits.fileBytes) fail(`is ${bytes.length} bytes long; at most ${limits.fileBytes} are read`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isOle(bytes)) {
    fail('is an .xls file or a password-protected workbook; save it as an unprotected .xlsx');
  }
  try {
    return readDirectory(fileName, bytes, view);
  } catch (error) {
    if (error instanceof RangeError) fail('is a damaged .xlsx file: its directory points outside of the file');
    throw error;
  }
}

function readDirectory(fileName: string, bytes: Uint8Array, view: DataView): Map<string, ZipPart> {
  const end = findEnd(view);
  if (end < 0) throw new ImportError(fileName, 'is not an .xlsx file (no zip directory found), or it is cut short');
  let count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if ((count === 0xffff || at === 0xffffffff) && end >= 20 && view.getUint32(end - 20, true) === zip64LocatorSignature) {
    const end64 = getUint64(view, end - 12);
    if (view.getUint32(end64, true) !== zip64EndSignature) throw new ImportError(fileName, 'is a damaged .xlsx file: no zip64 directory');
    count = getUint64(view, end64 + 32);
    at = getUint64(view, end64 + 48);
  }
  if (count > limits.parts) throw new ImportError(fileName, `holds ${count} parts; at most ${limits.parts} are read`);
  const parts = new Map<string, ZipPart>();
  for (let index = 0; index < count; index++) {
    if (view.getUint32(at, true) !== entrySignature) throw new ImportError(fileName, 'is a damaged .xlsx file: its directory is broken');
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameBytes));
    if ((view.getUint16(at + 8, true) & 1) !== 0) throw new ImportError(fileName, `part ${JSON.stringify(name)} is encrypted`);
    const sizes = entrySizes(view, at, at + 46 + nameBytes, extraBytes);
    if (view.getUint32(sizes.localAt, true) !== localSignature) {
      throw new ImportError(fileName, `is a damaged .xlsx file: part ${JSON.stringify(name)} is not where the directory says`);
    }
    const dataAt = sizes.localAt + 30 + view.getUint16(sizes.localAt + 26, true) + view.getUint16(sizes.localAt + 28, true);
    if (dataAt + sizes.packedBytes > bytes.length) throw new RangeError();
    const key = partKey(name);
    if (parts.has(key)) throw new ImportError(fileName, `holds part ${JSON.stringify(name)} twice`);
    parts.set(key, {
      name,
      method: view.getUint16(at + 10, true),
      packed: bytes.subarray(dataAt, dataAt + sizes.packedBytes),
      declaredBytes: sizes.declaredBytes,
      crc: view.getUint32(at + 16, true),
    });
    at += 46 + nameBytes + extraBytes + view.getUint16(at + 32, true);
  }
  return parts;
}

/** The end record is followed by a comment of at most 65,535 bytes. */
function findEnd(view: DataView): number {
  const lowest = Math.max(0, view.byteLength - 22 - 0xffff);
  for (let at = view.byteLength - 22; at >= lowest; at--) {
    if (view.getUint32(at, true) === endSignature) return at;
  }
  return -1;
}

/** Sizes and place of an entry; figures that need more than 32 bits stand in an extra field, in this order. */
function entrySizes(view: DataView, at: number, extraAt: number, extraBytes: number) {
  const sizes = { declaredBytes: view.getUint32(at + 24, true), packedBytes: view.getUint32(at + 20, true), localAt: view.getUint32(at + 42, true) };
  for (let field = extraAt; field + 4 <= extraAt + extraBytes; field += 4 + view.getUint16(field + 2, true)) {
    if (view.getUint16(field, true) !== 1) continue;
    let value = field + 4;
    for (const key of ['declaredBytes', 'packedBytes', 'localAt'] as const) {
      if (sizes[key] !== 0xffffffff) continue;
      sizes[key] = getUint64(view, value);
      value += 8;
    }
  }
  return sizes;
}

/** Beyond 2^53 the figure is only roughly right, which is enough to see that it points outside of the file. */
function getUint64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 0x1_0000_0000;
}

/** What all parts of one file have unpacked to so far. */
export interface UnpackedCount {
  bytes: number;
}

/** Unpacks one part in pieces and stops at the limits, whatever size the archive declares. */
export function inflatePart(fileName: string, part: ZipPart, unpacked: UnpackedCount, onData: (piece: Uint8Array) => void): void {
  const fail = (problem: string): never => {
    throw new ImportError(fileName, `part ${JSON.stringify(part.name)} ${problem}`);
  };
  let producedBytes = 0;
  let crc = 0xffffffff;
  const take = (piece: Uint8Array): void => {
    producedBytes += piece.length;
    if (producedBytes > limits.partBytes) fail(`unpacks to more than ${limits.partBytes} bytes; no real inventory is that large`);
    if (producedBytes > limits.denseBytes && producedBytes > limits.unpackRatio * part.packed.length) {
      fail(`unpacks to more than ${limits.unpackRatio} times its size, as no real sheet does`);
    }
    unpacked.bytes += piece.length;
    if (unpacked.bytes > limits.unpackedBytes)
      fail(`brings the file to more than ${limits.unpackedBytes} bytes unpacked; no real inventory is that large`);
    crc = updateCrc(crc, piece);
    onData(piece);
  };
  if (part.method !== stored && part.method !== deflated) fail(`is packed by method ${part.method}, which is not supported`);
  let pieces: Uint8Array[] = [];
  const inflate = (slice: Uint8Array, isLast: boolean): void => {
    try {
      inflater.push(slice, isLast);
    } catch (error) {
      fail(`is damaged (${error instanceof Error ? error.message : String(error)})`);
    }
  };
  const inflater = new Inflate((piece) => pieces.push(piece));
  for (let at = 0; at === 0 || at < part.packed.length; at += sliceBytes) {
    const slice = part.packed.subarray(at, at + sliceBytes);
    pieces = [];
    if (part.method === stored) pieces.push(slice);
    else inflate(slice, at + sliceBytes >= part.packed.length);
    for (const piece of pieces) take(piece);
  }
  if (producedBytes !== part.declaredBytes) fail(`unpacks to ${producedBytes} bytes, but the file declares ${part.declaredBytes}`);
  if (~crc >>> 0 !== part.crc) fail('is damaged (its checksum does not match)');
}

/** The remainder of a byte with zero to seven zero bytes behind it. */
const crcTables = crcTablesOf(8);

function crcTablesOf(count: number): Uint32Array[] {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = (value & 1) === 0 ? value >>> 1 : (value >>> 1) ^ 0xedb88320;
    return value;
  });
  const tables = [first];
  while (tables.length < count) tables.push((tables.at(-1) as Uint32Array).map((value) => (value >>> 8) ^ (first[value & 0xff] as number)));
  return tables;
}

/** CRC-32, eight bytes at a time. */
function updateCrc(crc: number, piece: Uint8Array): number {
  const [one, two, three, four, five, six, seven, eight] = crcTables as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  const at8 = piece.length & ~7;
  let value = crc;
  let at = 0;
  for (; at < at8; at += 8) {
    value ^= (piece[at] as number) | ((piece[at + 1] as number) << 8) | ((piece[at + 2] as number) << 16) | ((piece[at + 3] as number) << 24);
    value =
      (eight[value & 0xff] as number) ^
      (seven[(value >>> 8) & 0xff] as number) ^
      (six[(value >>> 16) & 0xff] as number) ^
      (five[value >>> 24] as number) ^
      (four[piece[at + 4] as number] as number) ^
      (three[piece[at + 5] as number] as number) ^
      (two[piece[at + 6] as number] as number) ^
      (one[piece[at + 7] as number] as number);
  }
  for (; at < piece.length; at++) value = (value >>> 8) ^ (one[(value ^ (piece[at] as number)) & 0xff] as number);
  return value;
}
