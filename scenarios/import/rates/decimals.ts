import type { Reading } from './series.ts';

/** Groups of thousands never start with a zero: `0,546` can only be a fraction. */
const withPoint = /^(?:\d+|[1-9]\d{0,2}([,'’ \u00a0\u202f])\d{3}(?:\1\d{3})*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const withComma = /^(?:\d+|[1-9]\d{0,2}([.'’ \u00a0\u202f])\d{3}(?:\1\d{3})*)(?:,\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Reads the figures of a file whose decimal sign nobody states. `1,546.6` and `0,5` tell; `1,546` may be either, so both readings are kept until
 * the file has told, and a file that never tells is refused at the first such figure.
 */
export class DecimalSigns<Place> {
  readonly #fail: (problem: string, place: Place) => never;
  #sign: 'point' | 'comma' | undefined;
  #ambiguous: { text: string; place: Place } | undefined;

  /** `fail` ends the reading. */
  constructor(fail: (problem: string, place: Place) => never) {
    this.#fail = fail;
  }

  read(text: string, place: Place): Reading {
    const trimmed = text.trim();
    const isPoint = withPoint.test(trimmed);
    const isComma = withComma.test(trimmed);
    if (!isPoint && !isComma) return this.#fail(`${JSON.stringify(text)} is not a figure of zero or more`, place);
    const reading: Reading = [
      isPoint ? Number(trimmed.replace(/[^\d.eE+-]/g, '')) : Number.NaN,
      isComma ? Number(trimmed.replace(/[^\d,eE+-]/g, '').replace(',', '.')) : Number.NaN,
    ];
    if (isPoint && isComma) {
      if (reading[0] !== reading[1]) this.#ambiguous ??= { text, place };
      return reading;
    }
    const sign = isPoint ? 'point' : 'comma';
    if (this.#sign !== undefined && this.#sign !== sign) {
      return this.#fail(`${JSON.stringify(text)} has a decimal ${sign}, other figures of the file have a decimal ${this.#sign}`, place);
    }
    this.#sign = sign;
    return reading;
  }

  /** Which of the two readings holds. Called once everything is read. */
  settle(): 0 | 1 {
    if (this.#sign === undefined && this.#ambiguous !== undefined) {
      const { text, place } = this.#ambiguous;
      return this.#fail(`${JSON.stringify(text)} may be a fraction or thousands, and no figure of the file tells which`, place);
    }
    return this.#sign === 'comma' ? 1 : 0;
  }
}
