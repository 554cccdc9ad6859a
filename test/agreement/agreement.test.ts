/**
 * The engine against the independent integrator on random scenarios.
 *
 * AGREEMENT_SCENARIOS: how many to compare (default 100). AGREEMENT_SEED: which ones (default fixed). AGREEMENT_FILE: compares one scenario file instead,
 * such as a failure leaves behind.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compare } from './play.ts';
import { arbitraryScenario, type ScenarioDocument } from './scenario.ts';

const SCENARIOS = Number(process.env.AGREEMENT_SCENARIOS ?? 100);
const SEED = Number(process.env.AGREEMENT_SEED ?? 20_260_302);
const FILE = process.env.AGREEMENT_FILE;

/** More of them than that fraction, and the comparison would say little. */
const MOST_REDRAWN = 0.1;

const MS_PER_SCENARIO = 5000;

if (FILE === undefined) {
  it(
    `engine and integrator agree on ${SCENARIOS} random scenarios (seed ${SEED})`,
    () => {
      const spare = Math.ceil(SCENARIOS * MOST_REDRAWN);
      let redrawn = 0;
      let compared = 0;
      for (const document of fc.sample(arbitraryScenario, { seed: SEED, numRuns: SCENARIOS + spare })) {
        if (compared === SCENARIOS) break;
        const found = played(document);
        if (found === 'redrawn') redrawn++;
        else {
          compared++;
          if (found.length > 0) expect.fail(report(document, found));
        }
      }
      expect(compared).toBe(SCENARIOS);
      // In the protocol of CI it stands how many were compared.
      console.log(`agreement: ${compared} scenarios compared, ${redrawn} redrawn (seed ${SEED})`);
    },
    (SCENARIOS + 10) * MS_PER_SCENARIO,
  );
} else {
  it(`engine and integrator agree on ${FILE}`, () => {
    expect(compare(JSON.parse(readFileSync(FILE, 'utf8')) as ScenarioDocument)).toEqual([]);
  });
}

/** What breaks down is a difference too. */
function played(document: ScenarioDocument): ReturnType<typeof compare> {
  try {
    return compare(document);
  } catch (error) {
    return [String(error)];
  }
}

/** What a person needs to look into it: the seed, a file to replay, and the first differences in time. */
function report(document: ScenarioDocument, found: string[]): string {
  const file = join(mkdtempSync(join(tmpdir(), 'agreement-')), 'scenario.json');
  writeFileSync(file, JSON.stringify(document, null, 1));
  const shown = found.slice(0, 12).join('\n  ');
  return `seed ${SEED}; replay with AGREEMENT_FILE=${file}\n${found.length} differences, engine against integrator, first in time:\n  ${shown}`;
}
