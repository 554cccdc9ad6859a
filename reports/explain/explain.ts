/** An explanation: what happens, the steps that led to it with the lines of the file they rest on, and who held the space. Walks the log; guesses nothing. */
import type { Plan } from '../../sim/plan.ts';
import type { LedgerEntry, Result } from '../../sim/result.ts';
import type { ReportContext } from '../context.ts';
import type { EventBook } from './events.ts';
import { findingPaths, growthPaths, type Input, type Locate, locateInputs, stepPaths } from './inputs.ts';
import { foldSteps, type Step, textsOf } from './steps.ts';
import type { Target } from './target.ts';
import { stepSentence } from './words.ts';

export interface ExplainedStep {
  step: Step;
  sentence: string;
  inputs: Input[];
}

export interface PeakLedger {
  datastore: string;
  capacityBytes: number;
  usedBytes: number;
  atMs: number;
  entries: LedgerEntry[];
}

export interface Explanation {
  context: ReportContext;
  target: Target;
  /** What the effect itself rests on; at least one. */
  inputs: Input[];
  /** The effect first; empty where the log has no event for it. */
  steps: ExplainedStep[];
  /** Of the datastores on the chain, at their fullest. */
  ledgers: PeakLedger[];
}

export function explain(target: Target, plan: Plan, context: ReportContext, book: EventBook, locate: Locate): Explanation {
  const { result } = context;
  const steps = foldSteps(book, target.events);
  const datastores = ledgerDatastores(target, steps);
  const explained = steps.map((step) => ({
    step,
    sentence: stepSentence(step, context),
    inputs: locateInputs(step.kind === 'growth-stepped' ? growthOf(steps, datastores, plan) : stepPaths(step, plan, result), locate),
  }));
  const paths = target.finding === null ? target.paths : findingPaths(target.finding, plan);
  return { context, target, inputs: locateInputs(paths, locate), steps: explained, ledgers: datastores.flatMap((name) => ledgerOf(name, result)) };
}

/** Those that the chain tells of as such: a delta on a datastore is no question of its space. */
function ledgerDatastores(target: Target, steps: readonly Step[]): string[] {
  const names = steps.filter((step) => /^(?:datastore|vm)-/.test(step.kind)).flatMap((step) => step.datastore ?? []);
  const { subject } = target.finding ?? {};
  return [...new Set([...(subject?.kind === 'datastore' ? [subject.name] : []), ...names])];
}

/** The log has one step of growth a day for all: what it means here is the growth of what the chain tells of. */
function growthOf(steps: readonly Step[], datastores: readonly string[], plan: Plan): string[] {
  const named = new Set(steps.flatMap((step) => textsOf(step, 'vm')));
  const there = new Set(datastores);
  return growthPaths(
    plan.vms.filter((vm) => named.has(vm.name) || vm.disks.some((disk) => there.has(disk.datastore))),
    plan,
  );
}

function ledgerOf(name: string, result: Result): PeakLedger[] {
  const datastore = result.datastores[name];
  if (datastore === undefined) return [];
  const { capacityBytes, peakUsedBytes, peakAtMs, peakLedger } = datastore;
  return [{ datastore: name, capacityBytes, usedBytes: peakUsedBytes, atMs: peakAtMs, entries: peakLedger }];
}
