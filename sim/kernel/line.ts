/**
 * One line of text under construction, as UTF-16 code units: numbers and texts are written where they belong, so that no strings are made and thrown away.
 */

const FIRST_LENGTH = 1024;

/** No whole number is longer than this: a sign and 16 digits. */
const MOST_DIGITS = 17;

/** Whole numbers from here on are written in two halves; what lies below fits the engine's small integers. */
const HALF = 1_000_000_000;

/** Code units that are turned into text at once. */
const PIECE = 4096;

export class LineBuffer {
  length = 0;
  units = new Uint16Array(FIRST_LENGTH);

  clear(): void {
    this.length = 0;
  }

  /** The text as it stands. */
  addText(text: string): void {
    const { length } = text;
    if (this.length + length > this.units.length) this.grow(length);
    const units = this.units;
    let at = this.length;
    for (let i = 0; i < length; i++) units[at++] = text.charCodeAt(i);
    this.length = at;
  }

  /** The text as a JSON string. */
  addQuoted(text: string): void {
    const { length } = text;
    if (this.length + length + 2 > this.units.length) this.grow(length + 2);
    const units = this.units;
    let at = this.length;
    units[at++] = 34;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (needsEscape(unit)) {
        this.addText(JSON.stringify(text));
        return;
      }
      units[at++] = unit;
    }
    units[at++] = 34;
    this.length = at;
  }

  /** A safe integer in decimal digits. */
  addWhole(value: number): void {
    if (this.length + MOST_DIGITS > this.units.length) this.grow(MOST_DIGITS);
    let rest = value;
    if (rest < 0) {
      this.units[this.length++] = 45;
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

  toString(): string {
    let text = '';
    // In pieces: a call takes only so many arguments. Spread they would go one by one through an iterator, which takes eight times as long.
    for (let from = 0; from < this.length; from += PIECE) {
      const units: ArrayLike<number> = this.units.subarray(from, Math.min(from + PIECE, this.length));
      text += Reflect.apply(String.fromCharCode, null, units);
    }
    return text;
  }

  private addDigits(value: number, count: number): void {
    const units = this.units;
    let rest = value;
    for (let at = this.length + count - 1; at >= this.length; at--) {
      const tenth = (rest / 10) | 0;
      units[at] = 48 + rest - tenth * 10;
      rest = tenth;
    }
    this.length += count;
  }

  private grow(needed: number): void {
    const longer = new Uint16Array((this.length + needed) * 2);
    longer.set(this.units);
    this.units = longer;
  }
}

/** Quotes, backslashes, control characters and surrogates: JSON escapes the first three, and the last when they stand alone. */
function needsEscape(unit: number): boolean {
  return unit < 32 || unit === 34 || unit === 92 || (unit >= 0xd800 && unit < 0xe000);
}

/** Decimal digits of a whole number from 0 to 10^9 - 1. */
function digitsOf(value: number): number {
  if (value < 10_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4;
  if (value < 1_000_000) return value < 100_000 ? 5 : 6;
  return value < 10_000_000 ? 7 : value < 100_000_000 ? 8 : 9;
}
