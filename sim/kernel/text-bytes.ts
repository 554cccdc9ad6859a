/**
 * Text under construction, as UTF-8: numbers and texts are written where they belong, so that no strings are made and thrown away, and what is hashed needs
 * no encoding.
 */

const FIRST_LENGTH = 1024;

/** No whole number is longer than this: a sign and 16 digits. */
const MOST_DIGITS = 17;

/** Whole numbers from here on are written in two halves; what lies below fits the engine's small integers. */
const HALF = 1_000_000_000;

/** Bytes that are turned into text at once. */
const PIECE = 4096;

const REPLACEMENT = 0xfffd;

export class TextBytes {
  length = 0;
  bytes = new Uint8Array(FIRST_LENGTH);

  clear(): void {
    this.length = 0;
  }

  /** The text as it stands. A lone surrogate becomes U+FFFD, as with every encoder on the web. */
  addText(text: string): void {
    const { length } = text;
    if (this.length + length > this.bytes.length) this.grow(length);
    const { bytes } = this;
    let at = this.length;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x80) {
        this.length = at;
        this.addBeyondAscii(text, i);
        return;
      }
      bytes[at++] = unit;
    }
    this.length = at;
  }

  /** The text as a JSON string. */
  addQuoted(text: string): void {
    const { length } = text;
    if (this.length + length + 2 > this.bytes.length) this.grow(length + 2);
    const { bytes } = this;
    let at = this.length;
    bytes[at++] = 34;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit < 32 || unit === 34 || unit === 92 || unit >= 0x80) {
        this.addText(JSON.stringify(text));
        return;
      }
      bytes[at++] = unit;
    }
    bytes[at++] = 34;
    this.length = at;
  }

  /** A safe integer in decimal digits. */
  addWhole(value: number): void {
    if (this.length + MOST_DIGITS > this.bytes.length) this.grow(MOST_DIGITS);
    let rest = value;
    if (rest < 0) {
      this.bytes[this.length++] = 45;
      rest = -rest;
    }
    if (rest < HALF) {
      this.addDigits(rest | 0, digitsOf(rest | 0));
      return;
    }
    const high = Math.floor(rest / HALF);
    this.addDigits(high, digitsOf(high));
    this.addDigits(rest - high * HALF, 9);
  }

  /** What stands from a place on, which must be the beginning of a character. */
  textFrom(start: number): string {
    let text = '';
    // In pieces: a call takes only so many arguments. Spread they would go one by one through an iterator, which takes eight times as long.
    for (let from = start; from < this.length; from += PIECE) {
      const piece = this.bytes.subarray(from, Math.min(from + PIECE, this.length));
      if (piece.some((byte) => byte >= 0x80)) return text + decoded(this.bytes, from, this.length);
      text += Reflect.apply(String.fromCharCode, null, piece);
    }
    return text;
  }

  /** The rest of a text from a place on, character by character. */
  private addBeyondAscii(text: string, from: number): void {
    this.grow(3 * (text.length - from));
    for (let i = from; i < text.length; i++) {
      const point = text.codePointAt(i) as number;
      if (point >= 0x10000) i++;
      this.addCharacter(point >= 0xd800 && point < 0xe000 ? REPLACEMENT : point);
    }
  }

  private addCharacter(point: number): void {
    if (point < 0x80) this.bytes[this.length++] = point;
    else if (point < 0x800) {
      this.bytes[this.length++] = 0xc0 | (point >> 6);
      this.addContinuation(point);
    } else if (point < 0x10000) {
      this.bytes[this.length++] = 0xe0 | (point >> 12);
      this.addContinuation(point >> 6);
      this.addContinuation(point);
    } else {
      this.bytes[this.length++] = 0xf0 | (point >> 18);
      this.addContinuation(point >> 12);
      this.addContinuation(point >> 6);
      this.addContinuation(point);
    }
  }

  private addContinuation(bits: number): void {
    this.bytes[this.length++] = 0x80 | (bits & 63);
  }

  private addDigits(value: number, count: number): void {
    const { bytes } = this;
    let rest = value;
    for (let at = this.length + count - 1; at >= this.length; at--) {
      const tenth = (rest / 10) | 0;
      bytes[at] = 48 + rest - tenth * 10;
      rest = tenth;
    }
    this.length += count;
  }

  private grow(needed: number): void {
    if (this.length + needed <= this.bytes.length) return;
    const longer = new Uint8Array((this.length + needed) * 2);
    longer.set(this.bytes);
    this.bytes = longer;
  }
}

/** The text of UTF-8 that is known to be well-formed. */
function decoded(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; ) {
    const first = bytes[at++] as number;
    const more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    let point = more === 0 ? first : first & (63 >> more);
    for (let i = 0; i < more; i++) point = (point << 6) | ((bytes[at++] as number) & 63);
    text += String.fromCodePoint(point);
  }
  return text;
}

/** Decimal digits of a whole number from 0 to 10^9 - 1. */
function digitsOf(value: number): number {
  if (value < 10_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4;
  if (value < 1_000_000) return value < 100_000 ? 5 : 6;
  return value < 10_000_000 ? 7 : value < 100_000_000 ? 8 : 9;
}
