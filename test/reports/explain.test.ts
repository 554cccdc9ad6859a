import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ReportContext, reportContext } from '../../reports/context.ts';
import { type Change, changesOf } from '../../reports/explain/changes.ts';
import { EventBook } from '../../reports/explain/events.ts';
import { type Explanation, explain } from '../../reports/explain/explain.ts';
import { explainDot, explainSvg } from '../../reports/explain/graph.ts';
import type { InputPlace, Locate } from '../../reports/explain/inputs.ts';
import { outcomeOf } from '../../reports/explain/outcome.ts';
import { foldSteps } from '../../reports/explain/steps.ts';
import { findTarget, type Target, UnknownTarget } from '../../reports/explain/target.ts';
import { explainText } from '../../reports/explain/text.ts';
import { loadScenario } from '../../scenarios/index.ts';
import { type Plan, type Result, simulate } from '../../sim/index.ts';

const FOLDER = join(import.meta.dirname, '../../scenarios');

interface Told {
  plan: Plan;
  context: ReportContext;
  book: EventBook;
  locate: Locate;
}

function tell(path: string, text = readFileSync(path, 'utf8')): Told {
  const loaded = loadScenario({ path, text, readFile: (file) => readFileSync(file, 'utf8') });
  const book = new EventBook();
  const result = simulate(loaded.plan, { onEvent: (line) => book.add(line) });
  const locate = (wanted: string): InputPlace | null => {
    const place = loaded.locate(wanted);
    return place === null ? null : { file: place.path, line: place.line, text: null };
  };
  return { plan: loaded.plan, context: reportContext(loaded.plan, result), book, locate };
}

function explained({ plan, context, book, locate }: Told, name: string | null): Explanation {
  return explain(findTarget(name, plan, context, book) as Target, plan, context, book, locate);
}

/** A log by hand: 1 starts, 2 and 3 follow from it, 4 from both, 5 has nothing to do with 4. */
function smallBook(): EventBook {
  const book = new EventBook();
  book.add('{"id":"e1","atMs":0,"kind":"scenario-started","scenario":"x","seed":"x","causes":[]}');
  book.add('{"id":"e2","atMs":10,"kind":"run-due","job":"a#b","run":"a#b#1","causes":["e1"]}');
  book.add('{"id":"e3","atMs":20,"kind":"run-due","job":"a#b","run":"a#b#2","causes":["e1"]}');
  book.add('{"id":"e4","atMs":20,"kind":"run-overlap","job":"a#b","run":"a#b#2","active":"a#b#1","causes":["e2","e3"]}');
  book.add('{"id":"e5","atMs":30,"kind":"vm-created","vm":"web","bytes":1,"causes":["e1"]}');
  return book;
}

describe('the log', () => {
  it('gives an event with all that led to it, and nothing else', () => {
    expect(
      smallBook()
        .ancestry([4])
        .map((event) => event.id),
    ).toEqual([1, 2, 3, 4]);
    expect(smallBook().event(4)).toEqual({
      id: 4,
      atMs: 20,
      kind: 'run-overlap',
      fields: { job: 'a#b', run: 'a#b#2', active: 'a#b#1' },
      causes: [2, 3],
    });
    expect(() => smallBook().event(6)).toThrow('e6');
  });

  it('finds the last event about something, up to an instant', () => {
    expect(smallBook().lastBefore(20, '"a#b#2"', (event) => event.fields.run === 'a#b#2')?.id).toBe(4);
    expect(smallBook().lastBefore(29, '"web"', (event) => event.fields.vm === 'web')).toBeNull();
  });

  it('is folded into steps, the effect first and the start last', () => {
    const steps = foldSteps(smallBook(), [4]);
    expect(steps.map((step) => [step.id, step.kind, step.job, step.events.length])).toEqual([
      ['s1', 'run-overlap', 'a#b', 1],
      ['s2', 'run-due', 'a#b', 2],
      ['s3', 'scenario-started', null, 1],
    ]);
    expect(steps.map((step) => step.causes.map((cause) => cause.id))).toEqual([['s2'], ['s3'], []]);
  });
});

