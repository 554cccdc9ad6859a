import { describe, expect, test } from 'vitest';
import { PAGE_LINES, pageReport } from '../../reports/page.ts';
import type { RuleId, Severity } from '../../sim/result.ts';
import { context, DAY, datastore, finding, HOUR, outage, result, run } from './fixtures.ts';

const RULES: RuleId[] = [
  'vm-crashed',
  'vm-paused',
  'task-failed',
  'vm-not-created',
  'rpo-missed',
  'vm-unprotected',
  'snapshot-orphaned',
  'consolidation-stalled',
  'snapshot-age',
  'chain-depth',
  'direct-disk-copy',
  'stun',
];
const about = (rule: RuleId, severity: Severity, atMs: number, name = 'a') => finding({ rule, severity, atMs, subject: { kind: 'vm', name } });
const many = <T>(prefix: string, make: (name: string) => T): Record<string, T> =>
  Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`${prefix}${index}`, make(`${prefix}${index}`)]));
const linesOf = (text: string): string[] => text.trimEnd().split('\n');

describe('the page of an outage', () => {
  const page = pageReport(context(outage().made), ['my.yaml']);

  test('opens with the answer, its reason and what helps', () => {
    expect(page).toMatch(
      /^FAILS: Five acts: growth\nDatastore ds1 runs full on Wed 1 Jul 2026 04:12: 40 VMs stop writing\.\n {3}why {3}.*\n(?: {9}.*\n)* {3}do {4}/,
    );
  });

  test('tells what happens in order of time', () => {
    const story = page.slice(page.indexOf('HOW IT COMES ABOUT'));
    expect(story).toMatch(/WARNING {2}Mon 8 Jun 23:00 {3}nightly is still active[^]*ERROR {4}Wed 1 Jul 04:12 {3}ds1 runs full/);
  });

  test('ends with what is left out, how to get it, and the way to the causes', () => {
    const [left, causes] = linesOf(page).slice(-2);
    expect(left).toMatch(/^Left out, see --all: \d more remed/);
    expect(causes).toBe('Causes by line of the file: overrun explain my.yaml');
  });
});

test('a screen is enough whatever there is to tell, and everything that it drops is counted', () => {
  for (let count = 0; count <= RULES.length; count++) {
    for (const verdict of ['fails', 'at-risk', 'safe'] as const) {
      const severity = ({ fails: 'error', 'at-risk': 'warning', safe: 'info' } as const)[verdict];
      const made = result({
        verdict,
        findings: RULES.slice(0, count).map((rule, index) => about(rule, severity, index * HOUR, 'a-name-as-long-as-some-inventories-have-them')),
        datastores: many('ds', () => datastore()),
        jobs: many('job', (name) => ({ firstOverlapAtMs: null, runs: [run(`${name}#1`)] })),
      });
      made.scenario.name = 'word '.repeat(200);
      const lines = linesOf(pageReport(context(made), ['my.yaml']));
      expect(lines.length).toBeLessThanOrEqual(PAGE_LINES);
      expect(lines.filter((line) => [...line].length > 80)).toEqual([]);
      const told = lines.filter((line) => /^(ERROR|WARNING|NOTE) /.test(line)).length;
      const dropped = Number(/^\.\.\. and (\d+) less harmful kind/m.exec(lines.join('\n'))?.[1] ?? 0);
      const alone = count === 1 && verdict !== 'safe';
      expect(told + dropped).toBe(alone ? 0 : count);
    }
  }
});

test('where not all kinds fit, the most harmful ones are told, still by time', () => {
  const made = result({ verdict: 'fails', findings: RULES.map((rule, index) => about(rule, index < 6 ? 'error' : 'warning', (20 - index) * HOUR)) });
  const told = linesOf(pageReport(context(made), ['my.yaml'])).filter((line) => /^(ERROR|WARNING) /.test(line));
  expect(told.filter((line) => line.startsWith('ERROR')).length).toBe(6);
  expect(told.at(-1)).toBe('ERROR    Tue 3 Mar 14:00   a crashes');
});

test('room that is left goes to jobs, datastores and repositories, as much as fits', () => {
  const made = result({
    jobs: many('job', (name) => ({ firstOverlapAtMs: null, runs: [run(`${name}#1`)] })),
    datastores: many('ds', () => datastore()),
  });
  const page = pageReport(context(made), ['my.yaml']);
  expect(page).toContain('300 jobs, each 1 run, all ok');
  expect(page).toContain('... and 296 more datastores, at most 85 % full');
});

test('years are told where the simulated time is long', () => {
  const findings = [about('vm-paused', 'error', 400 * DAY), about('stun', 'warning', DAY)];
  const made = result({ verdict: 'fails', findings });
  made.scenario.durationMs = 500 * DAY;
  expect(pageReport(context(made), ['my.yaml'])).toContain('ERROR    Tue 6 Apr 2027 18:00  a stops writing');
});

test('colour adds nothing that plain text does not say', () => {
  const plain = pageReport(context(outage().made), ['my.yaml']);
  const painted = pageReport(context(outage().made), ['my.yaml'], (emphasis, text) => `<${emphasis}>${text}</>`);
  expect(painted).not.toBe(plain);
  expect(painted.replace(/<\/?[a-z]*>/g, '')).toBe(plain);
});

test('a path that a shell would take apart is quoted', () => {
  expect(pageReport(context(outage().made), ["my estate's.yaml", '--set', 'a.b=1'])).toContain("overrun explain 'my estate'\\''s.yaml' --set a.b=1");
});
