/**
 * Tables for spreadsheets: one line a task, one line a sample, one line for each change of what can be restored. Names come from files of others, so a cell that a spreadsheet would take for a
 * formula gets a leading apostrophe. Written in pieces of some thousand lines.
 */
import { stringify } from 'csv-stringify/sync';
import type { ZoneTable } from '../sim/plan.ts';
import type { RecoveryChange } from '../sim/repository/recovery-changes.ts';
import type { TaskResult } from '../sim/result.ts';
import type { ReportContext } from './context.ts';
import type { Series } from './series.ts';
import { formatIso } from './time.ts';

type Cell = string | number | null;

const LINES_PER_PIECE = 2000;

const TASK_COLUMNS = [
  'job',
  'run',
  'vm',
  'attempt',
  'kind',
  'status',
  'reason',
  'queuedAt',
  'endedAt',
  'queuedMs',
  'snapshotMs',
  'transferMs',
  'transferEndMs',
  'consolidatedMs',
  'endedMs',
  'readBytes',
  'storedBytes',
  'peakDeltaBytes',
  'bottleneck',
];

const SERIES_COLUMNS = ['at', 'atMs', 'datastore', 'usedBytes', 'freeBytes', 'guestServedFraction', 'latencyMs'];

const RECOVERY_COLUMNS = ['at', 'atMs', 'vm', 'newestPointAt', 'newestPointAtMs', 'rpoBeforeMs', 'rpoMs', 'restorePoints', 'why', 'events'];

/** `...At` are local times with offset, `...Ms` milliseconds since the start; `bottleneck` is what held the task up longest. */
export function tasksCsv(context: ReportContext): Generator<string> {
  return csvPieces(TASK_COLUMNS, taskRows(context));
}

/** Samples in order of time, then datastore. */
export function seriesCsv(context: ReportContext, series: Series): Generator<string> {
  return csvPieces(SERIES_COLUMNS, sampleRows(context, series));
}

/** Writes changes as they come, some thousand lines at a time; `end` writes the rest. `events` are ids of the event log. */
export function recoveryCsv(zone: ZoneTable, write: (text: string) => void): { add: (change: RecoveryChange) => void; end: () => void } {
  let lines: Cell[][] = [RECOVERY_COLUMNS];
  const end = (): void => {
    if (lines.length > 0) write(linesText(lines));
    lines = [];
  };
  return {
    add: (change) => {
      lines.push(recoveryRow(zone, change));
      if (lines.length >= LINES_PER_PIECE) end();
    },
    end,
  };
}

function recoveryRow(zone: ZoneTable, change: RecoveryChange): Cell[] {
  const { atMs, vm, newestPointAtMs, rpoBeforeMs, rpoMs, restorePoints, why, events } = change;
  const newest = newestPointAtMs === null ? null : formatIso(zone, newestPointAtMs);
  const names = events.map((event) => `e${event}`).join(' ');
  return [formatIso(zone, atMs), atMs, vm, newest, newestPointAtMs, rpoBeforeMs, rpoMs, restorePoints, why.join(' '), names];
}

function linesText(lines: Cell[][]): string {
  return stringify(lines, { escape_formulas: true });
}

function* csvPieces(columns: string[], rows: Iterable<Cell[]>): Generator<string> {
  let lines: Cell[][] = [columns];
  for (const row of rows) {
    lines.push(row);
    if (lines.length >= LINES_PER_PIECE) {
      yield linesText(lines);
      lines = [];
    }
  }
  if (lines.length > 0) yield linesText(lines);
}

function* taskRows(context: ReportContext): Generator<Cell[]> {
  for (const [job, { runs }] of Object.entries(context.result.jobs)) {
    for (const run of runs) for (const task of run.tasks) yield taskRow(context, job, run.id, task);
  }
}

function taskRow({ zone }: ReportContext, job: string, run: string, task: TaskResult): Cell[] {
  return [
    job,
    run,
    task.vm,
    task.attempt,
    task.kind,
    task.status,
    task.reason,
    formatIso(zone, task.queuedMs),
    task.endedMs === null ? null : formatIso(zone, task.endedMs),
    task.queuedMs,
    task.snapshotMs,
    task.transferMs,
    task.transferEndMs,
    task.consolidatedMs,
    task.endedMs,
    task.readBytes,
    task.storedBytes,
    task.peakDeltaBytes,
    mainBottleneck(task.bottleneck),
  ];
}

function mainBottleneck(fractions: Record<string, number>): string | null {
  let longest: string | null = null;
  for (const [name, fraction] of Object.entries(fractions)) if (longest === null || fraction > (fractions[longest] ?? 0)) longest = name;
  return longest;
}

function* sampleRows(context: ReportContext, series: Series): Generator<Cell[]> {
  const columns = [...series];
  const count = Math.max(0, ...columns.map(([, samples]) => samples.length));
  for (let index = 0; index < count; index += 1) {
    for (const [datastore, samples] of columns) {
      const sample = samples[index];
      if (!sample) continue;
      const { atMs, usedBytes, freeBytes, guestServedFraction, latencyMs } = sample;
      yield [formatIso(context.zone, atMs), atMs, datastore, usedBytes, freeBytes, guestServedFraction, latencyMs];
    }
  }
}
