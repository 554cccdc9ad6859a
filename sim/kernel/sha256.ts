/**
 * SHA-256 (FIPS 180-4) of text that arrives in pieces. Streamed, because a log may be larger than memory; our own, because a browser offers no
 * streaming hash and `sim/` imports nothing from a platform. Tested against the platform's.
 */

/** First 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const ROUND_CONSTANTS = new Int32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
  0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
  0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);

const BLOCK_BYTES = 64;

/** Bytes that are collected before they are hashed. */
const BUFFER_BYTES = 64 * BLOCK_BYTES;

export class Sha256 {
  private readonly state = new Int32Array([0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19]);
  private readonly bytes = new Uint8Array(BUFFER_BYTES);
  private readonly view = new DataView(this.bytes.buffer);
  private readonly schedule = new Int32Array(64);
  private filled = 0;
  private hashedBytes = 0;

  /** Adds text in UTF-8. A lone surrogate counts as U+FFFD, as every encoder on the web has it. */
  update(text: string): this {
    const units = new Uint16Array(text.length);
    for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
    this.addUnits(units, units.length);
    return this;
  }

  /** Adds text that comes as UTF-16 code units, the first `length` of them. */
  addUnits(units: Uint16Array, length: number): void {
    for (let from = 0; from < length; ) {
      const count = Math.min(length - from, BUFFER_BYTES - this.filled);
      // Nearly all text is ASCII: copied as if it were, and done again where it was not.
      if (this.copy(units, from, count) < 0x80) {
        this.filled += count;
        from += count;
        if (this.filled < BUFFER_BYTES) continue;
        this.compress(BUFFER_BYTES);
        this.filled = 0;
      } else from += this.pushUpTo(units, from, length);
    }
  }

  /** Copies units as bytes behind what is there already; returns a number below 0x80 when all of them were ASCII. */
  private copy(units: Uint16Array, from: number, count: number): number {
    const { bytes, filled } = this;
    let seen = 0;
    for (let i = 0; i < count; i++) {
      const unit = units[from + i] as number;
      seen |= unit;
      bytes[filled + i] = unit;
    }
    return seen;
  }

  /** Adds units one by one up to and including the first character beyond ASCII; returns how many that were. */
  private pushUpTo(units: Uint16Array, from: number, length: number): number {
    for (let i = from; i < length; i++) {
      const unit = units[i] as number;
      if (unit >= 0x80) return i + 1 - from + this.pushBeyondAscii(unit, i + 1 < length ? (units[i + 1] as number) : 0);
      this.push(unit);
    }
    return length - from;
  }

  /** Ends the stream: the digest in lower-case hex. Call once. */
  hex(): string {
    const bits = (this.hashedBytes + this.filled) * 8;
    this.push(0x80);
    while (this.filled % BLOCK_BYTES !== 56) this.push(0);
    const high = Math.floor(bits / 0x100000000);
    const low = bits >>> 0;
    for (const word of [high, low]) for (const shift of [24, 16, 8, 0]) this.push((word >>> shift) & 255);
    this.compress(this.filled);
    return Array.from(this.state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  }

  /** Adds the character that starts with `unit`; returns how many further code units belong to it. */
  private pushBeyondAscii(unit: number, next: number): number {
    if (unit < 0x800) {
      this.push(0xc0 | (unit >> 6));
      this.push(0x80 | (unit & 63));
      return 0;
    }
    if (isHighSurrogate(unit) && isLowSurrogate(next)) {
      const point = 0x10000 + ((unit & 0x3ff) << 10) + (next & 0x3ff);
      this.push(0xf0 | (point >> 18));
      this.push(0x80 | ((point >> 12) & 63));
      this.push(0x80 | ((point >> 6) & 63));
      this.push(0x80 | (point & 63));
      return 1;
    }
    const valid = isHighSurrogate(unit) || isLowSurrogate(unit) ? 0xfffd : unit;
    this.push(0xe0 | (valid >> 12));
    this.push(0x80 | ((valid >> 6) & 63));
    this.push(0x80 | (valid & 63));
    return 0;
  }

  private push(byte: number): void {
    this.bytes[this.filled++] = byte;
    if (this.filled < BUFFER_BYTES) return;
    this.compress(this.filled);
    this.filled = 0;
  }

  /** Hashes the first so many bytes, which are whole blocks. */
  private compress(length: number): void {
    this.hashedBytes += length;
    for (let from = 0; from < length; from += BLOCK_BYTES) compressBlock(this.state, this.schedule, this.view, from);
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

/**
 * Sums are cut to 32 bits one by one: so they stay integers in registers. Four rounds stand in a row, where the names of the eight words change places instead
 * of their values: a third faster than a loop over single rounds.
 */
function compressBlock(state: Int32Array, w: Int32Array, bytes: DataView, from: number): void {
  expand(w, bytes, from);
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  let f = state[5] as number;
  let g = state[6] as number;
  let h = state[7] as number;
  for (let t = 0; t < 64; t += 4) {
    const one = mix(e, f, g, h, t, w);
    const h1 = (d + one) | 0;
    const d1 = (one + spread(a, b, c)) | 0;
    const two = mix(h1, e, f, g, t + 1, w);
    const g1 = (c + two) | 0;
    const c1 = (two + spread(d1, a, b)) | 0;
    const three = mix(g1, h1, e, f, t + 2, w);
    const f1 = (b + three) | 0;
    const b1 = (three + spread(c1, d1, a)) | 0;
    const four = mix(f1, g1, h1, e, t + 3, w);
    const e1 = (a + four) | 0;
    const a1 = (four + spread(b1, c1, d1)) | 0;
    a = a1;
    b = b1;
    c = c1;
    d = d1;
    e = e1;
    f = f1;
    g = g1;
    h = h1;
  }
  state[0] = ((state[0] as number) + a) | 0;
  state[1] = ((state[1] as number) + b) | 0;
  state[2] = ((state[2] as number) + c) | 0;
  state[3] = ((state[3] as number) + d) | 0;
  state[4] = ((state[4] as number) + e) | 0;
  state[5] = ((state[5] as number) + f) | 0;
  state[6] = ((state[6] as number) + g) | 0;
  state[7] = ((state[7] as number) + h) | 0;
}

/** The message schedule of a block. */
function expand(w: Int32Array, bytes: DataView, from: number): void {
  for (let t = 0; t < 16; t++) w[t] = bytes.getInt32(from + 4 * t);
  // Words 16, 2 and 1 before are at hand from the steps before.
  let first = w[0] as number;
  let y = w[14] as number;
  let last = w[15] as number;
  for (let t = 16; t < 64; t++) {
    const x = w[t - 15] as number;
    const small0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const small1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    const word = (((((first + small0) | 0) + (w[t - 7] as number)) | 0) + small1) | 0;
    w[t] = word;
    first = x;
    y = last;
    last = word;
  }
}

/** T1 of the standard. */
function mix(e: number, f: number, g: number, h: number, t: number, w: Int32Array): number {
  const big1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
  const choice = g ^ (e & (f ^ g));
  return (((((((h + big1) | 0) + choice) | 0) + (ROUND_CONSTANTS[t] as number)) | 0) + (w[t] as number)) | 0;
}

/** T2 of the standard. */
function spread(a: number, b: number, c: number): number {
  const big0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
  return (big0 + ((a & b) | (c & (a | b)))) | 0;
}

/** SHA-256 of one text, in hex. */
export function sha256Hex(text: string): string {
  return new Sha256().update(text).hex();
}
