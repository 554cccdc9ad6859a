/** The answer: the verdict as a word and as a sentence, and how hard a finding weighs. */
import type { Severity, Verdict } from '../sim/result.ts';
import type { ReportContext } from './context.ts';
import { type FindingGroup, groupFindings, isHarm } from './findings.ts';
import { type Emphasis, hanging, type Paint } from './layout.ts';
import { statesPolicy } from './policy.ts';
import { formatDuration, formatInstant } from './time.ts';
import { formatCount, printable } from './units.ts';

/** Kinds of findings that the sentence of the verdict names beside the worst. */
const MAX_FURTHER = 3;

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

export function verdictLines(context: ReportContext, groups: readonly FindingGroup[], paint: Paint): string[] {
  const { scenario, verdict } = context.result;
  const { word, emphasis } = VERDICTS[verdict];
  const [title = '', ...rest] = hanging(`${word}: `, printable(scenario.name));
  return [paint(emphasis, title), ...rest, ...hanging('', verdictSentence(context, groups))];
}

/** The verdict as a word and as one sentence. */
export function headline(context: ReportContext): { word: string; sentence: string } {
  return { word: VERDICTS[context.result.verdict].word, sentence: verdictSentence(context, groupFindings(context)) };
}

/** The simulated time in words. */
export function spanWords({ result, zone }: ReportContext): string {
  const { durationMs, timezone } = result.scenario;
  const words = `${formatInstant(zone, 0)} to ${formatInstant(zone, durationMs)} (${formatDuration(durationMs)})`;
  return `Simulated: ${words}, local time of ${printable(timezone)}.`;
}

/** ERROR, WARNING, NOTE or WAIVED. */
export function weightOf(group: FindingGroup): { word: string; emphasis: Emphasis } {
  return group.findings[0]?.waiver === undefined ? SEVERITY_WORDS[group.severity] : WAIVED;
}

export function inTime(groups: readonly FindingGroup[]): FindingGroup[] {
  return [...groups].sort((a, b) => (a.findings[0]?.atMs ?? 0) - (b.findings[0]?.atMs ?? 0));
}

function verdictSentence(context: ReportContext, groups: readonly FindingGroup[]): string {
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
  return failure(worst, groups, context);
}

function failure(worst: FindingGroup, groups: readonly FindingGroup[], context: ReportContext): string {
  const instant = formatInstant(context.zone, worst.findings[0]?.atMs ?? 0);
  const errors = groups.slice(1).filter((group) => group.severity === 'error');
  const further = inTime(errors.slice(0, MAX_FURTHER)).map((group) => group.brief);
  if (errors.length > MAX_FURTHER) further.push(`and ${formatCount(errors.length - MAX_FURTHER, 'more kind')} of errors`);
  const what = worst.findings.length > 1 ? `${worst.brief}, the first` : `${worst.subjectTitle} ${worst.brief}`;
  return `${what} on ${instant}${further.length > 0 ? `: ${further.join(', ')}` : ''}.`;
}
