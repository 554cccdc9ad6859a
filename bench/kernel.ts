/**
 * The kernel's event loop: a million timeouts, against SimPy and against the least that any event loop does. Each of a number of subjects waits a whole
 * number of milliseconds again and again; all contenders get the same waits, so they must end at the same instant.
 */
import { join } from 'node:path';
import { EventClass, Kernel } from '../sim/kernel/kernel.ts';
import { openStream } from '../sim/kernel/streams.ts';
import { bareLoop } from './bare-loop.ts';
import { firstThatCan, heading, median, output, printTable, secondsOf } from './measure.ts';

const TIMEOUTS = 1_000_000;
const ROUNDS = 5;

interface Case {
  name: string;
  pending: number;
  /** Waits lie between 1 and this. */
  longestMs: number;
}

const CASES: Case[] = [
  { name: '1,000 pending, nearly every event alone', pending: 1000, longestMs: 60_000 },
  { name: '1,000 pending, 20 events an instant', pending: 1000, longestMs: 100 },
  { name: '100,000 pending, 3 events an instant', pending: 100_000, longestMs: 60_000 },
];

/** Waits are read round and round from a table of this length: drawing them is not what is measured. */
const TABLE = 8192;

function waits(longestMs: number): Int32Array {
  const draw = openStream('bench/kernel');
  return Int32Array.from({ length: TABLE }, () => 1 + Math.floor(draw() * longestMs));
}

/** Returns the last instant. */
function throughKernel(pending: number, table: Int32Array): number {
  const kernel = new Kernel({ eventsPerInstant: TIMEOUTS, eventsInAll: 2 * TIMEOUTS });
  let scheduled = 0;
  const timeout = kernel.handle((subject) => {
    if (scheduled < TIMEOUTS) kernel.schedule(kernel.nowMs + (table[scheduled++ % TABLE] as number), EventClass.stage, timeout, subject);
  });
  for (let subject = 0; subject < pending; subject++) kernel.schedule(table[scheduled++ % TABLE] as number, EventClass.stage, timeout, subject);
  let lastMs = 0;
  kernel.run(Number.MAX_SAFE_INTEGER, {
    advance: () => {
      lastMs = kernel.nowMs;
    },
    settle: () => false,
    settleLast: () => false,
    solve: () => {},
  });
  return lastMs;
}

function checkedEnd(name: string, endMs: number, expectedMs: number): void {
  if (endMs !== expectedMs) throw new Error(`${name} ended at ${endMs} ms, the bare loop at ${expectedMs} ms`);
}

const python = firstThatCan(['python3', '/usr/bin/python3'], ['-c', 'import simpy; print("SimPy", simpy.__version__)']);
heading('kernel', python === null ? [] : [python.version, output(python.program, ['--version']).trim()]);
if (python === null) console.log('SimPy is missing (Debian: python3-simpy3): its column stays empty\n');

const rows = [['million timeouts/s, medians of 5', 'kernel', 'bare loop', 'SimPy', 'kernel/bare', 'kernel/SimPy']];
for (const { name, pending, longestMs } of CASES) {
  const table = waits(longestMs);
  const seconds: Record<'kernel' | 'bare' | 'simpy', number[]> = { kernel: [], bare: [], simpy: [] };
  let expected = 0;
  // The first round is for the compiler.
  for (let round = 0; round <= ROUNDS; round++) {
    let end = 0;
    const bare = secondsOf(() => {
      expected = bareLoop(TIMEOUTS, pending, table);
    });
    const own = secondsOf(() => {
      end = throughKernel(pending, table);
    });
    checkedEnd('the kernel', end, expected);
    if (round === 0) continue;
    seconds.bare.push(bare);
    seconds.kernel.push(own);
  }
  for (let round = 0; python !== null && round < 3; round++) {
    const [taken, end] = output(python.program, [join(import.meta.dirname, 'simpy_timeouts.py'), String(TIMEOUTS), String(pending)], table.join(' '))
      .split(' ')
      .map(Number);
    checkedEnd('SimPy', end ?? 0, expected);
    seconds.simpy.push(taken ?? 0);
  }
  const rate = (taken: number[]): number => TIMEOUTS / 1e6 / median(taken);
  const ratio = median(seconds.kernel.map((own, round) => (seconds.bare[round] as number) / own));
  const simpy = python === null ? Number.NaN : rate(seconds.simpy);
  const cell = (value: number, digits: number): string => (Number.isNaN(value) ? '-' : value.toFixed(digits));
  rows.push([
    name,
    cell(rate(seconds.kernel), 2),
    cell(rate(seconds.bare), 2),
    cell(simpy, 2),
    `${cell(ratio * 100, 0)} %`,
    cell(rate(seconds.kernel) / simpy, 1),
  ]);
}
printTable(rows);
