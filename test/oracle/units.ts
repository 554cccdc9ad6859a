const SIZES: Record<string, number> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  PB: 1e15,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
  PiB: 2 ** 50,
};

const BITS: Record<string, number> = { bit: 1 / 8, kbit: 1e3 / 8, Mbit: 1e6 / 8, Gbit: 1e9 / 8 };

const DURATIONS: Record<string, number> = { ms: 1, s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7, w: 6.048e8 };

const PERIOD_SECONDS: Record<string, number> = { s: 1, day: 86_400, week: 604_800 };

export const DAY_MS = 86_400_000;

/** A growth or change written either as an absolute rate or as a share of something within a number of days. */
export type Pace = { bytesPerDay: number } | { share: number; days: number };

function lookUp(table: Record<string, number>, unit: string, text: string): number {
  const factor = table[unit];
  if (factor === undefined) throw new Error(`'${text}': '${unit}' is not a unit that fits here`);
  return factor;
}

/** A size such as `60GiB` in bytes; a plain 0 needs no unit. */
export function bytesOf(value: unknown): number {
  if (value === 0) return 0;
  const match = /^([\d.]+)\s*([A-Za-z]+)$/.exec(String(value));
  if (!match) throw new Error(`'${String(value)}' is not a size`);
  return Number(match[1]) * lookUp(SIZES, String(match[2]), String(value));
}

/** A rate such as `800MiB/s`, `3GiB/day` or `10Gbit/s` in bytes per second; a plain 0 needs no unit. */
export function bytesPerSecondOf(value: unknown): number {
  if (value === 0) return 0;
  const match = /^([\d.]+)\s*([A-Za-z]+)\/(\w+)$/.exec(String(value));
  if (!match) throw new Error(`'${String(value)}' is not a rate`);
  const [, amount, unit, period] = match.map(String);
  return (Number(amount) * lookUp({ ...SIZES, ...BITS }, String(unit), String(value))) / lookUp(PERIOD_SECONDS, String(period), String(value));
}

/** A rate or a percentage per day or week. */
export function paceOf(value: unknown): Pace {
  const percent = /^([\d.]+)\s*%\/(day|week)$/.exec(String(value));
  if (!percent) return { bytesPerDay: bytesPerSecondOf(value) * 86_400 };
  return { share: Number(percent[1]) / 100, days: percent[2] === 'week' ? 7 : 1 };
}

/** What a pace adds evenly, in bytes per millisecond; percentages add nothing between two midnights. */
export function evenBytesPerMs(pace: Pace): number {
  return 'share' in pace ? 0 : pace.bytesPerDay / DAY_MS;
}

/** The factor of one local midnight, such that the share is reached in its number of days. */
export function midnightFactor(pace: Pace): number {
  return 'share' in pace ? (1 + pace.share) ** (1 / pace.days) : 1;
}

/** A duration such as `1h30m` in whole milliseconds; a plain 0 needs no unit. */
export function durationMsOf(value: unknown): number {
  return Math.round(exactMsOf(value));
}

/** A duration in milliseconds and parts of them, as latencies are given. */
export function exactMsOf(value: unknown): number {
  if (value === 0) return 0;
  const text = String(value);
  if (!/^([\d.]+(ms|[smhdw]))+$/.test(text)) throw new Error(`'${text}' is not a duration`);
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ms|[smhdw])/g)) ms += Number(amount) * lookUp(DURATIONS, String(unit), text);
  return ms;
}
