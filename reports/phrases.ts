/** Parts of sentences about findings: who, when, how often, and the figures of the evidence. */
import type { Finding } from '../sim/result.ts';
import type { ReportContext } from './context.ts';
import { formatDuration, formatInstant, HOUR_MS } from './time.ts';
import { formatCount, listNames, printable } from './units.ts';

/** `Datastore ds1`, `3 datastores (ds1, ds2, ds3)`, `40 VMs (vm-01 ... vm-40)`. */
export function subjects(group: readonly Finding[], one: string, many: string): string {
  const names = group.map((finding) => finding.subject.name);
  if (names.length === 1) return `${one} ${printable(names[0] ?? '')}`;
  const sorted = [...names].sort(byNaturalOrder);
  return `${formatCount(names.length, one, many)} (${listNames(sorted)})`;
}

export function byNaturalOrder(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

export function titleOf(group: readonly Finding[]): string {
  const kind = group[0]?.subject.kind ?? 'datastore';
  return kind === 'vm' ? 'VM' : `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

export function pluralOf(group: readonly Finding[]): string {
  const title = titleOf(group);
  return title === 'VM' ? 'VMs' : title === 'Repository' ? 'repositories' : title === 'Proxy' ? 'proxies' : `${title.toLowerCase()}s`;
}

export function at(context: ReportContext, atMs: number): string {
  return `on ${formatInstant(context.zone, atMs)}`;
}

/** ` on Tue 30 Jun 2026 03:12`; of several instants the first, and the words say so. */
export function when(group: readonly Finding[], context: ReportContext): string {
  const several = group.length > 1 || countOf(group) > 1;
  return `${several ? ', first' : ''} ${at(context, group[0]?.atMs ?? 0)}`;
}

/** One instant, or from the first to the last. */
export function span(group: readonly Finding[], context: ReportContext): string {
  const from = formatInstant(context.zone, group[0]?.atMs ?? 0);
  const until = formatInstant(context.zone, group.at(-1)?.atMs ?? 0);
  return from === until ? `on ${from}` : `between ${from} and ${until}`;
}

export function figure(finding: Finding, key: string): number | null {
  const value = finding.evidence[key];
  return typeof value === 'number' ? value : null;
}

export function text(finding: Finding, key: string): string | null {
  const value = finding.evidence[key];
  return typeof value === 'string' ? value : null;
}

/** Three are the usual policy. */
export function depthLimit(group: readonly Finding[]): string {
  const limits = [...new Set(group.map((finding) => figure(finding, 'mostDepth') ?? 3))];
  return limits.length > 1 ? 'the wanted number of' : limits[0] === 3 ? 'three' : String(limits[0]);
}

export function ageLimit(group: readonly Finding[]): string {
  const limits = [...new Set(group.map((finding) => figure(finding, 'mostAgeMs') ?? 72 * HOUR_MS))];
  return limits.length > 1 ? 'wanted' : limits[0] === 72 * HOUR_MS ? 'three days' : formatDuration(limits[0] ?? 0);
}

export function countOf(group: readonly Finding[]): number {
  return group.reduce((sum, finding) => sum + (figure(finding, 'count') ?? 1), 0);
}

export function timesOf(group: readonly Finding[]): string {
  const count = countOf(group);
  return count > 1 ? `, ${formatCount(count, 'time')}` : '';
}
