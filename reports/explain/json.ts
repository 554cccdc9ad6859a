/** An explanation for programs (`overrun/explain@1`; that number only gains keys). */

import { eventName } from './events.ts';
import type { Explanation } from './explain.ts';
import type { Outcome } from './outcome.ts';

/** One JSON document with a final LF. */
export function explainJson({ context, target, inputs, steps, ledgers }: Explanation, outcomes: readonly Outcome[]): string {
  const { scenario, seed, fingerprint } = context.result;
  const document = {
    schema: 'overrun/explain@1',
    scenario,
    seed,
    fingerprint,
    message: target.sentence,
    atMs: target.atMs,
    finding: target.finding,
    inputs,
    steps: steps.map(({ step, sentence, inputs: lines }) => ({
      id: step.id,
      kind: step.kind,
      firstAtMs: step.events[0]?.atMs ?? null,
      lastAtMs: step.events.at(-1)?.atMs ?? null,
      count: step.events.length,
      message: sentence,
      events: step.events.map((event) => eventName(event.id)),
      causes: step.causes.map((cause) => cause.id),
      inputs: lines,
    })),
    ledgers,
    necessary: outcomes.map(({ change, verdict, atMs, reason }) => ({ ...change, verdict, atMs, reason })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
