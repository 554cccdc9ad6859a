/** Building blocks of the schema: each reads one kind of value as people write it and says what it expected when it cannot. */
import { z } from 'zod';
import { EXPECTED_LOCAL_TIME, EXPECTED_TIME_OF_DAY, LOCAL_TIME_PATTERN, parseLocalTime, parseTimeOfDay, TIME_OF_DAY_PATTERN } from './local-time.ts';
import {
  EXPECTED,
  PATTERNS,
  parseDuration,
  parseOccurrences,
  parsePercent,
  parseRate,
  parseRateOrRelative,
  parseRelative,
  parseSize,
  UnitError,
} from './units.ts';

/** A complaint carries what was expected in a second line; `issues.ts` takes the two apart. */
export function complaint(text: string, expected: string): string {
  return `${text}\n${expected}`;
}

interface Form<T> {
  parse: (text: string) => T;
  pattern: string;
  examples: string[];
  expected: string;
}

const SIZE: Form<number> = { parse: parseSize, pattern: PATTERNS.size, examples: ['100GiB', '1.5TB'], expected: EXPECTED.size };
const RATE: Form<number> = { parse: parseRate, pattern: PATTERNS.rate, examples: ['200MiB/s', '10Gbit/s', '3GiB/day'], expected: EXPECTED.rate };
const DURATION: Form<number> = { parse: parseDuration, pattern: PATTERNS.duration, examples: ['4h', '1h30m', '500ms'], expected: EXPECTED.duration };
const OCCURRENCES: Form<number> = { parse: parseOccurrences, pattern: PATTERNS.occurrences, examples: ['0.1/day'], expected: EXPECTED.occurrences };
const PERCENT: Form<number> = { parse: parsePercent, pattern: PATTERNS.percent, examples: ['20%'], expected: EXPECTED.percent };
const RATE_OR_RELATIVE = {
  parse: parseRateOrRelative,
  pattern: PATTERNS.rateOrRelative,
  examples: ['3GiB/day', '5%/day'],
  expected: EXPECTED.rateOrRelative,
};
const RELATIVE = { parse: parseRelative, pattern: PATTERNS.relative, examples: ['2%/week'], expected: EXPECTED.relative };
const LOCAL_TIME: Form<number> = {
  parse: parseLocalTime,
  pattern: LOCAL_TIME_PATTERN,
  examples: ['2026-03-02T18:00'],
  expected: EXPECTED_LOCAL_TIME,
};

const TIME_OF_DAY: Form<number> = {
  parse: parseTimeOfDay,
  pattern: TIME_OF_DAY_PATTERN,
  examples: ['22:00', '06:30'],
  expected: EXPECTED_TIME_OF_DAY,
};

/** Applies a parser inside a zod transform. */
export function parsed<T>(parse: (text: string) => T) {
  return (text: string, context: z.core.$RefinementCtx<unknown>): T => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof UnitError)) throw error;
      context.addIssue({ code: 'custom', message: complaint(error.message, error.expected) });
      return z.NEVER;
    }
  };
}

function written<T>(form: Form<T>, description: string) {
  return z
    .string({ error: (issue) => complaint(unitless(issue.input), form.expected) })
    .meta({ pattern: form.pattern, examples: form.examples })
    .transform(parsed(form.parse))
    .describe(description);
}

function unitless(input: unknown): string {
  return typeof input === 'number' ? `\`${input}\` has no unit` : 'this is not a quantity with a unit';
}

/** What must flow or hold cannot be zero. */
function positive(form: Form<number>): Form<number> {
  const parse = (text: string) => {
    const value = form.parse(text);
    if (value <= 0) throw new UnitError(`\`${text}\` is zero, but it must be more`, form.expected);
    return value;
  };
  return { ...form, parse };
}

/** Zero needs no unit. */
function orBareZero<T>(form: Form<T>, zero: T, description: string) {
  return z
    .union([written(form, description), z.literal(0).transform(() => zero)], { error: (issue) => complaint(unitless(issue.input), form.expected) })
    .describe(description);
}

/** A word says aloud that there is no such quantity. */
function orWord(form: Form<number>, word: 'unlimited' | 'never', description: string) {
  const parse = (text: string) => (text === word ? null : form.parse(text));
  const pattern = `${form.pattern}|^${word}$`;
  return written({ ...form, parse, pattern, expected: `${form.expected}, or \`${word}\`` }, description);
}

export const positiveSize = (description: string) => written(positive(SIZE), description);
export const positiveSizeOrUnlimited = (description: string) => orWord(positive(SIZE), 'unlimited', description);
export const size = (description: string) => orBareZero(SIZE, 0, description);
export const positiveRate = (description: string) => written(positive(RATE), description);
export const rate = (description: string) => orBareZero(RATE, 0, description);
export const positiveRateOrUnlimited = (description: string) => orWord(positive(RATE), 'unlimited', description);
export const positiveDuration = (description: string) => written(positive(DURATION), description);
export const duration = (description: string) => orBareZero(DURATION, 0, description);
export const durationOrUnlimited = (description: string) => orWord(DURATION, 'unlimited', description);
export const positiveDurationOrUnlimited = (description: string) => orWord(positive(DURATION), 'unlimited', description);
export const durationOrNever = (description: string) => orWord(DURATION, 'never', description);
export const percent = (description: string) => orBareZero(PERCENT, 0, description);
export const rateOrRelative = (description: string) => orBareZero(RATE_OR_RELATIVE, { kind: 'absolute', bytesPerDay: 0 } as const, description);
export const relative = (description: string) => orBareZero(RELATIVE, { kind: 'relative', fraction: 0, perDays: 1 } as const, description);
export const occurrences = (description: string) => written(OCCURRENCES, description);
export const localTime = (description: string) => written(LOCAL_TIME, description);
export const timeOfDay = (description: string) => written(TIME_OF_DAY, description);

/** A whole number, or null for `unlimited`. */
export function countOrUnlimited(description: string) {
  const expected = 'a whole number of at least 1, or `unlimited`';
  return z
    .union([z.int().min(1), z.literal('unlimited').transform(() => null)], { error: () => complaint('this is no such count', expected) })
    .describe(description);
}

/** A number above zero, or null for `unlimited`. */
export function amountOrUnlimited(description: string) {
  const expected = 'a number above 0, or `unlimited`';
  return z
    .union([z.number().positive(), z.literal('unlimited').transform(() => null)], { error: () => complaint('this is no such number', expected) })
    .describe(description);
}

/** Names are keys, and they are printed: any text will do that is not empty and steers no terminal. */
export const NAME_PATTERN = '^[^\\u0000-\\u001f\\u007f-\\u009f]+$';

export const nameKey = z
  .string()
  .regex(new RegExp(NAME_PATTERN), { error: () => complaint('a name needs visible characters', 'text without control characters') });

export const nameReference = (description: string) => nameKey.describe(description);
export const nameList = (description: string) => z.array(nameKey).describe(description);
