import { limits } from './workbook.ts';

/** The value of an attribute of the tag at hand, by its name without prefix. */
export type AttributeOf = (name: string) => string | undefined;

/** Names come without namespace prefix. */
export interface XmlHandlers {
  /** `attribute` is good until the handler returns. Of an element to skip neither content nor end is reported, wherever that spares work. */
  open?(name: string, attribute: AttributeOf): 'skip' | undefined;
  close?(name: string): void;
  text?(value: string): void;
  /** Whether text is of any use where the reader stands; always where this is not given. */
  wantsText?(): boolean;
}

export interface XmlReader {
  write(piece: string): void;
  end(): void;
}

/**
 * A reader for the XML inside workbooks, fed in pieces. Document type declarations are refused, so no entity can be declared;
 * `fail` must throw.
 */
export function createXmlReader(handlers: XmlHandlers, fail: (problem: string) => never): XmlReader {
  const openNames: string[] = [];
  let rest = '';
  // Workbooks hold millions of tags: nothing is cut out of the text that nobody asks for.
  let buffer = '';
  let attributesAt = 0;
  let attributesEnd = 0;
  const attribute: AttributeOf = (name) =>
    attributesAt === attributesEnd ? undefined : readAttribute(buffer.slice(attributesAt, attributesEnd), name, fail);

  const closing = (start: number, end: number): void => {
    const name = localName(buffer.slice(start + 2, end - 1).trim());
    if (openNames.pop() !== name) fail(`is not well-formed XML: unexpected </${name}>`);
    handlers.close?.(name);
  };

  /** Index behind what is done with: the tag, or the whole element where it is to be skipped. */
  const opening = (start: number, end: number): number => {
    const selfClosing = buffer.charCodeAt(end - 2) === slash;
    attributesEnd = selfClosing ? end - 2 : end - 1;
    attributesAt = start + 1;
    while (attributesAt < attributesEnd && !isBlank(buffer.charCodeAt(attributesAt))) attributesAt += 1;
    const fullName = buffer.slice(start + 1, attributesAt);
    const name = localName(fullName);
    if (openNames.length >= limits.markupDepth) fail(`nests its XML more than ${limits.markupDepth} levels deep`);
    const wish = handlers.open?.(name, attribute);
    if (selfClosing) handlers.close?.(name);
    const skipEnd = wish === 'skip' && !selfClosing ? elementEnd(buffer, end, fullName) : -1;
    if (!selfClosing && skipEnd < 0) openNames.push(name);
    return skipEnd < 0 ? end : skipEnd;
  };

  /** Tells the handlers of what stands between `<` and `>`. */
  const markup = (start: number, end: number): number => {
    const code = buffer.charCodeAt(start + 1);
    if (code === slash) closing(start, end);
    else if (code !== exclamationMark && code !== questionMark) return opening(start, end);
    else if (buffer.startsWith('<![CDATA[', start)) handlers.text?.(buffer.slice(start + 9, end - 3));
    return end;
  };

  const checkLength = (chars: number): void => {
    if (chars > limits.markupChars) fail(`holds a single tag or text of more than ${limits.markupChars} characters`);
  };

  return {
    write(piece) {
      buffer = rest + piece;
      const quotes = new QuoteFinder(buffer);
      let at = 0;
      for (let tagAt = buffer.indexOf('<'); tagAt >= 0; tagAt = buffer.indexOf('<', at)) {
        checkLength(tagAt - at);
        if (tagAt > at && handlers.wantsText?.() !== false) handlers.text?.(decodeText(buffer.slice(at, tagAt), fail));
        at = tagAt;
        const end = markupEnd(buffer, tagAt, quotes, fail);
        if (end < 0) break;
        checkLength(end - at);
        at = markup(tagAt, end);
      }
      rest = buffer.slice(at);
      buffer = '';
      checkLength(rest.length);
    },
    end() {
      if (rest.trim() !== '' || openNames.length > 0) fail('ends in the middle of its XML');
    },
  };
}

const exclamationMark = 33;
const slash = 47;
const questionMark = 63;

/** Index behind the element, of whose content nothing is looked at; -1 where its end is not plainly the next one of this name. */
function elementEnd(buffer: string, from: number, fullName: string): number {
  const next = buffer.indexOf(`<${fullName}`, from);
  const closingTag = `</${fullName}>`;
  const at = buffer.slice(from, next < 0 ? undefined : next).indexOf(closingTag);
  return at < 0 ? -1 : from + at + closingTag.length;
}

/** Index behind the markup that starts at `at`, or -1 while its end has not arrived. */
function markupEnd(buffer: string, at: number, quotes: QuoteFinder, fail: (problem: string) => never): number {
  if (buffer.startsWith('<?', at)) return behind(buffer, '?>', at);
  if (buffer.startsWith('<!', at)) {
    if (buffer.startsWith('<!--', at)) return behind(buffer, '-->', at + 4);
    if (buffer.startsWith('<![CDATA[', at)) return behind(buffer, ']]>', at);
    if (buffer.length - at < 9) return -1;
    return fail('declares a document type (DTD), which no workbook does; it is not read');
  }
  let end = buffer.indexOf('>', at);
  for (let quote = quotes.next(at); quote < end; quote = quotes.next(quote)) {
    quote = buffer.indexOf(buffer.charAt(quote), quote + 1) + 1;
    if (quote === 0) return -1;
    if (quote > end) end = buffer.indexOf('>', quote);
  }
  return end < 0 ? -1 : end + 1;
}

/** Finds the next quote of either kind; no stretch of the text is searched twice. */
class QuoteFinder {
  readonly #text: string;
  #single = -1;
  #double = -1;

  constructor(text: string) {
    this.#text = text;
  }

  /** Positions must not go back. */
  next(from: number): number {
    if (this.#single < from) this.#single = this.#find("'", from);
    if (this.#double < from) this.#double = this.#find('"', from);
    return Math.min(this.#single, this.#double);
  }

  #find(quote: string, from: number): number {
    const at = this.#text.indexOf(quote, from);
    return at < 0 ? Number.POSITIVE_INFINITY : at;
  }
}

function behind(buffer: string, mark: string, from: number): number {
  const at = buffer.indexOf(mark, from);
  return at < 0 ? -1 : at + mark.length;
}

function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
}

function readAttribute(body: string, wanted: string, fail: (problem: string) => never): string | undefined {
  let at = 0;
  for (let equals = body.indexOf('='); equals >= 0; equals = body.indexOf('=', at)) {
    let valueAt = equals + 1;
    while (isBlank(body.charCodeAt(valueAt))) valueAt += 1;
    const quote = body.charAt(valueAt);
    const end = quote === '"' || quote === "'" ? body.indexOf(quote, valueAt + 1) : -1;
    if (end < 0) fail('is not well-formed XML: an attribute has no quoted value');
    if (localName(body.slice(at, equals).trim()) === wanted) return decodeText(body.slice(valueAt + 1, end), fail);
    at = end + 1;
  }
  return undefined;
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

const namedEntities = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

function decodeText(text: string, fail: (problem: string) => never): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;&]*);?/g, (reference, name: string) => {
    const named = namedEntities.get(name);
    if (named !== undefined && reference.endsWith(';')) return named;
    const digits = /^#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))$/i.exec(name);
    if (digits === null || !reference.endsWith(';'))
      return fail(`refers to the entity ${JSON.stringify(reference.slice(0, 20))}, which is not known`);
    const code = digits[1] === undefined ? Number(digits[2]) : Number.parseInt(digits[1], 16);
    const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
    return isCharacter ? String.fromCodePoint(code) : '\ufffd';
  });
}
