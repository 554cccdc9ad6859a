/**
 * The result file (`overrun/result@1`). Written in pieces, a run at a time: the text of 300,000 tasks would not fit into one string everywhere.
 * Key order is fixed, so two equal results are equal files.
 */
import type { Finding, JobResult, RecoveryState, Result, RunResult } from '../sim/result.ts';
import type { ReportContext } from './context.ts';
import { describeFinding, remedyFor } from './findings.ts';

/** Keys in the order of the file; `jobs` is written run by run. */
const KEYS = [
  'schema',
  'scenario',
  'seed',
  'fingerprint',
  'logVersion',
  'verdict',
  'policy',
  'findings',
  'datastores',
  'hosts',
  'links',
  'proxies',
  'arrays',
  'repositories',
  'vms',
  'jobs',
  'restores',
  'recovery',
  'assumptions',
  'engine',
] as const satisfies readonly (keyof Result)[];

/** Pieces of one JSON document that ends with LF; `message` and `remedy` are added to each finding. */
export function* jsonReport(context: ReportContext): Generator<string> {
  const { result } = context;
  let separator = '{\n';
  for (const key of KEYS) {
    if (key === 'recovery' && result.recovery === undefined) continue;
    yield `${separator}  "${key}": `;
    if (key === 'jobs') yield* jobsPieces(result.jobs);
    else if (key === 'findings') yield* listPieces(result.findings.map((finding) => messaged(finding, context)));
    else if (key === 'assumptions' || key === 'restores') yield* listPieces(result[key]);
    else if (key === 'recovery') yield* recoveryPieces(result.recovery ?? []);
    else if (key === 'datastores' || key === 'vms') yield* entryPieces(result[key]);
    else yield JSON.stringify(result[key]);
    separator = ',\n';
  }
  yield '\n}\n';
}

function messaged(finding: Finding, context: ReportContext): Finding & { message: string; remedy: string } {
  const { id, rule, severity, atMs, untilMs, subject, causes, evidence, waiver } = finding;
  const message = describeFinding(finding, context);
  return {
    id,
    rule,
    severity,
    atMs,
    untilMs,
    subject,
    message,
    remedy: remedyFor(finding),
    ...(waiver === undefined ? {} : { waiver }),
    causes,
    evidence,
  };
}

function* listPieces(items: readonly unknown[]): Generator<string> {
  let separator = '[\n    ';
  for (const item of items) {
    yield separator + JSON.stringify(item);
    separator = ',\n    ';
  }
  yield items.length === 0 ? '[]' : '\n  ]';
}

function* entryPieces(record: Record<string, unknown>): Generator<string> {
  const entries = Object.entries(record);
  let separator = '{\n    ';
  for (const [name, value] of entries) {
    yield `${separator}${JSON.stringify(name)}: ${JSON.stringify(value)}`;
    separator = ',\n    ';
  }
  yield entries.length === 0 ? '{}' : '\n  }';
}

/** One VM a line. */
function* recoveryPieces(states: readonly RecoveryState[]): Generator<string> {
  let separator = '[\n    ';
  for (const { atMs, vms } of states) {
    yield `${separator}{"atMs":${atMs},"vms":{`;
    let vmSeparator = '\n      ';
    for (const [name, vm] of Object.entries(vms)) {
      yield `${vmSeparator}${JSON.stringify(name)}: ${JSON.stringify(vm)}`;
      vmSeparator = ',\n      ';
    }
    yield '\n    }}';
    separator = ',\n    ';
  }
  yield states.length === 0 ? '[]' : '\n  ]';
}

function* jobsPieces(jobs: Record<string, JobResult>): Generator<string> {
  const entries = Object.entries(jobs);
  let separator = '{\n    ';
  for (const [name, job] of entries) {
    const { runs, ...rest } = job;
    const head = JSON.stringify(rest).slice(0, -1);
    yield `${separator}${JSON.stringify(name)}: ${head}${head === '{' ? '' : ','}"runs":`;
    let runSeparator = '[\n      ';
    for (const run of runs) {
      yield runSeparator + runText(run);
      runSeparator = ',\n      ';
    }
    yield runs.length === 0 ? '[]}' : '\n    ]}';
    separator = ',\n    ';
  }
  yield entries.length === 0 ? '{}' : '\n  }';
}

/** One task a line: a difference between two results is then a difference of lines. */
function runText(run: RunResult): string {
  const { tasks, ...rest } = run;
  const head = JSON.stringify(rest).slice(0, -1);
  const lines = tasks.map((task) => `        ${JSON.stringify(task)}`);
  return `${head},"tasks":[${lines.length === 0 ? '' : `\n${lines.join(',\n')}\n      `}]}`;
}
