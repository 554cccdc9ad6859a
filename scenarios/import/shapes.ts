/** A number written as text, taken apart without deciding what an ambiguous separator means. */
export interface NumberShape {
  /** Digits before the fraction, without separators. */
  whole: string;
  /** What groups the thousands: `.`, `,`, `'` or a blank of any kind. */
  group: string | undefined;
  point: string | undefined;
  fraction: string;
  /** Whether the one separator, given as `group`, may as well be the decimal one: `16.384`. `fraction` is then empty. */
  couldBeFraction: boolean;
}

/** Undefined for what is no plain number: signs, exponents, units, groups of other than three digits. */
export function readNumberShape(text: string): NumberShape | undefined {
  const match = /^(\d+)((?:[.,'’ \u00a0\u202f]\d{3})*)([.,]\d+)?$/.exec(text);
  if (match === null) return undefined;
  const [, head = '', groups = '', tail = ''] = match;
  const marks = [...groups.replace(/\d/g, '')].map((mark) => (/[.,]/.test(mark) ? mark : /['’]/.test(mark) ? "'" : ' '));
  const digits = groups.replace(/\D/g, '');
  if (marks.length === 0) return fractional(head, undefined, tail);
  // A grouped number starts with one to three digits, the first of which is not 0.
  if (!/^[1-9]\d{0,2}$/.test(head)) return marks.length === 1 && tail === '' && isPoint(marks[0]) ? fractional(head, undefined, groups) : undefined;
  const [group = ''] = marks;
  const last = marks.at(-1) ?? '';
  if (marks.some((mark) => mark !== group)) {
    const onlyLastDiffers = marks.slice(0, -1).every((mark) => mark === group);
    if (!onlyLastDiffers || tail !== '' || !isPoint(last)) return undefined;
    return fractional(head + digits.slice(0, -3), group, last + digits.slice(-3));
  }
  if (tail.startsWith(group)) return undefined;
  const couldBeFraction = marks.length === 1 && tail === '' && isPoint(group);
  return { ...fractional(head + digits, group, tail), couldBeFraction };
}

function fractional(whole: string, group: string | undefined, tail: string): NumberShape {
  return { whole, group, point: tail === '' ? undefined : tail.charAt(0), fraction: tail.slice(1), couldBeFraction: false };
}

function isPoint(mark: string | undefined): boolean {
  return mark === '.' || mark === ',';
}

/** A date that does not start with its year. */
export interface DateParts {
  first: number;
  second: number;
  year: number;
  /** Whether the day comes first, where the way of writing tells. */
  dayFirst: boolean | undefined;
  hours: number;
  minutes: number;
  seconds: number;
}

/** `18.03.2026 16:05`, `3/18/2026 4:05:15 PM`; undefined for anything else, two-digit years included. */
export function readDateShape(text: string): DateParts | undefined {
  const match = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:,? +(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[ \u202f]?([ap])m)?)?$/i.exec(text);
  if (match === null) return undefined;
  const [, first, mark, second, year, hours = '0', minutes = '0', seconds = '0', half] = match;
  const halfDay = half === undefined ? Number(hours) : (Number(hours) % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  return {
    first: Number(first),
    second: Number(second),
    year: Number(year),
    // Dots are written where the day comes first; the same number twice is the same date either way.
    dayFirst: mark === '.' || first === second ? true : undefined,
    hours: halfDay,
    minutes: Number(minutes),
    seconds: Number(seconds),
  };
}
