/** YAML 1.2 or JSON text becomes a tree of placed values, under limits: no text may hang or exhaust the program. */
import { Composer, type Document, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, type Node, Parser, type YAMLError } from 'yaml';
import type { Problems } from './problems.ts';
import { listNames } from './suggest.ts';
import type { Entry, Place, Source, Tree } from './tree.ts';

export const LIMITS = {
  /** UTF-16 code units of one file. */
  fileLength: 64 * 1024 * 1024,
  /** Maps and lists inside each other; the format itself needs six. */
  nesting: 32,
  /** What the reader takes from the text, keys, values, blanks and marks, a bracket or brace counting ten: about 2 GB of memory at worst, or 80,000 VMs written out one by one. */
  tokens: 8_000_000,
  /** Values that aliases may add up to: a handful of lines can else stand for billions. */
  aliasedValues: 2_000_000,
};

/** Null when the text is no well-formed document; the reasons are then in `problems`. An empty document is an empty map. */
export function readTree(label: string, text: string, problems: Problems, isFlag = false): { source: Source; tree: Tree | null } {
  const lines = new LineCounter();
  const source: Source = { label, text: text.replace(/^\uFEFF/, ''), lines: isFlag ? null : lines };
  if (source.text.length > LIMITS.fileLength) {
    lines.addNewLine(0);
    problems.add({ source, offset: 0, length: 1 }, `the file is too large: ${source.text.length} characters, at most ${LIMITS.fileLength}`);
    return { source, tree: null };
  }
  const before = problems.count;
  const document = compose(source, lines, problems);
  if (document === null || problems.count > before) return { source, tree: null };
  const tree = new Walker(source, problems).walk(document.contents as Node | null);
  return { source, tree: problems.count > before ? null : tree };
}

function compose(source: Source, lines: LineCounter, problems: Problems): Document | null {
  const parser = new Parser(lines.addNewLine);
  // The walker below finds duplicate keys itself, in linear time.
  const composer = new Composer({ version: '1.2', uniqueKeys: false, merge: false });
  let refusal: { offset: number; text: string } | null = null;
  let weight = 0;
  const tokens = function* () {
    lines.addNewLine(0);
    for (const lexeme of new Lexer().lex(source.text)) {
      yield* parser.next(lexeme);
      // While reading, because composing what is nested too deeply would exhaust the stack of the program.
      if (parser.stack.length > LIMITS.nesting && parser.stack.filter(isCollection).length > LIMITS.nesting) {
        refusal = { offset: parser.offset - lexeme.length, text: TOO_DEEP };
        return;
      }
      weight += lexeme === '{' || lexeme === '[' ? 10 : 1;
      if (weight > LIMITS.tokens) {
        refusal = { offset: parser.offset - lexeme.length, text: 'the file holds too much to be read: like VMs can be one group with `count`' };
        return;
      }
    }
    yield* parser.end();
  };
  const documents: Document[] = [];
  for (const one of composer.compose(tokens(), true, source.text.length)) documents.push(one as Document);
  const refused = refusal as { offset: number; text: string } | null;
  if (refused !== null) {
    problems.add({ source, offset: refused.offset, length: 1 }, refused.text);
    return null;
  }
  const document = documents[0] ?? null;
  const second = documents[1];
  if (second !== undefined)
    problems.add({ source, offset: second.range?.[0] ?? 0, length: 1 }, 'a scenario is one YAML document, here a second one begins');
  if (document !== null) reportSyntax(document, source, problems);
  return document;
}

function isCollection({ type }: { type: string }): boolean {
  return type === 'block-map' || type === 'block-seq' || type === 'flow-collection';
}

const TOO_DEEP = `nested too deeply: more than ${LIMITS.nesting} levels`;

/** The library names what it stumbled over; these say what to look for. */
const SYNTAX_TEXTS: Partial<Record<YAMLError['code'], string>> = {
  BAD_ALIAS: 'this alias (`*name`) cannot stand here',
  BAD_DQ_ESCAPE: 'unknown escape sequence in a double-quoted string',
  BAD_INDENT: 'wrong indentation, or a bracket or brace that is not closed',
  BAD_SCALAR_START: 'a value cannot begin with this character: put the value in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second `key:` on one line: put the value in quotes, or the inner key on a line of its own',
  BLOCK_IN_FLOW: 'an indented block cannot stand inside brackets or braces',
  KEY_OVER_1024_CHARS: 'this key is longer than 1024 characters',
  MISSING_CHAR: 'something is missing here: a closing quote, bracket or brace, a comma, or the blank after `:` or `-`',
  MULTILINE_IMPLICIT_KEY: 'this line should be `key: value`, but it has no `:`',
  TAB_AS_INDENT: 'a tab cannot indent: use blanks',
  TAG_RESOLVE_FAILED: 'YAML tags (`!name`) have no meaning in a scenario',
  UNEXPECTED_TOKEN: 'this is not expected here: look at the indentation, quotes and brackets before it',
};

