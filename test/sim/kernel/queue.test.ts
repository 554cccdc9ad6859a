import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from '../../../sim/kernel/queue.ts';

interface Entry {
  time: number;
  round: number;
  eventClass: number;
  sequence: number;
  subject: number;
}

function inOrder(a: Entry, b: Entry): number {
  return a.time - b.time || a.round - b.round || a.eventClass - b.eventClass || a.sequence - b.sequence;
}

describe('EventQueue', () => {
  it('pops in the order (time, round, class, sequence) whatever was added, moved and cancelled', () => {
    const operation = fc.record({
      what: fc.constantFrom('add', 'add', 'add', 'move', 'cancel', 'pop'),
      time: fc.integer({ min: 0, max: 20 }),
      round: fc.integer({ min: 0, max: 2 }),
      eventClass: fc.integer({ min: 0, max: 3 }),
      pick: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 300 }), (operations) => {
        const queue = new EventQueue();
        const pending = new Map<number, Entry>();
        let sequence = 0;
        const popAndCompare = (): void => {
          const expected = [...pending.values()].sort(inOrder)[0] as Entry;
          const slot = queue.pop();
          expect(queue.subjectOf(slot)).toBe(expected.subject);
          pending.delete(slot);
        };
        for (const { what, time, round, eventClass, pick } of operations) {
          const slots = [...pending.keys()];
          const slot = slots[pick % Math.max(1, slots.length)];
          if (what === 'add') {
            const entry = { time, round, eventClass, sequence, subject: sequence++ };
            pending.set(queue.add(time, round, eventClass, 0, entry.subject), entry);
          } else if (slot === undefined) continue;
          else if (what === 'move') {
            queue.move(slot, time, round);
            Object.assign(pending.get(slot) as Entry, { time, round });
          } else if (what === 'cancel') {
            queue.cancel(slot);
            pending.delete(slot);
          } else popAndCompare();
          expect(queue.size).toBe(pending.size);
        }
        while (pending.size > 0) popAndCompare();
        expect(queue.size).toBe(0);
      }),
    );
  });

  it('grows beyond its first size', () => {
    const queue = new EventQueue();
    for (let i = 5000; i > 0; i--) queue.add(i, 0, 0, 0, i);
    for (let i = 1; i <= 5000; i++) expect(queue.subjectOf(queue.pop())).toBe(i);
  });

  it('refuses to move or cancel what is not pending', () => {
    const queue = new EventQueue();
    const slot = queue.add(1, 0, 0, 0, 0);
    queue.cancel(slot);
    expect(() => queue.cancel(slot)).toThrow('not pending');
    expect(() => queue.move(slot, 2, 0)).toThrow('not pending');
  });
});