const SMALL = `overrun: 1
name: Small
start: 2026-03-02T18:00
duration: 3d
datastores:
  ds1: { capacity: 1TiB }
repositories:
  r1: { capacity: 50TiB, read: 500MiB/s, write: 100MiB/s }
vms:
  web:
    datastore: ds1
    size: 100GiB
    growth: 1GiB/day
    snapshots: [{ taken: 2026-02-20T10:00, size: 4GiB, kind: user }]
  lone: { datastore: ds1, size: 10GiB }
jobs:
  nightly: { vms: { names: [web] }, schedule: "0 22 * * *", repository: r1, mode: full }
`;

describe('what is explained', () => {
  const told = tell('small.yaml', SMALL);

  it('is the worst finding, or the one that is named', () => {
    const findings = told.context.result.findings.map((finding) => [finding.id, finding.rule, finding.subject.name]);
    expect(findings).toEqual([
      ['F1', 'vm-unprotected', 'lone'],
      ['F2', 'snapshot-age', 'web'],
    ]);
    expect(explained(told, null).target.finding?.id).toBe('F1');
    expect(explained(told, 'F2').target.finding?.rule).toBe('snapshot-age');
    expect(explained(told, 'lone').target.finding?.id).toBe('F1');
  });

  it('is a run, back to its schedule', () => {
    const run = explained(told, 'nightly#2');
    expect(run.target.effect).toEqual({ kind: 'run', id: 'nightly#2' });
    expect(run.steps[0]?.step.kind).toBe('run-ended');
    const due = run.steps.find(({ step }) => step.kind === 'run-due');
    expect(due?.inputs.map(({ path, line, stated }) => [path, line, stated])).toEqual([['jobs.nightly.schedule', 17, true]]);
    // 100 GiB and 2 GiB more of growth, halved on the way, at 100 MiB a second.
    expect(run.steps[0]?.sentence).toContain('takes 9 min and reads');
    expect(run.steps[0]?.inputs.map((input) => input.path)).toEqual(['repositories.r1.write', 'vms.web.growth']);
  });

  it('is a datastore with which nothing is wrong', () => {
    const calm = explained(told, 'ds1');
    expect(calm.target.effect).toBeNull();
    expect(calm.inputs.map((input) => input.line)).toEqual([6]);
  });

  it('is nothing that has no name', () => {
    expect(() => explained(told, 'F9')).toThrow(UnknownTarget);
    expect(() => explained(told, 'nightly#99')).toThrow('nightly#99');
  });

  it('points to the line of a snapshot that was there before, and would take it out', () => {
    const old = explained(told, 'F2');
    expect(old.inputs.map(({ path, line }) => [path, line])).toEqual([['vms.web.snapshots', 14]]);
    expect(changesOf(old, told.plan, told.locate).map(({ sets }) => sets)).toEqual([['vms.web.snapshots=null']]);
  });
});

it('ends at the fault that struck, and would take it out', () => {
  const fault = '  - { at: 2026-03-02T22:05, kind: proxy-crash, proxy: p1, for: 2h }';
  const job = '  nightly: { vms: { names: [web] }, schedule: "0 22 * * *", repository: r1, mode: full, proxies: [p1] }';
  const text = `${SMALL.replace(/^ {2}nightly: .*$/m, job)}proxies:\n  p1: { slots: 8 }\nfaults:\n${fault}\n`;
  const told = tell('fault.yaml', text);
  const failed = told.context.result.findings.find((finding) => finding.rule === 'task-failed');
  const chain = explained(told, failed?.id ?? '');
  const began = chain.steps.find(({ step }) => step.kind === 'fault-began');
  expect(began?.step.events[0]?.atMs).toBe((4 * 60 + 5) * 60_000);
  expect(began?.inputs.map((input) => input.line)).toEqual([text.split('\n').indexOf(fault) + 1]);
  expect(changesOf(chain, told.plan, told.locate).map((change) => change.sets)).toContainEqual(['faults.0=null']);
});

