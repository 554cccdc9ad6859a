const QUARTER_HOUR_MS = 900_000;
const HOUR_MS = 3_600_000;

const zones = new Map<string, Zone>();

/** A zone with all that has been asked of it before. */
export function zoneOf(name: string): Zone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const zone = new Zone(name);
  zones.set(name, zone);
  return zone;
}

/** A zone of local time, asked of the platform's Intl. Local instants are written as if they were UTC. */
export class Zone {
  private readonly format: Intl.DateTimeFormat;
  private readonly offsets = new Map<number, number>();
  private readonly hours = new Map<number, number>();

  constructor(name: string) {
    this.format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** Local time minus UTC, in ms. Zones change their offset on a quarter of an hour only. */
  offsetMs(utcMs: number): number {
    const quarter = Math.floor(utcMs / QUARTER_HOUR_MS) * QUARTER_HOUR_MS;
    const known = this.offsets.get(quarter);
    if (known !== undefined) return known;
    const parts: Record<string, number> = {};
    for (const { type, value } of this.format.formatToParts(quarter)) parts[type] = Number(value);
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
    const offset = Date.UTC(year, month - 1, day, hour, minute, second) - quarter;
    this.offsets.set(quarter, offset);
    return offset;
  }

  local(utcMs: number): Date {
    return new Date(utcMs + this.offsetMs(utcMs));
  }

  /** The local hour, 0 from Monday 00:00 on. */
  hourOfWeek(utcMs: number): number {
    const quarter = Math.floor(utcMs / QUARTER_HOUR_MS) * QUARTER_HOUR_MS;
    const known = this.hours.get(quarter);
    if (known !== undefined) return known;
    const local = this.local(quarter);
    const hour = ((local.getUTCDay() + 6) % 7) * 24 + local.getUTCHours();
    this.hours.set(quarter, hour);
    return hour;
  }

  /** The instant of a local time: the first of two, or the first instant after a gap. */
  instant(localMs: number): number {
    const before = this.offsetMs(localMs - 24 * HOUR_MS);
    const after = this.offsetMs(localMs + 24 * HOUR_MS);
    const real = [localMs - before, localMs - after].filter((utcMs) => utcMs + this.offsetMs(utcMs) === localMs);
    if (real.length > 0) return Math.min(...real);
    let utcMs = localMs - after;
    while (this.offsetMs(utcMs) === before) utcMs += 60_000;
    return Math.floor(utcMs / QUARTER_HOUR_MS) * QUARTER_HOUR_MS;
  }

  /** Whether this instant is the second occurrence of its local time. */
  isRepeat(utcMs: number): boolean {
    return this.instant(utcMs + this.offsetMs(utcMs)) < utcMs;
  }

  /** Instants in (fromMs, toMs] at which a local day begins. */
  midnights(fromMs: number, toMs: number): number[] {
    const found: number[] = [];
    for (let utcMs = (Math.floor(fromMs / QUARTER_HOUR_MS) + 1) * QUARTER_HOUR_MS; utcMs <= toMs; utcMs += QUARTER_HOUR_MS) {
      if (this.local(utcMs).getUTCDate() !== this.local(utcMs - 1).getUTCDate()) found.push(utcMs);
    }
    return found;
  }
}

/** `2026-03-02T18:00` as if it were UTC, in ms. */
export function localMsOf(value: unknown): number {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?$/.exec(String(value));
  if (!match) throw new Error(`'${String(value)}' is not a local time`);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The next instant after utcMs at which a local hour may change. */
export function nextQuarterHour(utcMs: number): number {
  return (Math.floor(utcMs / QUARTER_HOUR_MS) + 1) * QUARTER_HOUR_MS;
}
