/** The report for a person: the verdict first, then what breaks, when, why and what helps, then the runs and the space. */
import type { DatastoreResult, RepositoryResult, Severity, Verdict } from '../sim/result.ts';
import type { ReportContext } from './context.ts';
import { type FindingGroup, groupFindings, isHarm } from './findings.ts';
import { type Emphasis, hanging, type Paint, padEnd, padStart, table, unpainted } from './layout.ts';
import { describeOwners, groupLedger } from './ledger.ts';
import { policyLines, statesPolicy, waiverWords } from './policy.ts';
import { DAY_MS, formatDuration, formatInstant, formatShort } from './time.ts';
import { jobSummary, jobTimeline, TIMELINE_LEGEND, unavoidable } from './timeline.ts';
import { formatBytes, formatCount, formatShare, printable, shorten } from './units.ts';

/** Kinds of findings that are told in full; there are many more rules. */
const MAX_GROUPS = 8;
const MAX_JOBS = 8;
const MAX_ROWS = 15;
const MAX_LEDGERS = 3;
const NAME_COLUMNS = 20;

const VERDICTS: Record<Verdict, { word: string; emphasis: Emphasis }> = {
  safe: { word: 'SAFE', emphasis: 'good' },
  'at-risk': { word: 'AT RISK', emphasis: 'warning' },
  fails: { word: 'FAILS', emphasis: 'error' },
};

const SEVERITY_WORDS: Record<Severity, { word: string; emphasis: Emphasis }> = {
  error: { word: 'ERROR', emphasis: 'error' },
  warning: { word: 'WARNING', emphasis: 'warning' },
  info: { word: 'NOTE', emphasis: 'faint' },
};

const WAIVED: (typeof SEVERITY_WORDS)[Severity] = { word: 'WAIVED', emphasis: 'faint' };

