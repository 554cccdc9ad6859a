/** What `explain` says of every event that random scenarios bring about, one by one and folded into steps. */
import { expect, it } from 'vitest';
import { reportContext } from '../../reports/context.ts';
import { EventBook, eventNumber } from '../../reports/explain/events.ts';
import { foldSteps, type Step } from '../../reports/explain/steps.ts';
import { stepSentence } from '../../reports/explain/words.ts';
import { playDocument } from '../swarm/run.ts';
import { scenarioOf } from '../swarm/scenario.ts';

const SEEDS = 30;

/** A sentence that lacks a word has one of these in its place. */
const LACKING = /undefined|null|NaN|\bsomething\b|\[object|\(\)| {2}| ,| \.(?!\.\.)| :|because \./;

function* sentences(): Generator<[string, string]> {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { plan, result, events } = playDocument(scenarioOf(seed));
    const context = reportContext(plan, result);
    const book = new EventBook();
    for (const event of events) book.add(JSON.stringify(event));
    const steps = foldSteps(
      book,
      events.map(({ id }) => eventNumber(id)),
    );
    const single = (step: Step): Step => ({ ...step, events: step.events.slice(0, 1) });
    for (const step of steps) for (const told of [step, single(step)]) yield [step.kind, stepSentence(told, context)];
  }
}

it('has a whole sentence for each event, whatever the scenario', () => {
  const wrong = new Map<string, string>();
  const kinds = new Set<string>();
  for (const [kind, sentence] of sentences()) {
    kinds.add(kind);
    if (LACKING.test(sentence) || !/^[A-Z0-9].*[a-z)].*\.$/.test(sentence)) wrong.set(kind, sentence);
  }
  expect(Object.fromEntries(wrong)).toEqual({});
  expect(kinds.size).toBeGreaterThan(50);
});
