import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectSameBytes } from './agreement.ts';
import { node, page } from './engines.ts';
import { startNpmChromium } from './npm-chromium.ts';
import type { Print } from './program.ts';
import { skipAloud } from './skip.ts';
import { openStation, type Station } from './station.ts';
import { compare, expectedPrints, makeWorkload } from './workload.ts';

describe('the browser bundle gives the same bytes as the sources', () => {
  const workload = makeWorkload();
  let expected: Print[];
  let station: Station;

  beforeAll(async () => {
    expected = await expectedPrints(workload);
    station = await openStation(workload);
  }, 240_000);

  afterAll(() => station?.close(), 60_000);

  it('on cases that differ from each other', () => {
    expect(expected.length).toBe(workload.cases.length);
    expect(expected.length).toBeGreaterThan(200);
    for (const part of ['loaded', 'fingerprint', 'result'] as const)
      expect(new Set(expected.map((print) => print[part])).size).toBeGreaterThan(0.9 * expected.length);
  });

  it('by a comparison that sees one changed byte anywhere', () => {
    for (const part of ['loaded', 'fingerprint', 'samples', 'result'] as const) {
      const changed = expected.map((print, index) => (index === 7 ? { ...print, [part]: `${print[part]}!` } : print));
      expect(compare(expected, changed).differences).toEqual([`${expected[7]?.name}: ${part}`]);
    }
    expect(compare(expected, expected.slice(1)).differences.length).toBe(1);
  });

  it('on this Node', () => expectSameBytes(station, expected, node(process.execPath)), 240_000);

  it('in the Chromium from npm, in a page that may neither evaluate text nor load anything else', async (context) => {
    const npm = await startNpmChromium().catch((error: Error) => skipAloud(context, error.message));
    try {
      await expectSameBytes(station, expected, page(npm.browser));
    } finally {
      await npm.close();
    }
  }, 240_000);
});
