import { D3Node } from 'd3-node';
import { describe, expect, test } from 'vitest';
import { seriesCsv, tasksCsv } from '../../reports/csv.ts';
import { timelineFigure } from '../../reports/figure.ts';
import { jsonReport } from '../../reports/json.ts';
import { samplingInterval, seriesCollector } from '../../reports/series.ts';
import type { Result } from '../../sim/result.ts';
import { context, DAY, datastore, finding, outage, result, run, TIB, task, vm } from './fixtures.ts';

describe('the JSON file', () => {
  test('holds the result as it is, with a message and a remedy in each finding', () => {
    const { made } = outage();
    const parsed = JSON.parse([...jsonReport(context(made))].join('')) as Result & { findings: { message: string; remedy?: string }[] };
    expect(parsed.findings[2]?.message).toContain('Datastore ds1 runs full on Wed 1 Jul 2026 04:12');
    for (const each of parsed.findings) {
      expect(each.remedy).toMatch(/^[A-Z].*\.$/);
      delete (each as { message?: string }).message;
      delete each.remedy;
    }
    expect(parsed).toEqual(JSON.parse(JSON.stringify(made)));
  });

  test('has its keys in the documented order', () => {
    const made = result();
    const shuffled = Object.fromEntries(Object.entries(made).reverse()) as unknown as Result;
    expect([...jsonReport(context(shuffled))].join('')).toBe([...jsonReport(context(made))].join(''));
    expect(Object.keys(JSON.parse([...jsonReport(context(shuffled))].join('')))).toEqual(Object.keys(made));
  });

  test('comes in pieces of a run, so that no piece holds everything', () => {
    const runs = Array.from({ length: 500 }, (_, index) =>
      run(`j#${index + 1}`, { tasks: Array.from({ length: 20 }, (_unused, i) => task(`vm-${i}`)) }),
    );
    const pieces = [...jsonReport(context(result({ jobs: { j: { firstOverlapAtMs: null, runs } } })))];
    const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(total / 100);
  });

  test('keeps names that mean something to JavaScript', () => {
    const jobs = JSON.parse('{"__proto__":{"firstOverlapAtMs":null,"runs":[]},"constructor":{"firstOverlapAtMs":null,"runs":[]}}');
    expect([...jsonReport(context(result({ jobs })))].join('')).toContain('"__proto__": {"firstOverlapAtMs":null,"runs":[]}');
  });
});

