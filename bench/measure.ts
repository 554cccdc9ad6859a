/** What every bench shares: the heading that makes a figure repeatable, medians, and the search for peers. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';

const GiB = 1024 ** 3;

/** Prints what somebody needs to repeat or doubt the figures below: command, date, machine, versions. */
export function heading(command: string, peers: readonly string[] = []): void {
  const [cpu] = cpus();
  console.log(`npm run bench -- ${command}`);
  console.log(
    `${new Date().toISOString().slice(0, 10)}, ${cpu?.model.trim() ?? 'unknown processor'} x ${cpus().length}, ${Math.round(totalmem() / GiB)} GiB, ${process.platform}`,
  );
  console.log([`Node ${process.version}`, ...peers].join(', '));
  console.log('');
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** Seconds of processor time that an action takes, this engine's collector and compiler included: other work on the machine stretches them little. */
export function secondsOf(action: () => void): number {
  const started = process.cpuUsage();
  action();
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1e6;
}

/** Milliseconds that this process's main thread has worked so far; where the system does not tell (only Linux does), those of all its threads. */
export function mainThreadMs(): number {
  const file = `/proc/self/task/${process.pid}/schedstat`;
  if (existsSync(file)) return Number(readFileSync(file, 'utf8').split(' ')[0]) / 1e6;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Most memory that this process has held so far, in MiB. */
export function peakMiB(): number {
  return process.resourceUsage().maxRSS / 1024;
}

/** Rows under a heading row, columns padded to the widest. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  for (const row of rows)
    console.log(row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '));
  console.log('');
}

/** Runs one of the benches' files in a process of its own, and returns what it printed. */
export function runFile(file: string, args: readonly string[], nodeArgs: readonly string[] = []): string {
  return output(process.execPath, [...nodeArgs, '--import', 'tsx', join(import.meta.dirname, file), ...args]);
}

/** What a program prints; throws with its complaint when it fails. */
export function output(program: string, args: readonly string[], input = ''): string {
  const done = spawnSync(program, args, { input, encoding: 'utf8', maxBuffer: 1024 ** 3 });
  if (done.error !== undefined) throw done.error;
  if (done.status !== 0) throw new Error(`${program} ended with status ${done.status ?? done.signal}: ${done.stderr.trim()}`);
  return done.stdout;
}

/** The first of several programs that can do a thing, with the version that it prints; null when none can. */
export function firstThatCan(programs: readonly string[], args: readonly string[]): { program: string; version: string } | null {
  for (const program of programs) {
    const done = spawnSync(program, args, { encoding: 'utf8' });
    if (done.error === undefined && done.status === 0) return { program, version: (done.stdout.split('\n')[0] ?? '').trim() };
  }
  return null;
}

/** Where benches put what they compile. */
export const WORK_FOLDER = join(tmpdir(), 'overrun-bench');