describe('what became of it', () => {
  const change: Change = { without: 'x', inputs: [], sets: [] };
  const subject = { kind: 'vm', name: 'web' } as const;
  const rerun = (atMs: number | null): Result => {
    const finding = { id: 'F1', rule: 'vm-paused', severity: 'error', atMs, untilMs: null, subject, causes: [], evidence: {} };
    return { findings: atMs === null ? [] : [finding] } as unknown as Result;
  };
  const effect = { kind: 'finding', rule: 'vm-paused', subject } as const;

  it.each([
    [null, 'gone'],
    [500_000, 'unchanged'],
    [559_000, 'unchanged'],
    [560_000, 'later'],
    [440_000, 'earlier'],
  ])('%s instead of 500000: %s', (atMs, verdict) => {
    expect(outcomeOf(change, effect, 500_000, rerun(atMs))).toMatchObject({ verdict, atMs });
  });

  it('is gone where another subject has the finding', () => {
    expect(outcomeOf(change, { ...effect, subject: { kind: 'vm', name: 'db' } }, 1, rerun(1)).verdict).toBe('gone');
  });
});

describe('every finding of every bundled scenario', () => {
  const names = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
  const lines = new Map<string, string[]>();
  const lineAt = (file: string, line: number): string => {
    const text = lines.get(file) ?? readFileSync(file, 'utf8').split('\n');
    lines.set(file, text);
    return text[line - 1] ?? '';
  };

  it.each(names)('%s: down to lines that hold what is said', (name) => {
    const told = tell(join(FOLDER, name));
    for (const { id } of told.context.result.findings) {
      const told1 = explained(told, id);
      expect(told1.inputs.length, `${name} ${id}`).toBeGreaterThan(0);
      if (told1.steps.length > 0) expect(told1.steps.at(-1)?.step.kind, `${name} ${id}`).toBe('scenario-started');
      for (const input of [...told1.inputs, ...told1.steps.flatMap((step) => step.inputs)]) {
        const key = input.path.split('.').at(-1) as string;
        if (input.stated) expect(lineAt(input.file, input.line), `${name} ${id} ${input.path}`).toContain(key);
        else expect(lineAt(input.file, input.line).trim(), `${name} ${id} ${input.path}`).not.toBe('');
      }
    }
  });

  it('act 5: from the paused VMs to the growth lines, in 80 columns and as pictures', () => {
    const told = tell(join(FOLDER, 'five-acts-5-growth.yaml'));
    const paused = explained(told, 'app-01');
    expect(paused.steps.map(({ step }) => step.kind)).toEqual(
      expect.arrayContaining(['vm-paused', 'datastore-full', 'snapshot-created', 'run-overlap', 'growth-stepped']),
    );
    const growth = paused.steps.find(({ step }) => step.kind === 'growth-stepped')?.inputs.map((input) => `${basename(input.file)}:${input.line}`);
    expect(growth).toEqual(['five-acts-5-growth.yaml:13', 'five-acts-5-growth.yaml:14', 'five-acts-5-growth.yaml:16', 'five-acts-5-growth.yaml:17']);
    const held = paused.ledgers[0]?.entries.reduce((sum, entry) => sum + entry.bytes, 0);
    expect(held).toBe(paused.ledgers[0]?.usedBytes);
    const text = explainText({ ...paused, inputs: paused.inputs.map((input) => ({ ...input, file: basename(input.file) })), steps: [] }, []);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);

    const dot = explainDot(paused);
    const nodes = new Set([...dot.matchAll(/^ {2}(s\d+|effect) \[/gm)].map((match) => match[1]));
    expect(nodes.size).toBe(paused.steps.length + 1);
    for (const [, from, to] of dot.matchAll(/^ {2}(s\d+) -> (s\d+|effect);/gm)) expect(nodes.has(from) && nodes.has(to)).toBe(true);
    const svg = explainSvg(paused);
    expect(svg.match(/<rect /g)?.length).toBe(paused.steps.length + 2);
    expect(svg).toContain('five-acts-5-growth.yaml:13');
  });
});
