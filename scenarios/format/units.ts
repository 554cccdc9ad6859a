/** Quantities as people write them: `10GiB`, `200KiB/s`, `3 %/day`, `10Gbit/s`, `1h30m`. Parsers give bytes, bytes per second and milliseconds. */

/** A quantity that cannot be read; `expected` says which forms can. */
export class UnitError extends Error {
  readonly expected: string;

  constructor(message: string, expected: string) {
    super(message);
    this.name = 'UnitError';
    this.expected = expected;
  }
}

const KIBI = 1024;
const KILO = 1000;

const BINARY_UNITS = { KiB: KIBI, MiB: KIBI ** 2, GiB: KIBI ** 3, TiB: KIBI ** 4, PiB: KIBI ** 5 };
const DECIMAL_UNITS = { kB: KILO, MB: KILO ** 2, GB: KILO ** 3, TB: KILO ** 4, PB: KILO ** 5 };
const SIZE_UNITS = new Map<string, number>([...Object.entries(BINARY_UNITS), ...Object.entries(DECIMAL_UNITS)]);
const BIT_UNITS = new Map([
  ['kbit', KILO / 8],
  ['Mbit', KILO ** 2 / 8],
  ['Gbit', KILO ** 3 / 8],
]);
const MS_PER_SECOND = 1000;
const MS_PER_MINUTE = 60 * MS_PER_SECOND;
export const MS_PER_HOUR = 60 * MS_PER_MINUTE;
export const MS_PER_DAY = 24 * MS_PER_HOUR;
export const SECONDS_PER_DAY = MS_PER_DAY / MS_PER_SECOND;
/** Largest first: a sum such as `1h30m` must descend. */
const DURATION_UNITS = new Map([
  ['w', 7 * MS_PER_DAY],
  ['d', MS_PER_DAY],
  ['h', MS_PER_HOUR],
  ['m', MS_PER_MINUTE],
  ['s', MS_PER_SECOND],
  ['ms', 1],
]);
const PERIOD_SECONDS = new Map([
  ['s', 1],
  ['min', 60],
  ['h', 3600],
  ['day', SECONDS_PER_DAY],
]);

const OCCURRENCES_PER_DAY = new Map([
  ['h', 24],
  ['day', 1],
  ['week', 1 / 7],
]);

const NUMBER = '(?:[0-9]+(?:\\.[0-9]+)?)';
const SIZE = `${NUMBER} ?(?:[KMGTP]iB|[kMGTP]B)`;
const RATE = `(?:${SIZE}/(?:s|min|h|day)|${NUMBER} ?[kMG]bit/s)`;
const RELATIVE = `${NUMBER} ?%/(?:day|week)`;
const DURATION_PART = `${NUMBER}(?:ms|[smhdw])`;

/** The same forms as regular expressions, for the JSON Schema. */
export const PATTERNS = {
  size: `^${SIZE}$`,
  rate: `^${RATE}$`,
  relative: `^${RELATIVE}$`,
  rateOrRelative: `^(?:${RATE}|${RELATIVE})$`,
  percent: `^${NUMBER} ?%$`,
  duration: `^${DURATION_PART}(?: ?${DURATION_PART})*$`,
  occurrences: `^${NUMBER} ?/(?:h|day|week)$`,
};

export const EXPECTED = {
  size: 'a size such as `10GiB` (KiB MiB GiB TiB PiB, or kB MB GB TB PB)',
  rate: 'a rate such as `200MiB/s`, `3GiB/day` or `10Gbit/s` (a size per s, min, h or day, or kbit/s Mbit/s Gbit/s)',
  rateOrRelative: 'a rate such as `3GiB/day` or `200KiB/s`, or a share such as `5%/day` or `20%/week`',
  relative: 'a share such as `2%/week` or `0.5%/day`',
  percent: 'a percentage such as `20%`',
  occurrences: 'how often on average, such as `0.1/day` (per h, day or week)',
  duration: 'a duration such as `4h`, `90s` or `1h30m` (ms s m h d w)',
};

/** Whole bytes. */
export function parseSize(text: string): number {
  return roundBytes(text, measure(text, SIZE_UNITS, EXPECTED.size));
}

