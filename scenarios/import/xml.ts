import { limits } from './workbook.ts';

/** Names come without namespace prefix. */
export interface XmlHandlers {
  open?(name: string, attributes: () => ReadonlyMap<string, string>): void;
  close?(name: string): void;
  text?(value: string): void;
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

  const markup = (tag: string): void => {
    if (tag.startsWith('<![CDATA[')) {
      handlers.text?.(tag.slice(9, -3));
    } else if (tag.startsWith('</')) {
      const name = localName(tag.slice(2, -1).trim());
      if (openNames.pop() !== name) fail(`is not well-formed XML: unexpected </${name}>`);
      handlers.close?.(name);
    } else if (!tag.startsWith('<!') && !tag.startsWith('<?')) {
      const selfClosing = tag.endsWith('/>');
      const body = tag.slice(1, selfClosing ? -2 : -1);
      let nameEnd = 0;
      while (nameEnd < body.length && !isBlank(body.charCodeAt(nameEnd))) nameEnd += 1;
      const name = localName(body.slice(0, nameEnd));
      if (openNames.length >= limits.markupDepth) fail(`nests its XML more than ${limits.markupDepth} levels deep`);
      handlers.open?.(name, () => readAttributes(body, nameEnd, fail));
      if (selfClosing) handlers.close?.(name);
      else openNames.push(name);
    }
  };

  const checkLength = (chars: number): void => {
    if (chars > limits.markupChars) fail(`holds a single tag or text of more than ${limits.markupChars} characters`);
  };

  return {
    write(piece) {
      const buffer = rest + piece;
      let at = 0;
      for (let tagAt = buffer.indexOf('<'); tagAt >= 0; tagAt = buffer.indexOf('<', at)) {
        checkLength(tagAt - at);
        if (tagAt > at) handlers.text?.(decodeText(buffer.slice(at, tagAt), fail));
        at = tagAt;
        const end = markupEnd(buffer, tagAt, fail);
        if (end < 0) break;
        checkLength(end - at);
        markup(buffer.slice(tagAt, end));
        at = end;
      }
      rest = buffer.slice(at);
      checkLength(rest.length);
    },
    end() {
      if (rest.trim() !== '' || openNames.length > 0) fail('ends in the middle of its XML');
    },
  };
}

/** Index behind the markup that starts at `at`, or -1 while its end has not arrived. */
function markupEnd(buffer: string, at: number, fail: (problem: string) => never): number {
  if (buffer.startsWith('<?', at)) return behind(buffer, '?>', at);
  if (buffer.startsWith('<!', at)) {
    if (buffer.startsWith('<!--', at)) return behind(buffer, '-->', at + 4);
    if (buffer.startsWith('<![CDATA[', at)) return behind(buffer, ']]>', at);
    if (buffer.length - at < 9) return -1;
    return fail('declares a document type (DTD), which no workbook does; it is not read');
  }
  let quote = 0;
  for (let index = at + 1; index < buffer.length; index++) {
    const code = buffer.charCodeAt(index);
    if (quote !== 0) {
      if (code === quote) quote = 0;
    } else if (code === 34 || code === 39) {
      quote = code;
    } else if (code === 62) {
      return index + 1;
    }
  }
  return -1;
}

function behind(buffer: string, mark: string, from: number): number {
  const at = buffer.indexOf(mark, from);
  return at < 0 ? -1 : at + mark.length;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function readAttributes(body: string, nameEnd: number, fail: (problem: string) => never): Map<string, string> {
  const attributes = new Map<string, string>();
  let at = nameEnd;
  for (let equals = body.indexOf('=', at); equals >= 0; equals = body.indexOf('=', at)) {
    let valueAt = equals + 1;
    while (isBlank(body.charCodeAt(valueAt))) valueAt += 1;
    const end = body.indexOf(body.charAt(valueAt), valueAt + 1);
    if (!/["']/.test(body.charAt(valueAt)) || end < 0) fail('is not well-formed XML: an attribute has no quoted value');
    attributes.set(localName(body.slice(at, equals).trim()), decodeText(body.slice(valueAt + 1, end), fail));
    at = end + 1;
  }
  return attributes;
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
