/** Runs the built program as a user's shell would. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';

const BUILT = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Options {
  stdin?: string | Uint8Array;
  env?: Record<string, string>;
}

export function start(args: readonly string[], options: Options = {}): ChildProcess {
  if (!existsSync(BUILT)) throw new Error('dist/cli/main.js is missing: npm run build');
  const { NO_COLOR: _noColor, FORCE_COLOR: _forceColor, ...env } = process.env;
  return spawn(process.execPath, [BUILT, ...args], { env: { ...env, ...options.env }, stdio: 'pipe' });
}

export function overrun(args: readonly string[], options: Options = {}): Promise<Outcome> {
  const child = start(args, options);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on('data', (piece: Buffer) => out.push(piece));
  child.stderr?.on('data', (piece: Buffer) => err.push(piece));
  child.stdin?.on('error', () => {});
  child.stdin?.end(options.stdin ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') }));
  });
}

/** A folder of this test file's own. */
export function scratch(): { path: (name: string) => string } {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'overrun-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return { path: (name) => join(folder, name) };
}

/** A plan that runs in a moment; more VMs and days make it long. */
export function scenario(values: { count?: number; duration?: string; every?: string } = {}): string {
  return `overrun: 1
name: Test
start: 2026-03-02T18:00
timezone: Europe/Berlin
duration: ${values.duration ?? '2d'}
datastores:
  ds1: { capacity: 100TiB }
repositories:
  r1: { capacity: 500TiB, read: 500MiB/s, write: 500MiB/s }
vms:
  web: { count: ${values.count ?? 3}, datastore: ds1, size: 20GiB, vary: 20% }
jobs:
  nightly: { vms: all, schedule: { every: ${values.every ?? '12h'} }, repository: r1 }
`;
}
