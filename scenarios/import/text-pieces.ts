/** Bytes that are decoded at once. */
const pieceBytes = 128 * 1024;
const greaterThan = 62;

/** Collects the bytes of a text in UTF-8 and hands it on in pieces that end behind a tag wherever there is one; `fail` must throw. */
export class TextPieces {
  readonly #onText: (text: string) => void;
  readonly #fail: (problem: string) => never;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #bytes = new Uint8Array(pieceBytes);
  #filled = 0;

  constructor(onText: (text: string) => void, fail: (problem: string) => never) {
    this.#onText = onText;
    this.#fail = fail;
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const taken = bytes.subarray(at, at + pieceBytes - this.#filled);
      this.#bytes.set(taken, this.#filled);
      this.#filled += taken.length;
      at += taken.length;
      if (this.#filled < pieceBytes) return;
      const end = this.#bytes.lastIndexOf(greaterThan) + 1 || this.#lastCharacter();
      this.#onText(this.#decode(end));
      this.#bytes.copyWithin(0, end);
      this.#filled = pieceBytes - end;
    }
  }

  end(): void {
    this.#onText(this.#decode(this.#filled));
  }

  /** Where the last character starts, which may go on in the next piece. */
  #lastCharacter(): number {
    let at = pieceBytes - 1;
    while (at > 0 && ((this.#bytes[at] ?? 0) & 0xc0) === 0x80) at -= 1;
    return at || pieceBytes;
  }

  /** Whole characters only: decoding as a stream is many times slower, and makes strings twice as large. */
  #decode(end: number): string {
    try {
      return this.#decoder.decode(this.#bytes.subarray(0, end));
    } catch {
      return this.#fail('is not UTF-8 text');
    }
  }
}