/** Bytes per second. */
export function parseRate(text: string): number {
  const { bytes, seconds } = absoluteRate(text, EXPECTED.rate);
  return bytes / seconds;
}

/** A share of something per day or week; percentages are fractions here (`5%/day` is 0.05 over 1 day). */
export interface RelativeRate {
  kind: 'relative';
  fraction: number;
  perDays: 1 | 7;
}

export interface AbsoluteRate {
  kind: 'absolute';
  bytesPerDay: number;
}

/** Where both make sense: `3GiB/day` or `5%/day`. */
export function parseRateOrRelative(text: string): AbsoluteRate | RelativeRate {
  if (text.includes('%')) return relativeRate(text, EXPECTED.rateOrRelative);
  const { bytes, seconds } = absoluteRate(text, EXPECTED.rateOrRelative);
  // Every period divides a day, so that `3GiB/day` stays exactly 3 GiB.
  return { kind: 'absolute', bytesPerDay: bytes * (SECONDS_PER_DAY / seconds) };
}

export function parseRelative(text: string): RelativeRate {
  return relativeRate(text, EXPECTED.relative);
}

/** A fraction: `20%` is 0.2. */
export function parsePercent(text: string): number {
  const match = new RegExp(`^(${NUMBER}) ?%$`).exec(text.trim());
  if (match === null) throw unreadable(text, ['%'], EXPECTED.percent);
  return Number(match[1]) / 100;
}

/** Occurrences a day, more than 0. */
export function parseOccurrences(text: string): number {
  const match = new RegExp(`^(${NUMBER}) ?/(h|day|week)$`).exec(text.trim());
  if (match === null) throw new UnitError(`\`${text}\` does not say how often`, EXPECTED.occurrences);
  const perDay = Number(match[1]) * (OCCURRENCES_PER_DAY.get(match[2] as string) as number);
  if (perDay === 0) throw new UnitError(`\`${text}\` is never`, EXPECTED.occurrences);
  return perDay;
}

/** Whole milliseconds. */
export function parseDuration(text: string): number {
  const parts = text.trim().match(/[0-9.]+|[^0-9. ]+|[ ]+/g) ?? [];
  if (!new RegExp(PATTERNS.duration).test(text.trim())) throw unreadable(text, [...DURATION_UNITS.keys()], EXPECTED.duration);
  const words = parts.filter((part) => part.trim() !== '');
  const order = [...DURATION_UNITS.keys()];
  let total = 0;
  let previous = -1;
  for (let i = 0; i < words.length; i += 2) {
    const unit = words[i + 1] as string;
    const rank = order.indexOf(unit);
    if (rank <= previous) throw new UnitError(`the parts of \`${text}\` must go from the largest unit to the smallest, each once`, EXPECTED.duration);
    previous = rank;
    total += Number(words[i]) * (DURATION_UNITS.get(unit) as number);
  }
  if (total > Number.MAX_SAFE_INTEGER) throw new UnitError(`\`${text}\` is too long`, EXPECTED.duration);
  return Math.round(total);
}

/** Exact to the byte, with at most two decimals where that is possible, binary units before decimal ones: `parseSize` gives the same number back. */
export function formatSize(bytes: number): string {
  const whole = Math.round(bytes);
  if (whole === 0) return '0KiB';
  const forms = [BINARY_UNITS, DECIMAL_UNITS]
    .flatMap((units) => {
      const exact = Object.entries(units)
        .reverse()
        .map(([unit, factor]) => ({ text: `${whole / factor}${unit}`, factor }));
      return exact
        .filter(({ text, factor }) => whole >= factor && /^[0-9]+(?:\.[0-9]{1,2})?[A-Za-z]/.test(text) && parseSize(text) === whole)
        .slice(0, 1);
    })
    .map(({ text }) => text);
  forms.push(`${Math.floor(whole / KILO)}.${String(whole % KILO).padStart(3, '0')}kB`);
  return forms.reduce((best, form) => (form.length < best.length ? form : best));
}