function reportSyntax(document: Document, source: Source, problems: Problems): void {
  // One mistake makes the reader stumble several times on a line; the first tells most.
  const reported = new Set<number>();
  for (const error of [...document.errors, ...document.warnings]) {
    const [offset, end] = error.pos;
    const line = source.lines?.linePos(Math.min(offset, source.text.length)).line ?? 0;
    if (reported.has(line)) continue;
    reported.add(line);
    const text = SYNTAX_TEXTS[error.code] ?? 'this is not well-formed YAML';
    problems.add({ source, offset, length: Math.max(1, end - offset) }, text, { expected: 'YAML 1.2, or JSON' });
  }
  if (document.directives?.yaml.version === '1.1') {
    problems.add({ source, offset: 0, length: 1 }, 'YAML 1.1 is not read: it takes `no` and `22:00` for something else', {
      expected: 'YAML 1.2, or JSON',
    });
  }
}

class Walker {
  private readonly source: Source;
  private readonly problems: Problems;
  private readonly anchors = new Map<string, { tree: Tree; size: number }>();
  private readonly open = new Set<string>();
  private aliased = 0;

  constructor(source: Source, problems: Problems) {
    this.source = source;
    this.problems = problems;
  }

  walk(node: Node | null): Tree {
    if (node === null) return { kind: 'map', entries: new Map(), place: this.place(null) };
    return this.visit(node, 0).tree;
  }

  private visit(node: Node | null, depth: number): { tree: Tree; size: number } {
    const place = this.place(node);
    if (depth > LIMITS.nesting) return this.refuse(place, TOO_DEEP);
    if (isAlias(node)) return this.alias(node.source, place);
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor !== undefined) this.open.add(anchor);
    const result = this.collect(node, place, depth);
    if (anchor !== undefined) {
      this.open.delete(anchor);
      this.anchors.set(anchor, result);
    }
    return result;
  }

  private collect(node: Node | null, place: Place, depth: number): { tree: Tree; size: number } {
    if (isSeq(node)) {
      const items = node.items.map((item) => this.visit(item as Node | null, depth + 1));
      return { tree: { kind: 'list', items: items.map((item) => item.tree), place }, size: items.reduce((sum, item) => sum + item.size, 1) };
    }
    if (isMap(node)) {
      const entries = new Map<string, Entry>();
      let size = 1;
      for (const pair of node.items) {
        const key = this.key(pair.key as Node | null, place);
        const value = pair.value === null ? { tree: this.absent(key.place), size: 1 } : this.visit(pair.value as Node, depth + 1);
        size += value.size;
        if (key.name === null) continue;
        if (entries.has(key.name)) this.problems.add(key.place, `\`${key.name}\` stands here twice`, { expected: 'every key once in a map' });
        else if (key.name === '__proto__') this.problems.add(key.place, '`__proto__` cannot be used as a key or a name');
        else entries.set(key.name, { key: key.place, value: value.tree });
      }
      return { tree: { kind: 'map', entries, place }, size };
    }
    const value = isScalar(node) ? node.value : null;
    const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
    return { tree: { kind: 'scalar', value: plain, place }, size: 1 };
  }

  private alias(name: string, place: Place): { tree: Tree; size: number } {
    if (this.open.has(name)) return this.refuse(place, `the alias \`*${name}\` contains itself`);
    const target = this.anchors.get(name);
    if (target === undefined) return this.refuse(place, `no anchor \`&${name}\` before this alias`, listNames([...this.anchors.keys()]) || undefined);
    const within = this.aliased <= LIMITS.aliasedValues;
    this.aliased += target.size;
    // Said once: thousands of further aliases would say the same.
    if (within && this.aliased > LIMITS.aliasedValues) {
      this.problems.add(place, `the aliases of this file stand for more than ${LIMITS.aliasedValues} values`);
    }
    return target;
  }

  private key(node: Node | null, parent: Place): { name: string | null; place: Place } {
    const place = node === null ? parent : this.place(node);
    if (isScalar(node)) {
      // As written: `2024` and `null` are names like any other.
      const name = typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
      return { name, place };
    }
    this.problems.add(place, 'a key must be plain text', { expected: '`key: value`' });
    return { name: null, place };
  }

  private absent(place: Place): Tree {
    return { kind: 'scalar', value: null, place };
  }

  private refuse(place: Place, text: string, expected?: string): { tree: Tree; size: number } {
    this.problems.add(place, text, { expected });
    return { tree: this.absent(place), size: 1 };
  }

  private place(node: Node | null): Place {
    const range = node?.range;
    if (range === undefined || range === null) return { source: this.source, offset: 0, length: 1 };
    return { source: this.source, offset: range[0], length: Math.max(1, range[1] - range[0]) };
  }
}
