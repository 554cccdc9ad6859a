/** What zod found becomes sentences about places in the file. */
import type { z } from 'zod';
import type { Problems } from './problems.ts';
import { listNames, suggest } from './suggest.ts';
import { keyPlaceAt, type MapTree, type Path, placeAt, valueAt } from './tree.ts';

type Issue = z.core.$ZodIssue;

export interface Target {
  root: MapTree;
  problems: Problems;
}

/** Validates the value at `path`; undefined when it is not valid, every reason being in `problems`. */
export function validate<T>(target: Target, path: Path, schema: z.ZodType<T>, data: unknown): T | undefined {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const misspelt = misspeltKeys(result.error.issues, schema);
  for (const issue of result.error.issues) {
    // One slip, one error: what `capcity` was meant for is not missing besides.
    if (!(issue.code === 'invalid_type' && misspelt.has(issue.path.join('.')))) report(target, path, issue, schema);
  }
  return undefined;
}

function misspeltKeys(issues: readonly Issue[], schema: z.ZodType): Set<string> {
  const meant = new Set<string>();
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    const known = keysOf(schemaAt(schema, issue.path));
    for (const key of issue.keys) meant.add([...issue.path, suggest(key, known) ?? ''].join('.'));
  }
  return meant;
}

/** An unknown key, wherever it stands. */
export function reportUnknownKey(target: Target, path: Path, known: readonly string[]): void {
  const key = String(path.at(-1));
  const place = keyPlaceAt(target.root, path);
  target.problems.add(place, `unknown ${isRulePlace(path) ? 'rule' : 'key'} \`${key}\``, {
    expected: `one of ${listNames(known)}`,
    meant: suggest(key, known),
  });
}

function isRulePlace(path: Path): boolean {
  return path[0] === 'policy' && (path.length === 2 || path.at(-2) === 'rules');
}

function report(target: Target, prefix: Path, issue: Issue, schema: z.ZodType): void {
  const path = [...prefix, ...(issue.path as (string | number)[])];
  const key = lastName(path);
  const given = valueAt(target.root, path);
  const place = placeAt(target.root, path);
  const say = (text: string, expected?: string, meant?: string | null) => target.problems.add(place, text, { expected, meant: meant ?? null });

  if (given === undefined) return say(missing(path, key));
  if (given.kind === 'scalar' && given.value === null) return say(`\`${key}\` has no value`, expectedOf(issue));
  if (issue.code === 'unrecognized_keys') {
    const known = keysOf(schemaAt(schema, issue.path));
    for (const unknown of issue.keys) reportUnknownKey(target, [...path, unknown], known);
    return;
  }
  if (issue.code === 'invalid_union') {
    const own = splitComplaint(issue.message);
    const branch = bestBranch(issue, given, own !== null);
    if (branch !== null) for (const inner of branch.issues) report(target, path, inner, branch.schema(schemaAt(schema, issue.path)));
    else say(own?.text ?? `\`${key}\` cannot be this`, own?.expected);
    return;
  }
  const own = splitComplaint(issue.message);
  if (own !== null) return say(own.text, own.expected);
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    const written = given.kind === 'scalar' ? String(given.value) : null;
    return say(
      written === null ? `\`${key}\` is one word` : `unknown value \`${written}\` of \`${key}\``,
      expectedOf(issue),
      written === null ? null : suggest(written, values),
    );
  }
  say(wrongNumberOrType(issue, key, given.kind === 'scalar' ? String(given.value) : given.kind), expectedOf(issue));
}

function missing(path: Path, key: string): string {
  const owner = path.slice(0, -1).join('.');
  return owner === '' ? `the scenario has no \`${key}\`` : `\`${owner}\` has no \`${key}\``;
}

