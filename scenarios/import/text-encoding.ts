import { ImportError } from './errors.ts';

/** The bytes that mark a file's encoding where they come first. */
const marks: readonly { bytes: readonly number[]; encoding: string }[] = [
  { bytes: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
];
/** Enough for the headers, where every character is of the Latin script. */
const probeBytes = 1024;

/**
 * The text of a file: by its byte order mark, else as UTF-16 where every other byte is zero, else as UTF-8, and as Windows-1252 where it is not
 * valid UTF-8. What was guessed is told in `remark`.
 */
export function decodeFile(fileName: string, bytes: Uint8Array): { text: string; remark: string | undefined } {
  const mark = marks.find((candidate) => candidate.bytes.every((byte, at) => bytes[at] === byte));
  if (mark !== undefined) {
    const text = decode(bytes.subarray(mark.bytes.length), mark.encoding);
    if (text === undefined) throw new ImportError(fileName, `is marked as ${mark.encoding.toUpperCase()} text, but is none`);
    return { text, remark: undefined };
  }
  const wide = unmarkedWide(bytes.subarray(0, probeBytes));
  if (wide !== undefined) {
    return { text: new TextDecoder(wide).decode(bytes), remark: `has no byte order mark; read as ${wide.toUpperCase()}, by its zero bytes` };
  }
  const text = decode(bytes, 'utf-8');
  if (text !== undefined) return { text, remark: undefined };
  return { text: new TextDecoder('windows-1252').decode(bytes), remark: 'is not valid UTF-8; read as Windows-1252: check names with accents' };
}

function decode(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function unmarkedWide(probe: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const zeros = [0, 0];
  for (const [at, byte] of probe.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const many = probe.length * 0.3;
  if (odd > many && even < many / 10) return 'utf-16le';
  return even > many && odd < many / 10 ? 'utf-16be' : undefined;
}
