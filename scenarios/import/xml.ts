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
 * A reader for the XML inside workbooks, fed in pieces; fastest where they end behind a tag. Document type declarations are refused, so no entity can be
 * declared; `fail` must throw.
 */
export function createXmlReader(handlers: XmlHandlers, fail: (problem: string) => never): XmlReader {
  /** Of open elements, with prefix. */
  const openNames: string[] = [];
  let rest = '';
  // Workbooks hold millions of tags: nothing is cut out of the text that nobody asks for.
  let buffer = '';
  const tag = new Tag(fail);
  const attribute: AttributeOf = (name) => tag.attribute(buffer, name);

  const checkLength = (chars: number): void => {
    if (chars > limits.markupChars) fail(`holds a single tag or text of more than ${limits.markupChars} characters`);
  };

  /** These three give the index behind the markup that starts at `start`, or -1 while its end has not arrived. */
  const closing = (start: number): number => {
    const fullName = openNames.at(-1) ?? '';
    let end = start + 2 + fullName.length;
    if (fullName === '' || !buffer.startsWith(fullName, start + 2) || buffer.charCodeAt(end) !== greaterThan) {
      end = buffer.indexOf('>', start);
      if (end < 0) return -1;
      const name = buffer.slice(start + 2, end).trim();
      if (name !== fullName) fail(`is not well-formed XML: unexpected </${name.slice(0, 40)}>`);
    }
    openNames.pop();
    handlers.close?.(localName(fullName));
    return end + 1;
  };

  const opening = (start: number): number => {
    let nameAt = start + 1;
    let nameEnd = nameAt;
    for (; nameEnd < buffer.length; nameEnd++) {
      const code = buffer.charCodeAt(nameEnd);
      if (code === greaterThan || code === slash || isBlank(code)) break;
      if (code === colon) nameAt = nameEnd + 1;
    }
    const end = tag.read(buffer, nameEnd);
    if (end < 0) return -1;
    checkLength(end - start);
    if (openNames.length >= limits.markupDepth) fail(`nests its XML more than ${limits.markupDepth} levels deep`);
    const selfClosing = buffer.charCodeAt(end - 2) === slash;
    const name = buffer.slice(nameAt, nameEnd);
    const wish = handlers.open?.(name, attribute);
    if (selfClosing) {
      handlers.close?.(name);
      return end;
    }
    const fullName = nameAt === start + 1 ? name : buffer.slice(start + 1, nameEnd);
    const skipEnd = wish === 'skip' ? elementEnd(buffer, end, fullName) : -1;
    if (skipEnd >= 0) return skipEnd;
    openNames.push(fullName);
    return end;
  };

  /** Instructions, comments and CDATA sections. */
  const special = (start: number): number => {
    if (buffer.charCodeAt(start + 1) === questionMark) return behind(buffer, '?>', start);
    if (buffer.startsWith('<!--', start)) return behind(buffer, '-->', start + 4);
    if (buffer.startsWith('<![CDATA[', start)) {
      const end = behind(buffer, ']]>', start);
      if (end >= 0) handlers.text?.(buffer.slice(start + 9, end - 3));
      return end;
    }
    if (buffer.length - start < 9) return -1;
    return fail('declares a document type (DTD), which no workbook does; it is not read');
  };

  const markup = (start: number): number => {
    const code = buffer.charCodeAt(start + 1);
    if (code === slash) return closing(start);
    return code === exclamationMark || code === questionMark ? special(start) : opening(start);
  };

  return {
    write(piece) {
      buffer = rest === '' ? piece : rest + piece;
      let at = 0;
      for (let tagAt = tagStart(buffer, 0); tagAt >= 0; tagAt = tagStart(buffer, at)) {
        if (tagAt > at) {
          checkLength(tagAt - at);
          if (handlers.wantsText?.() !== false) handlers.text?.(decodeText(buffer.slice(at, tagAt), fail));
          at = tagAt;
        }
        const end = markup(tagAt);
        if (end < 0) break;
        at = end;
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
const doubleQuote = 34;
const singleQuote = 39;
const slash = 47;
const colon = 58;
const lessThan = 60;
const equalsSign = 61;
const greaterThan = 62;
const questionMark = 63;

function tagStart(buffer: string, from: number): number {
  return buffer.charCodeAt(from) === lessThan ? from : buffer.indexOf('<', from);
}

/** Index behind the element, of whose content nothing is looked at; -1 where its end is not plainly the next one of this name. */
function elementEnd(buffer: string, from: number, fullName: string): number {
  for (let at = tagStart(buffer, from); at >= 0; at = tagStart(buffer, at + 1)) {
    const isClosing = buffer.charCodeAt(at + 1) === slash;
    if (!buffer.startsWith(fullName, isClosing ? at + 2 : at + 1)) continue;
    const end = at + 2 + fullName.length;
    return isClosing && buffer.charCodeAt(end) === greaterThan ? end + 1 : -1;
  }
  return -1;
}

function behind(buffer: string, mark: string, from: number): number {
  const at = buffer.indexOf(mark, from);
  return at < 0 ? -1 : at + mark.length;
}

function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
}

/** What stands between the name of an opening tag and its end: where the values are, and only on asking of which attributes. */
class Tag {
  readonly #fail: (problem: string) => never;
  /** Places of the quotes around each value. */
  readonly #quotes: number[] = [];
  #count = 0;

  constructor(fail: (problem: string) => never) {
    this.#fail = fail;
  }

  /** Index behind the tag whose name ends at `from`, or -1 while its end has not arrived. */
  read(buffer: string, from: number): number {
    this.#count = 0;
    let unquoted = 0;
    for (let at = from; at < buffer.length; at++) {
      const code = buffer.charCodeAt(at);
      if (code === greaterThan) return unquoted === 0 ? at + 1 : this.#fail('is not well-formed XML: an attribute has no quoted value');
      if (code === equalsSign) unquoted += 1;
      if (code !== doubleQuote && code !== singleQuote) continue;
      unquoted -= 1;
      this.#quotes[this.#count++] = at;
      do at += 1;
      while (at < buffer.length && buffer.charCodeAt(at) !== code);
      this.#quotes[this.#count++] = at;
    }
    return -1;
  }

  /** Of the tag that was read last. */
  attribute(buffer: string, name: string): string | undefined {
    for (let index = 0; index < this.#count; index += 2) {
      const quote = this.#quotes[index] as number;
      const end = endOf(buffer, endOf(buffer, quote) - 1);
      const start = end - name.length;
      if (!buffer.startsWith(name, start)) continue;
      const before = buffer.charCodeAt(start - 1);
      if (isBlank(before) || before === colon) return decodeText(buffer.slice(quote + 1, this.#quotes[index + 1]), this.#fail);
    }
    return undefined;
  }
}

/** Index behind the last character before `from` that is not blank. */
function endOf(buffer: string, from: number): number {
  let end = from;
  while (isBlank(buffer.charCodeAt(end - 1))) end -= 1;
  return end;
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