/** The report, with a final LF. `paint` may colour; without it the text is plain. With `all`, less harmful kinds of findings are not left out. */
export function textReport(context: ReportContext, paint: Paint = unpainted, all = false): string {
  const groups = groupFindings(context);
  const sections = [
    [...verdictLines(context, groups, paint), ...spanLines(context)],
    findingLines(groups, paint, all),
    policyLines(context, paint),
    chronologyLines(context, groups, paint),
    jobLines(context, paint),
    datastoreLines(context, paint),
    repositoryLines(context, paint),
    footerLines(context),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** The verdict and its one sentence only. */
export function verdictText(context: ReportContext, paint: Paint = unpainted): string {
  return `${verdictLines(context, groupFindings(context), paint).join('\n')}\n`;
}

function verdictLines(context: ReportContext, groups: FindingGroup[], paint: Paint): string[] {
  const { scenario, verdict } = context.result;
  const { word, emphasis } = VERDICTS[verdict];
  const [title = '', ...rest] = hanging(`${word}: `, printable(scenario.name));
  return [paint(emphasis, title), ...rest, ...hanging('', verdictSentence(context, groups))];
}

function spanLines({ result, zone }: ReportContext): string[] {
  const { durationMs, timezone } = result.scenario;
  const words = `${formatInstant(zone, 0)} to ${formatInstant(zone, durationMs)} (${formatDuration(durationMs)})`;
  return hanging('', `Simulated: ${words}, local time of ${printable(timezone)}.`);
}

/** The verdict as a word and as one sentence. */
export function headline(context: ReportContext): { word: string; sentence: string } {
  return { word: VERDICTS[context.result.verdict].word, sentence: verdictSentence(context, groupFindings(context)) };
}

function verdictSentence(context: ReportContext, groups: FindingGroup[]): string {
  const { verdict } = context.result;
  const worst = groups[0];
  const jobs = Object.values(context.result.jobs);
  if (jobs.length > 0 && jobs.every((job) => job.runs.length === 0)) {
    const rest = worst ? ` ${worst.sentence}` : ' Nothing else breaks, but no backup was tried.';
    return `No backup is due in the simulated time.${rest}`;
  }
  if (verdict === 'safe' || !worst) {
    return statesPolicy(context)
      ? 'Nothing happens in the simulated time that the policy minds.'
      : 'Nothing breaks and no warning level is reached in the simulated time.';
  }
  if (verdict === 'at-risk') {
    const harmless = groups.every((group) => !isHarm(group.rule));
    return harmless && !statesPolicy(context)
      ? `Nothing breaks in the simulated time, but: ${worst.sentence}`
      : `Nothing happens that the policy calls an error, but: ${worst.sentence}`;
  }
  const instant = formatInstant(context.zone, worst.findings[0]?.atMs ?? 0);
  const further = inTime(groups.slice(1).filter((group) => group.severity === 'error')).map((group) => group.brief);
  const what = worst.findings.length > 1 ? `${worst.brief}, the first` : `${worst.subjectTitle} ${worst.brief}`;
  return `${what} on ${instant}${further.length > 0 ? `: ${further.join(', ')}` : ''}.`;
}

function inTime(groups: readonly FindingGroup[]): FindingGroup[] {
  return [...groups].sort((a, b) => (a.findings[0]?.atMs ?? 0) - (b.findings[0]?.atMs ?? 0));
}

function findingLines(groups: FindingGroup[], paint: Paint, all: boolean): string[] {
  if (groups.length === 0) return [];
  const lines = [paint('title', 'WHAT HAPPENS, WHY, AND WHAT HELPS')];
  const shown = all ? groups : groups.slice(0, MAX_GROUPS);
  for (const group of shown) {
    const { word, emphasis } = group.findings[0]?.waiver === undefined ? SEVERITY_WORDS[group.severity] : WAIVED;
    const label = padEnd(word, 9);
    const [head = '', ...rest] = hanging(label, group.sentence);
    lines.push(paint(emphasis, word) + head.slice(word.length), ...rest);
    if (group.why !== null) lines.push(...hanging('   why   ', group.why));
    const waived = waiverWords(group);
    if (waived !== null) lines.push(...hanging('   by    ', waived));
    else lines.push(...hanging('   do    ', group.remedy));
  }
  const left = groups.slice(shown.length).map((group) => group.rule);
  if (left.length > 0)
    lines.push(...hanging('  ... and ', `${formatCount(left.length, 'more kind')} of findings, told with --all: ${left.join(', ')}`));
  return lines;
}

/** The same findings by time: harm orders the list above, and the story runs the other way. */
function chronologyLines(context: ReportContext, groups: FindingGroup[], paint: Paint): string[] {
  if (groups.length < 2) return [];
  const byTime = inTime(groups).map((group) => ({ atMs: group.findings[0]?.atMs ?? 0, brief: group.brief }));
  const dayColumns = String(dayOf(byTime.at(-1)?.atMs ?? 0)).length;
  return [
    paint('title', 'HOW IT COMES ABOUT'),
    ...byTime.flatMap(({ atMs, brief }) =>
      hanging(`  day ${padStart(String(dayOf(atMs)), dayColumns)}  ${padEnd(formatInstant(context.zone, atMs), 21)}  `, brief),
    ),
  ];
}

function dayOf(atMs: number): number {
  return Math.floor(atMs / DAY_MS) + 1;
}

function jobLines(context: ReportContext, paint: Paint): string[] {
  const names = context.jobNames;
  if (names.length === 0) return [];
  const troubled = new Set(context.result.findings.filter((finding) => finding.subject.kind === 'job').map((finding) => finding.subject.name));
  const ordered = [...names.filter((name) => troubled.has(name)), ...names.filter((name) => !troubled.has(name))];
  const lines = [paint('title', 'RUNS'), `  ${TIMELINE_LEGEND}`];
  for (const name of ordered.slice(0, MAX_JOBS)) {
    const [head = '', ...rest] = hanging('  ', `${printable(name)}: ${jobSummary(name, context)}`);
    const least = unavoidable(name, context);
    lines.push(paint('title', head), ...rest, ...jobTimeline(name, context), ...(least === null ? [] : hanging('    ', least)));
  }
  const others = ordered.slice(MAX_JOBS);
  lines.push(...others.slice(0, MAX_ROWS).flatMap((name) => hanging('  ', `${printable(name)}: ${jobSummary(name, context)}`)));
  if (others.length > MAX_ROWS) lines.push(`  ... and ${formatCount(others.length - MAX_ROWS, 'more job')}`);
  return lines;
}

function datastoreLines(context: ReportContext, paint: Paint): string[] {
  const all = byPeak(Object.entries(context.result.datastores));
  if (all.length === 0) return [];
  const shown = all.slice(0, MAX_ROWS);
  const rows = shown.map(([name, datastore]) => [...spaceCells(context, name, datastore), formatBytes(datastore.minFreeBytes)]);
  return [
    paint('title', 'DATASTORES'),
    ...table(['name', 'capacity', 'fullest', '', 'when', 'least free'], rows, [0, 4]),
    ...moreLine(all, shown.length, 'datastore'),
    ...shown.slice(0, MAX_LEDGERS).flatMap(([name, datastore]) => ownerLines(name, datastore)),
  ];
}

function repositoryLines(context: ReportContext, paint: Paint): string[] {
  const all = byPeak(Object.entries(context.result.repositories));
  if (all.length === 0) return [];
  const shown = all.slice(0, MAX_ROWS);
  return [
    paint('title', 'REPOSITORIES'),
    ...table(
      ['name', 'capacity', 'fullest', '', 'when'],
      shown.map(([name, repository]) => spaceCells(context, name, repository)),
      [0, 4],
    ),
    ...moreLine(all, shown.length, 'repository', 'repositories'),
  ];
}

type Filled = Pick<DatastoreResult & RepositoryResult, 'capacityBytes' | 'peakUsedBytes' | 'peakAtMs' | 'fullAtMs'>;

function fillOf(store: Filled): number {
  return store.peakUsedBytes / store.capacityBytes;
}

function byPeak<T extends Filled>(entries: [string, T][]): [string, T][] {
  return entries.sort(([, a], [, b]) => Number(b.fullAtMs !== null) - Number(a.fullAtMs !== null) || fillOf(b) - fillOf(a));
}

function spaceCells(context: ReportContext, name: string, store: Filled): string[] {
  const when = formatShort(context.zone, store.fullAtMs ?? store.peakAtMs);
  return [
    shorten(printable(name), NAME_COLUMNS),
    formatBytes(store.capacityBytes),
    formatBytes(store.peakUsedBytes),
    store.fullAtMs === null ? formatShare(fillOf(store)) : 'FULL',
    when,
  ];
}

function moreLine(all: [string, Filled][], shownCount: number, one: string, many?: string): string[] {
  const next = all[shownCount];
  if (!next) return [];
  return [
    `  ... and ${formatCount(all.length - shownCount, `more ${one}`, `more ${many ?? `${one}s`}`)}, at most ${formatShare(fillOf(next[1]))} full`,
  ];
}

function ownerLines(name: string, datastore: DatastoreResult): string[] {
  const groups = groupLedger(datastore.peakLedger);
  if (groups.length === 0) return [];
  const shown = groups.slice(0, 5);
  const restBytes = groups.slice(5).reduce((sum, group) => sum + group.bytes, 0);
  const rest = restBytes > 0 ? [`others hold ${formatBytes(restBytes)}`] : [];
  return hanging('  ', `${printable(name)} at its fullest: ${[...shown.map(describeOwners), ...rest].join('; ')}.`);
}

function footerLines(context: ReportContext): string[] {
  const { assumptions, seed, fingerprint, engine } = context.result;
  const assumed =
    assumptions.length === 0
      ? []
      : hanging(
          '',
          `${formatCount(assumptions.length, 'value')} ${assumptions.length === 1 ? 'was' : 'were'} not stated in the scenario and assumed; --format json lists ${assumptions.length === 1 ? 'it' : 'them'} with ${assumptions.length === 1 ? 'its source' : 'their sources'}.`,
        );
  // On a line of its own, the hash fits into the width with its label.
  return [...assumed, ...hanging('', `overrun ${engine.version}, seed ${printable(seed)}`), `fingerprint ${fingerprint}`];
}
