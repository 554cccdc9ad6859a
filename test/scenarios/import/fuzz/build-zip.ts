import { constants, crc32, deflateRawSync } from 'node:zlib';

/** Text that repeats: unpacked it may be large, made and packed it never is. */
export interface Repetitive {
  head: string;
  block: string;
  times: number;
  tail: string;
}

interface PackedPart {
  name: string;
  packed: Buffer;
  bytes: number;
  crc: number;
}

/** Packs the block once and strings its copies together: each ends on a byte and refers to nothing before it. */
export function packRepetitive(name: string, { head, block, times, tail }: Repetitive): PackedPart {
  const pieces = [head, block, tail].map((text) => Buffer.from(text));
  const [headBytes, blockBytes, tailBytes] = pieces as [Buffer, Buffer, Buffer];
  const [packedHead, packedBlock, packedTail] = pieces.map((piece, index) =>
    deflateRawSync(piece, index === 2 ? {} : { finishFlush: constants.Z_FULL_FLUSH }),
  ) as [Buffer, Buffer, Buffer];
  // Of nothing the library gives 0, not what went before.
  const append = (before: number, piece: Buffer): number => (piece.length === 0 ? before : crc32(piece, before));
  let crc = append(0, headBytes);
  for (let time = 0; time < times; time++) crc = append(crc, blockBytes);
  return {
    name,
    packed: Buffer.concat([packedHead, ...Array.from({ length: times }, () => packedBlock), packedTail]),
    bytes: headBytes.length + blockBytes.length * times + tailBytes.length,
    crc: append(crc, tailBytes),
  };
}

/** A zip archive of parts that are packed already. */
export function zipPacked(parts: readonly PackedPart[]): Uint8Array {
  const local: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, packed, bytes, crc } of parts) {
    const nameBytes = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc, 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(bytes, 18);
    common.writeUInt16LE(nameBytes.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    local.push(Buffer.from('PK\x03\x04', 'latin1'), common, nameBytes, packed);
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, place, nameBytes);
    offset += 30 + nameBytes.length + packed.length;
  }
  const directoryBytes = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(directoryBytes.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directoryBytes, end]);
}
