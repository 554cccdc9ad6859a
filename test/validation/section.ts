/** A section of the validation page: figures from elsewhere beside ours, with how far they may be apart. */

export interface Check {
  what: string;
  /** Part of the expected figure; absolute where that is 0. */
  off: number;
  allowed: number;
}

export interface Section {
  title: string;
  about: string;
  head: string[];
  rows: string[][];
  checks: Check[];
}

export interface Figure {
  what: string;
  expected: number;
  ours: number;
  /** Decimals of the expected figure; a deviation of half of the last one is rounding. Default 0: both are exact. */
  decimals?: number;
  unit?: string;
  /** Part of the expected figure. */
  allowed?: number;
}

export function compared(title: string, about: string, figures: readonly Figure[]): Section {
  const checks = figures.map(({ what, expected, ours, decimals = 0, allowed }): Check => {
    const scale = Math.abs(expected) || 1;
    return { what, off: Math.abs(ours - expected) / scale, allowed: allowed ?? (decimals === 0 ? 0 : 0.5001 / 10 ** decimals / scale) };
  });
  const rows = figures.map(({ what, expected, ours, decimals = 0, unit = '' }) => {
    const [theirs, own] = [expected.toFixed(decimals), ours.toFixed(decimals === 0 ? 0 : decimals + 2)].map((text) => `${text} ${unit}`.trim());
    return [what, theirs as string, own as string, deviation(ours, expected)];
  });
  return { title, about, head: ['figure', 'expected', 'overrun', 'deviation'], rows, checks };
}

/** As a part of the expected figure, two digits. */
export function deviation(ours: number, expected: number): string {
  const off = expected === 0 ? ours : (ours - expected) / Math.abs(expected);
  if (off === 0) return '0';
  return Math.abs(off) < 1e-8 ? 'below 0.000001 %' : `${off > 0 ? '+' : '-'}${Number((Math.abs(off) * 100).toPrecision(2))} %`;
}
