/** What is to be explained: a finding by its id, or whatever has a given name. */
import type { Plan } from '../../sim/plan.ts';
import type { Finding, RunResult } from '../../sim/result.ts';
import type { ReportContext } from '../context.ts';
import { describeFinding, groupFindings } from '../findings.ts';
import { formatInstant } from '../time.ts';
import { printable } from '../units.ts';
import { type EventBook, eventNumber } from './events.ts';
import { jobOfRun, textOf } from './steps.ts';

/** What a re-run is looked at for. */
export type Effect = { kind: 'finding'; rule: string; subject: Finding['subject'] } | { kind: 'run'; id: string };

export interface Target {
  /** What happens, in a sentence. */
  sentence: string;
  finding: Finding | null;
  /** Null: nothing is wrong with it, so nothing can be gone in a re-run. */
  effect: Effect | null;
  atMs: number;
  /** Events of the log from which the causes are walked; empty where the log knows of none. */
  events: number[];
  /** Where the entity stands that has no finding. */
  paths: string[];
}

/** Nothing of that name; `known` are the names that there are. */
export class UnknownTarget extends Error {
  readonly known: string[];

  constructor(name: string, known: string[]) {
    super(`nothing is called \`${printable(name)}\``);
    this.name = 'UnknownTarget';
    this.known = known;
  }
}

/** `name` null: the worst finding. @throws UnknownTarget. Null where there is no finding to explain and no name. */
export function findTarget(name: string | null, plan: Plan, context: ReportContext, book: EventBook): Target | null {
  const { findings } = context.result;
  if (name === null) {
    const worst = groupFindings(context)[0]?.findings[0];
    return worst === undefined ? null : findingTarget(worst, context);
  }
  const group = new Set(plan.vms.filter((vm) => vm.group === name).map((vm) => vm.name));
  const finding =
    findings.find((each) => each.id === name) ??
    findings.find((each) => each.subject.name === name) ??
    findings.find((each) => each.subject.kind === 'vm' && group.has(each.subject.name));
  if (finding !== undefined) return findingTarget(finding, context);
  const run = context.result.jobs[jobOfRun(name)]?.runs.find((each) => each.id === name);
  if (run !== undefined) return runTarget(run, context, book);
  return entityTarget(name, plan, context, book);
}

function findingTarget(finding: Finding, context: ReportContext): Target {
  return {
    sentence: describeFinding(finding, context),
    finding,
    effect: { kind: 'finding', rule: finding.rule, subject: finding.subject },
    atMs: finding.atMs,
    events: finding.causes.map(eventNumber),
    paths: [],
  };
}

function runTarget(run: RunResult, context: ReportContext, book: EventBook): Target {
  const last = book.lastBefore(context.result.scenario.durationMs, `"run":${JSON.stringify(run.id)}`, (event) => textOf(event, 'run') === run.id);
  const atMs = run.endedMs ?? run.startedMs ?? run.dueMs;
  const words =
    run.endedMs !== null ? `ends on ${formatInstant(context.zone, run.endedMs)}` : run.startedMs === null ? 'never starts' : 'is not over at the end';
  return {
    sentence: `Run ${printable(run.id)} ${words} (${run.status}); it was due on ${formatInstant(context.zone, run.dueMs)}.`,
    finding: null,
    effect: { kind: 'run', id: run.id },
    atMs,
    events: last === null ? [] : [last.id],
    paths: [`jobs.${jobOfRun(run.id)}`],
  };
}

/** An entity with which nothing is wrong: the last thing that happened to it, of a datastore at its fullest. */
function entityTarget(name: string, plan: Plan, context: ReportContext, book: EventBook): Target {
  const { result } = context;
  const datastore = result.datastores[name];
  const atMs = datastore?.peakAtMs ?? result.scenario.durationMs;
  const origin = originOf(name, plan);
  if (origin === null) throw new UnknownTarget(name, knownNames(plan, context));
  const fields = ['datastore', 'vm', 'job', 'repository', 'proxy'];
  const last = book.lastBefore(atMs, JSON.stringify(name), (event) => fields.some((field) => textOf(event, field) === name));
  const fullest =
    datastore === undefined ? 'The last that happened to it' : `It is at its fullest on ${formatInstant(context.zone, atMs)}; what came before it`;
  const events = last === null ? 'nothing happened to it.' : `${fullest} is told here.`;
  return {
    sentence: `No finding is about ${printable(name)}. ${events}`,
    finding: null,
    effect: null,
    atMs,
    events: last === null ? [] : [last.id],
    paths: [origin],
  };
}

function originOf(name: string, plan: Plan): string | null {
  const vm = plan.vms.find((each) => each.name === name || each.group === name);
  const entities = [...plan.datastores, ...plan.jobs, ...plan.repositories, ...plan.proxies, ...plan.hosts, ...plan.links, ...plan.arrays];
  return vm?.origin ?? entities.find((each) => each.name === name)?.origin ?? null;
}

function knownNames(plan: Plan, { result }: ReportContext): string[] {
  const entities = [
    ...plan.vms,
    ...plan.datastores,
    ...plan.jobs,
    ...plan.repositories,
    ...plan.proxies,
    ...plan.hosts,
    ...plan.links,
    ...plan.arrays,
  ];
  const runs = Object.values(result.jobs).flatMap((job) => job.runs.map((run) => run.id));
  return [...result.findings.map((finding) => finding.id), ...entities.map((each) => each.name), ...new Set(plan.vms.map((vm) => vm.group)), ...runs];
}