/** Exact to the byte per second. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatSize(bytesPerSecond)}/s`;
}

/** Exact to the millisecond, as a sum: `1h30m`. */
export function formatDuration(ms: number): string {
  let rest = Math.round(ms);
  if (rest === 0) return '0s';
  let text = '';
  for (const [unit, factor] of DURATION_UNITS) {
    const count = Math.floor(rest / factor);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * factor;
  }
  return text;
}

/** For sums, which have no short exact form: `1234.5GiB`, from ten TiB on `12.34TiB`. */
export function roughSize(bytes: number): string {
  const gib = bytes / 1024 ** 3;
  return gib < 10 * 1024 ? `${Math.round(gib * 10) / 10}GiB` : `${Math.round((gib / 1024) * 100) / 100}TiB`;
}

function absoluteRate(text: string, expected: string): { bytes: number; seconds: number } {
  const slash = text.lastIndexOf('/');
  if (slash < 0) {
    const isSize = new RegExp(PATTERNS.size).test(text.trim());
    throw isSize ? new UnitError(`\`${text}\` is a size, not a rate: per what time?`, expected) : unreadable(text, rateUnits(), expected);
  }
  const amount = text.slice(0, slash).trimEnd();
  const period = text.slice(slash + 1).trim();
  if (amount.endsWith('bit') && period === 's') return { bytes: measure(amount, BIT_UNITS, expected), seconds: 1 };
  if (amount.endsWith('%')) throw new UnitError(`\`${text}\` is a share, but a rate in bytes is needed here`, expected);
  const seconds = PERIOD_SECONDS.get(period);
  if (seconds === undefined) throw unreadable(text, rateUnits(), expected);
  return { bytes: roundBytes(text, measure(amount, SIZE_UNITS, expected)), seconds };
}

function relativeRate(text: string, expected: string): RelativeRate {
  const match = new RegExp(`^(${NUMBER}) ?%/(day|week)$`).exec(text.trim());
  if (match === null && !text.includes('%')) throw new UnitError(`\`${text}\` is not a share`, expected);
  if (match === null) throw unreadable(text, ['%/day', '%/week'], expected);
  return { kind: 'relative', fraction: Number(match[1]) / 100, perDays: match[2] === 'day' ? 1 : 7 };
}

function rateUnits(): string[] {
  return [...SIZE_UNITS.keys()]
    .flatMap((unit) => [...PERIOD_SECONDS.keys()].map((period) => `${unit}/${period}`))
    .concat(['kbit/s', 'Mbit/s', 'Gbit/s']);
}

function measure(text: string, units: ReadonlyMap<string, number>, expected: string): number {
  const match = new RegExp(`^(${NUMBER}) ?(\\S+)$`).exec(text.trim());
  const factor = match === null ? undefined : units.get(match[2] as string);
  if (match === null || factor === undefined) throw unreadable(text, [...units.keys()], expected);
  // In two parts: a number with thirteen digits before the point would lose bytes behind it.
  const [whole, fraction = '0'] = (match[1] as string).split('.');
  return Number(whole) * factor + Number(`0.${fraction}`) * factor;
}

function roundBytes(text: string, bytes: number): number {
  if (bytes > Number.MAX_SAFE_INTEGER) throw new UnitError(`\`${text}\` is too large: bytes are counted exactly up to 8PiB`, EXPECTED.size);
  return Math.round(bytes);
}

/** Says the most useful thing about text that is no quantity: negative, without unit, or with a unit in another spelling. */
function unreadable(text: string, units: readonly string[], expected: string): UnitError {
  const trimmed = text.trim();
  if (/^-\s*[0-9.]/.test(trimmed)) return new UnitError(`\`${text}\` is negative`, expected);
  const match = new RegExp(`^(${NUMBER})\\s*(.*)$`).exec(trimmed);
  if (match === null) return new UnitError(`\`${text}\` cannot be read`, expected);
  const given = match[2] as string;
  if (given === '') return new UnitError(`\`${text}\` has no unit`, expected);
  const spelling =
    units.find((unit) => unit.toLowerCase() === given.toLowerCase()) ??
    units.find((unit) => new RegExp(`^${unit[0]}`, 'i').test(given) && given.length === 1);
  return new UnitError(`\`${text}\` has an unknown unit${spelling === undefined ? '' : `, write \`${match[1]}${spelling}\``}`, expected);
}
