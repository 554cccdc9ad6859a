/** Random expressions in the grammars of cron, systemd and Proxmox. */
import fc from 'fast-check';

type Text = fc.Arbitrary<string>;

const number = (from: number, to: number): fc.Arbitrary<number> => fc.integer({ min: from, max: to });
const two = (value: number): string => String(value).padStart(2, '0');

function ordered(from: number, to: number): fc.Arbitrary<[number, number]> {
  return fc.tuple(number(from, to), number(from, to)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
}

/** `dash` separates the ends of a range; a range may have a step. */
function items(from: number, to: number, dash: string): Text {
  const range = ordered(from, to)
    .filter(([low, high]) => low < high)
    .map(([low, high]) => `${low}${dash}${high}`);
  const stepped = fc.tuple(range, number(1, to - from)).map(([text, step]) => `${text}/${step}`);
  const item = fc.oneof({ weight: 3, arbitrary: number(from, to).map(String) }, range, stepped);
  return fc.array(item, { minLength: 1, maxLength: 3 }).map((list) => list.join(','));
}

function cronField(from: number, to: number): Text {
  return fc.oneof({ weight: 2, arbitrary: fc.constant('*') }, items(from, to, '-'));
}

const steps = (to: number): Text => number(1, to).map((step) => `*/${step}`);

export interface CronParts {
  minute: string;
  hour: string;
  days: string;
}

/** The three fields of the date as one text. A step over a wildcard day is left out: programs differ in whether it restricts the day. */
const cronDays: Text = fc
  .tuple(cronField(1, 28), cronField(1, 12), fc.oneof(cronField(0, 6), fc.constantFrom('sun', 'mon-fri', 'sat,sun', '5-7')))
  .map((fields) => fields.join(' '));

export const cronFollowingRealTime: fc.Arbitrary<CronParts> = fc.record({
  minute: fc.oneof(cronField(0, 59), steps(59)),
  hour: fc.oneof(fc.constant('*'), steps(23)),
  days: cronDays,
});

/** One time of the day, near the change of the clocks more often than not. */
export const cronOnceADay: fc.Arbitrary<CronParts> = fc.record({
  minute: fc.oneof(number(0, 59).map(String), fc.constantFrom('0', '30')),
  hour: fc.oneof(number(0, 23).map(String), number(0, 4).map(String)),
  days: cronDays,
});

export const cronAtFixedHours: fc.Arbitrary<CronParts> = fc.record({
  minute: fc.oneof(cronField(0, 59), steps(59)),
  hour: fc.oneof(items(0, 23, '-'), items(0, 4, '-')),
  days: cronDays,
});

export function cronText({ minute, hour, days }: CronParts): string {
  return `${minute} ${hour} ${days}`;
}

/** An open repetition such as `5/15`; its next value past the field falls on `from` again, as the note below asks for. */
function repetition(from: number, to: number): Text {
  const size = to - from + 1;
  return number(1, size - 1)
    .filter((step) => size % step === 0)
    .chain((step) =>
      number(from, to - step)
        .filter((first) => (size - (first - from)) % step === 0)
        .map((first) => `${two(first)}/${step}`),
    );
}

/**
 * What both grammars of calendar events know. systemd 252 misses the first firing of a day after an open repetition of minutes or seconds that does not
 * come out even over midnight (`*:0/45` at 23:45 goes on at 00:45): such repetitions are drawn as ranges, which mean the same.
 */
function calendarField(from: number, to: number): Text {
  const open = (to - from) % 10 === 9 ? [repetition(from, to)] : [];
  return fc.oneof({ weight: 2, arbitrary: fc.constant('*') }, { weight: 3, arbitrary: items(from, to, '..') }, ...open);
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

const weekdays: Text = fc
  .array(
    ordered(0, 6).map(([first, last]) => (first === last ? WEEKDAYS[first] : `${WEEKDAYS[first]}..${WEEKDAYS[last]}`) as string),
    { minLength: 1, maxLength: 2 },
  )
  .map((list) => list.join(','));

const time: Text = fc
  .tuple(fc.oneof(calendarField(0, 23), items(0, 4, '..')), calendarField(0, 59), fc.option(calendarField(0, 59), { nil: null }))
  .map(([hour, minute, second]) => (second === null ? `${hour}:${minute}` : `${hour}:${minute}:${second}`));

const date = (year: Text): Text =>
  fc
    .tuple(fc.option(year, { nil: null }), calendarField(1, 12), calendarField(1, 28))
    .map(([years, month, day]) => `${years === null ? '' : `${years}-`}${month}-${day}`);

/** systemd 252 lowers its limit of 28 by three with each further entry of a list. */
const fromMonthEnd: Text = fc.tuple(calendarField(1, 12), items(1, 22, '..')).map(([month, day]) => `*-${month}~${day}`);

function event(dateText: Text): Text {
  return fc
    .tuple(fc.option(weekdays, { nil: '' }), fc.option(dateText, { nil: '' }), fc.option(time, { nil: '' }))
    .map((words) => words.filter((word) => word !== '').join(' '))
    .filter((text) => text !== '');
}

const SHORTHANDS = fc.constantFrom('minutely', 'hourly', 'daily', 'weekly', 'monthly', 'yearly', 'quarterly', 'semiannually');
const year = fc.oneof(fc.constant('*'), items(2026, 2034, '..'));

export const systemdCalendar: Text = fc.oneof(
  { weight: 6, arbitrary: event(date(year)) },
  { weight: 2, arbitrary: event(fromMonthEnd) },
  { weight: 1, arbitrary: SHORTHANDS },
  { weight: 1, arbitrary: event(date(year)).map((text) => `${text} America/New_York`) },
  { weight: 1, arbitrary: event(date(year)).map((text) => `${text} UTC`) },
);

export const proxmoxCalendar: Text = fc.oneof(
  { weight: 6, arbitrary: event(date(year)) },
  { weight: 1, arbitrary: SHORTHANDS },
  { weight: 1, arbitrary: fc.oneof(items(0, 59, '..'), steps(59)) },
  { weight: 1, arbitrary: fc.tuple(steps(23), steps(59)).map(([hour, minute]) => `${hour}:${minute}`) },
  { weight: 1, arbitrary: event(date(year)).map((text) => `${text} UTC`) },
);

/** Text near the grammar, most of which is no calendar event. */
export const nearlyCalendar: Text = fc
  .tuple(systemdCalendar, fc.nat(40), fc.constantFrom('', '*', '/', '..', ',', '-', '~', ':', ' ', '0', '7', '61', 'x', 'Mon'), fc.nat(3))
  .map(([text, place, piece, dropped]) => `${text.slice(0, place)}${piece}${text.slice(place + dropped)}`);
