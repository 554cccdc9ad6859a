import { normaliseHeader } from './headers.ts';
import { usualHeaders } from './usual-headers.ts';

/**
 * Custom attributes and tags, by index into the headers: what stands between `Annotation` and `Datacenter`, or, where somebody has deleted the
 * annotations, the unbroken run of unknown columns in front of `Datacenter`.
 */
export function customColumns(tab: string, headers: readonly string[]): Set<number> {
  const names = headers.map((header) => normaliseHeader(header));
  const indexOf = (name: string): number => names.findIndex((other) => other === name || other === normaliseHeader(tab) + name);
  const end = indexOf('datacenter');
  let start = indexOf('annotation') + 1;
  if (start === 0) {
    start = end;
    while (start > 0 && !isUsual(tab, headers[start - 1] ?? '')) start -= 1;
  }
  return new Set(Array.from({ length: Math.max(0, end - start) }, (_, offset) => start + offset));
}

/** Whether RVTools itself writes such a header on the tab, in any version. */
export function isUsual(tab: string, header: string): boolean {
  const usual = usualNames.get(tab);
  if (usual === undefined) return false;
  const names = [header, header.replace(/\bMB\b/, 'MiB'), header.replace(/\bKB\b/, 'KiB')].map(normaliseHeader);
  const prefix = normaliseHeader(tab);
  return names.some((name) => usual.has(name) || (name.startsWith(prefix) && usual.has(name.slice(prefix.length))));
}

const usualNames = new Map(Object.entries(usualHeaders).map(([tab, headers]) => [tab, new Set(headers.map(normaliseHeader))]));

/** Attributes that are about people, places on the network or secrets are never read; states and dates say nothing about what a VM is. */
const neverTags =
  /licen[cs]e|key|serial|address|password|secret|mail|phone|contact|owner|user|uuid|guid|\bip|dns|mac\b|url|last|date|time|status|result|state|note|comment|description/i;

export function mayBeTag(header: string): boolean {
  return !neverTags.test(header.replaceAll('_', ' '));
}

/** An address, an identifier, a licence key, a date, or a sentence. */
const privateValue =
  /@|:\/\/|\d+\.\d+\.\d+|^[\da-f]{8}-[\da-f]{4}-|^(?:[\da-z]{5}-){3,}|^[\da-f]{2}(?:[:-][\da-f]{2}){5}$|:[\da-f]*:|\d{4}[-/]\d{2}[-/]\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}/i;
const longestTag = 64;
const mostTags = 50;

/** Whether the values of a column sort VMs into classes: short words, many fewer than there are VMs wherever there are many. */
export function areTags(values: readonly string[]): boolean {
  const distinct = new Set(values);
  const few = distinct.size <= Math.max(12, Math.min(mostTags, values.length / 4));
  return distinct.size > 0 && few && [...distinct].every((value) => value.length <= longestTag && !privateValue.test(value));
}
