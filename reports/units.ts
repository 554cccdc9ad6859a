/** Sizes, shares and counts in words. Sizes are bytes, printed in the binary units that capacity planners use. */

const SIZE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** Three significant digits: `0 B`, `100 MiB`, `2.72 TiB`. */
export function formatBytes(bytes: number): string {
  let value = Math.abs(bytes);
  let unit = 0;
  // 999.5 would print as 1000 in this unit.
  while (value >= 999.5 && unit < SIZE_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  const text = value.toFixed(digits);
  return `${bytes < 0 ? '-' : ''}${digits > 0 ? text.replace(/\.?0+$/, '') : text} ${SIZE_UNITS[unit]}`;
}

/** `87 %`; never `100 %` for anything below the whole, never `0 %` for anything above nothing. */
export function formatShare(fraction: number): string {
  const percent = fraction * 100;
  if (percent > 0 && percent < 1) return 'under 1 %';
  if (percent < 100 && percent > 99) return '99 %';
  return `${Math.round(percent)} %`;
}

/** `1 VM`, `40 VMs`; thousands separated by a comma. */
export function formatCount(count: number, singular: string, plural = `${singular}s`): string {
  const text = String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${text} ${count === 1 ? singular : plural}`;
}

/** Names come from files of others: control and direction-changing characters must not reach a terminal or an XML document. */
export function printable(name: string): string {
  return name.replace(/[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd');
}

/** The first `limit` characters, with an ellipsis where something was cut. */
export function shorten(text: string, limit: number): string {
  const characters = [...text];
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join('')}\u2026`;
}

/**
 * Names for a sentence: consecutive numbers become a range (`web-01 ... web-20`), the rest is listed up to `limit` entries, then counted.
 */
export function listNames(names: readonly string[], limit = 4): string {
  const entries: { text: string; count: number }[] = [];
  let index = 0;
  while (index < names.length) {
    const end = endOfRange(names, index);
    const first = printable(names[index] ?? '');
    const last = printable(names[end] ?? '');
    if (end - index >= 2) {
      entries.push({ text: `${first} ... ${last}`, count: end - index + 1 });
      index = end + 1;
    } else {
      entries.push({ text: first, count: 1 });
      index += 1;
    }
  }
  const shown = entries.slice(0, entries.length === limit + 1 ? limit + 1 : limit);
  const hidden = entries.slice(shown.length).reduce((sum, entry) => sum + entry.count, 0);
  const text = shown.map((entry) => entry.text).join(', ');
  return hidden > 0 ? `${text} and ${hidden} more` : text;
}

function endOfRange(names: readonly string[], from: number): number {
  let end = from;
  let previous = splitNumber(names[from] ?? '');
  while (previous) {
    const next = splitNumber(names[end + 1] ?? '');
    if (!next || next.stem !== previous.stem || next.number !== previous.number + 1) break;
    previous = next;
    end += 1;
  }
  return end;
}

function splitNumber(name: string): { stem: string; number: number } | null {
  const match = /^(.*?)(\d{1,9})$/s.exec(name);
  return match ? { stem: match[1] ?? '', number: Number(match[2]) } : null;
}
