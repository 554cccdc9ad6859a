import { limits } from './workbook.ts';

const quote = 34;
const lineFeed = 10;
const carriageReturn = 13;
const blank = 32;

export interface CsvRecord {
  values: string[];
  /** Index behind the record and its line end. */
  next: number;
  /** Whether a quote stood inside a quoted value without being doubled. */
  repaired: boolean;
  /** What is wrong with it; it has then no meaningful values. */
  problem: 'open quote' | 'long value' | 'many values' | undefined;
}

/**
 * Which quotes end a quoted value. `doubled`: one that is not doubled and stands before a delimiter or a line end, as everybody writes it. `bare`: one
 * before a line end, or before a delimiter behind which a value starts or is missing; doubled quotes are then two quotes of the value. That is how
 * exports that double no quotes (RVTools before 4.6.1) can be told apart.
 */
export type QuoteRule = 'doubled' | 'bare';

/** Reads the record that starts at `at`. Line ends may be LF, CR LF or CR. */
export function readRecord(text: string, at: number, delimiter: string, rule: QuoteRule): CsvRecord {
  const record: CsvRecord = { values: [], next: at, repaired: false, problem: undefined };
  const delimiterCode = delimiter.charCodeAt(0);
  let position = at;
  while (true) {
    let start = position;
    while (text.charCodeAt(start) === blank) start += 1;
    const end =
      text.charCodeAt(start) === quote ? readQuoted(text, start + 1, delimiterCode, rule, record) : readBare(text, position, delimiterCode, record);
    if (end < 0) return record;
    if (record.values.length > limits.rowValues) return { ...record, problem: 'many values' };
    const code = text.charCodeAt(end);
    position = end + 1;
    if (code === delimiterCode) continue;
    record.next = code === carriageReturn && text.charCodeAt(position) === lineFeed ? position + 1 : position;
    return record;
  }
}

/** Index of the delimiter or line end behind the value, or the end of the text. */
function readBare(text: string, start: number, delimiterCode: number, record: CsvRecord): number {
  let end = start;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === delimiterCode || code === lineFeed || code === carriageReturn) break;
  }
  if (end - start > limits.cellChars) {
    record.problem = 'long value';
    return -1;
  }
  record.values.push(text.slice(start, end));
  return end;
}

function readQuoted(text: string, start: number, delimiterCode: number, rule: QuoteRule, record: CsvRecord): number {
  let value = '';
  let from = start;
  while (true) {
    const at = text.indexOf('"', from);
    if (at < 0 || at - start > limits.cellChars) {
      record.problem = at < 0 && text.length - start <= limits.cellChars ? 'open quote' : 'long value';
      return -1;
    }
    if (rule === 'doubled' && text.charCodeAt(at + 1) === quote) {
      value += text.slice(from, at + 1);
      from = at + 2;
    } else if (endsValue(text, at + 1, delimiterCode, rule)) {
      record.values.push(value + text.slice(from, at));
      return at + 1;
    } else {
      value += text.slice(from, at + 1);
      from = at + 1;
      record.repaired = true;
    }
  }
}

function endsValue(text: string, at: number, delimiterCode: number, rule: QuoteRule): boolean {
  if (isEnd(text, at)) return true;
  if (text.charCodeAt(at) !== delimiterCode) return false;
  if (rule === 'doubled') return true;
  const code = text.charCodeAt(at + 1);
  return code === quote || code === delimiterCode || isEnd(text, at + 1);
}

function isEnd(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return at >= text.length || code === lineFeed || code === carriageReturn;
}