function wrongNumberOrType(issue: Issue, key: string, written: string): string {
  if (issue.code === 'too_small' && Number(issue.minimum) >= 0 && written.startsWith('-')) return `\`${key}: ${written}\` is negative`;
  if (issue.code === 'too_small' && issue.origin === 'array') return `\`${key}\` is empty`;
  if (issue.code === 'too_small' && issue.origin === 'string') return `\`${key}\` is empty`;
  if (issue.code === 'too_small') return `\`${key}: ${written}\` is too small`;
  if (issue.code === 'too_big') return `\`${key}: ${written}\` is too large`;
  return `\`${key}\` cannot be ${written === 'map' || written === 'list' ? `a ${written}` : `\`${written}\``}`;
}

const TYPE_WORDS: Record<string, string> = {
  string: 'text (in quotes where it looks like a number)',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  object: 'a map (`key: value`)',
  record: 'a map (`name: ...`)',
  array: 'a list (`[a, b]`)',
};

function expectedOf(issue: Issue): string | undefined {
  if (issue.code === 'invalid_value') return `one of ${listNames(issue.values.map(String))}`;
  if (issue.code === 'invalid_type') return TYPE_WORDS[issue.expected] ?? undefined;
  const unit =
    issue.code === 'too_small' || issue.code === 'too_big'
      ? issue.origin === 'array'
        ? ' entries'
        : issue.origin === 'string'
          ? ' characters'
          : ''
      : '';
  if (issue.code === 'too_small') return `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unit}`;
  if (issue.code === 'too_big') return `at most ${issue.maximum}${unit}`;
  return splitComplaint(issue.message ?? '')?.expected;
}

function splitComplaint(message: string): { text: string; expected: string } | null {
  const end = message.indexOf('\n');
  return end < 0 ? null : { text: message.slice(0, end), expected: message.slice(end + 1) };
}

/** Of a union, the alternative that the writer had in mind: the one of the right kind, judged by what it complains about. */
function bestBranch(issue: z.core.$ZodIssueInvalidUnion, given: { kind: string; value?: unknown }, hasOwnText: boolean) {
  const isWord = given.kind === 'scalar' && typeof given.value === 'string';
  for (const [index, issues] of issue.errors.entries()) {
    const wrongKind = issues.some((one) => {
      if (one.path.length > 0) return false;
      if (one.code === 'invalid_type') return true;
      return one.code === 'invalid_value' && (hasOwnText || !isWord);
    });
    if (!wrongKind && issues.length > 0) return { issues, schema: (union: z.ZodType | null) => optionOf(union, index) };
  }
  return null;
}

/** The part of a schema that an issue speaks about, to list the keys that it knows. */
function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | null {
  let at: z.ZodType | null = unwrap(schema);
  for (const step of path) {
    if (at === null) return null;
    const def = at.def as { shape?: Record<string, z.ZodType>; element?: z.ZodType };
    const next: z.ZodType | undefined = typeof step === 'number' ? def.element : def.shape?.[String(step)];
    at = next === undefined ? null : unwrap(next);
  }
  return at;
}

/** What stands behind `optional`, descriptions and transforms. */
function unwrap(schema: z.ZodType): z.ZodType {
  const { innerType, in: input } = schema.def as { innerType?: z.ZodType; in?: z.ZodType };
  const inner = innerType ?? input;
  return inner === undefined ? schema : unwrap(inner);
}

function optionOf(union: z.ZodType | null, index: number): z.ZodType {
  const options = (union?.def as { options?: z.ZodType[] } | undefined)?.options ?? [];
  return options[index] as z.ZodType;
}

/** Of a union, the keys of every alternative that is a map. */
function keysOf(schema: z.ZodType | null): string[] {
  const def = (schema === null ? {} : unwrap(schema).def) as { shape?: object; options?: z.ZodType[] };
  return def.options === undefined ? Object.keys(def.shape ?? {}) : def.options.flatMap(keysOf);
}

/** `tags.0` is called by its list. */
function lastName(path: Path): string {
  for (let i = path.length - 1; i >= 0; i--) if (typeof path[i] === 'string') return path[i] as string;
  return '';
}