describe('the CSV files', () => {
  test('give one line a task, with local times beside the milliseconds', () => {
    const runs = [run('nightly#1', { tasks: [task('web-01', { queuedMs: DAY })] })];
    const text = [...tasksCsv(context(result({ jobs: { nightly: { firstOverlapAtMs: null, runs } } })))].join('');
    const [header, line, rest] = text.split('\n');
    expect(header?.split(',').slice(0, 8)).toEqual(['job', 'run', 'vm', 'attempt', 'kind', 'status', 'reason', 'queuedAt']);
    expect(line).toBe(
      'nightly,nightly#1,web-01,1,incremental,success,,2026-03-03T18:00:00+01:00,2026-03-02T19:01:00+01:00,86400000,500,500,3600000,3660000,3660000,8589934592,4294967296,1073741824,repository:r1',
    );
    expect(rest).toBe('');
  });

  test('neutralise names that a spreadsheet would compute', () => {
    const names = ['=1+1', '+1', '-1', '@x', '\tx', '\rx', 'a"b,c'];
    const runs = [run('j#1', { tasks: names.map((name) => task(name)) })];
    const text = [...tasksCsv(context(result({ jobs: { '=cmd': { firstOverlapAtMs: null, runs } } })))].join('');
    for (const name of names.slice(0, 6)) expect(text).toContain(`'${name}`);
    expect(text).toContain(',"a""b,c",');
    expect(text).not.toMatch(/(^|,|\n)"?[=+@\t\r]/);
  });

  test('give the samples of all datastores in order of time', () => {
    const { series, onSample } = seriesCollector();
    for (const atMs of [0, 60_000]) for (const name of ['a', 'b']) onSample(atMs, name, 5, 7, 1, 2.5);
    expect([...seriesCsv(context(result()), series)].join('').split('\n')).toEqual([
      'at,atMs,datastore,usedBytes,freeBytes,guestServedFraction,latencyMs',
      '2026-03-02T18:00:00+01:00,0,a,5,7,1,2.5',
      '2026-03-02T18:00:00+01:00,0,b,5,7,1,2.5',
      '2026-03-02T18:01:00+01:00,60000,a,5,7,1,2.5',
      '2026-03-02T18:01:00+01:00,60000,b,5,7,1,2.5',
      '',
    ]);
  });

  test('samples are some two thousand a datastore, fewer for very many', () => {
    expect((127 * DAY) / samplingInterval(127 * DAY, 1)).toBeGreaterThan(1000);
    expect((127 * DAY) / samplingInterval(127 * DAY, 1)).toBeLessThanOrEqual(2000);
    expect(((127 * DAY) / samplingInterval(127 * DAY, 10_000)) * 10_000).toBeLessThanOrEqual(2_000_000);
    expect(samplingInterval(600_000, 1)).toBe(60_000);
  });
});

describe('the figure', () => {
  const parse = (svg: string) => {
    const { window } = new D3Node() as unknown as { window: { DOMParser: new () => { parseFromString: (text: string, type: string) => Parsed } } };
    return new window.DOMParser().parseFromString(svg, 'image/svg+xml');
  };
  interface Parsed {
    documentElement: { tagName: string; getAttribute: (name: string) => string | null };
    querySelectorAll: (selector: string) => ArrayLike<{ textContent: string }>;
  }
  const texts = (document: Parsed, selector: string) => Array.from(document.querySelectorAll(selector), (element) => element.textContent);

  test('shows the outage: first overlap, full datastore, stopped VMs, each with its local time', async () => {
    const { made, usedAt } = outage();
    const { series, onSample } = seriesCollector();
    for (let atMs = 0; atMs <= made.scenario.durationMs; atMs += DAY / 8) onSample(atMs, 'ds1', usedAt(atMs), 0, 1, 3);
    const document = parse(await timelineFigure(context(made), series));
    expect(document.documentElement.tagName).toBe('svg');
    expect(document.documentElement.getAttribute('height')).toBe('700');
    expect(texts(document, 'title')).toEqual(['Five acts: growth: FAILS']);
    expect(texts(document, 'desc')[0]).toContain('Datastore ds1 runs full on Wed 1 Jul 2026 04:12');
    const words = texts(document, 'text');
    expect(words.some((text) => text.includes('first overlap Mon 8 Jun 23:00'))).toBe(true);
    expect(words).toContain('FULL Wed 1 Jul 04:12, 40 VMs stop writing');
  });

  test('takes markup in names for text', async () => {
    const name = '<script>alert(1)</script>&"\u0001';
    const made = result({ datastores: { [name]: datastore() }, jobs: { [name]: { firstOverlapAtMs: null, runs: [run('x#1')] } } });
    made.scenario.name = name;
    const svg = await timelineFigure(context(made), new Map());
    const document = parse(svg);
    expect(document.documentElement.tagName).toBe('svg');
    expect(document.querySelectorAll('script').length).toBe(0);
    expect(texts(document, 'title')[0]).toBe('<script>alert(1)</script>&"\ufffd: SAFE');
  });

  test('draws twenty of many jobs and datastores and says how many more there are', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `n${index}`);
    const made = result({
      datastores: Object.fromEntries(names.map((name, index) => [name, datastore({ peakUsedBytes: (index / 4) * TIB })])),
      jobs: Object.fromEntries(names.map((name) => [name, { firstOverlapAtMs: null, runs: [run(`${name}#1`)] }])),
      vms: { a: vm() },
    });
    const words = texts(parse(await timelineFigure(context(made), new Map())), 'text');
    expect(words).toContain('and 30 more jobs');
    expect(words).toContain('and 30 more datastores, at most 36 % full');
  });

  test('stays small with tens of thousands of runs', async () => {
    const runs = Array.from({ length: 30_000 }, (_, index) =>
      run(`j#${index}`, { dueMs: index * 8000, startedMs: index * 8000, endedMs: index * 8000 + 4000 }),
    );
    const svg = await timelineFigure(context(result({ jobs: { j: { firstOverlapAtMs: null, runs } } })), new Map());
    expect(svg.length).toBeLessThan(200_000);
  });

  test('is the same every time, whatever was drawn before', async () => {
    const first = await timelineFigure(context(result()), new Map());
    await timelineFigure(
      context(result({ verdict: 'fails', findings: [finding({ rule: 'space-exhausted', subject: { kind: 'datastore', name: 'ds1' } })] })),
      new Map(),
    );
    expect(await timelineFigure(context(result()), new Map())).toBe(first);
  });
});
