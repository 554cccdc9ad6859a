import { describe, expect, it } from 'vitest';
import { EventClass, EventLimitError, Kernel, type KernelHooks } from '../../../sim/kernel/kernel.ts';

const LIMITS = { eventsPerInstant: 1000, eventsInAll: 100_000 };

function hooksThat(note: (what: string) => void, settle: () => boolean = () => false): KernelHooks {
  return { advance: (from, to) => note(`${from}->${to}`), settle, settleLast: () => false, solve: () => note('solve') };
}

describe('Kernel', () => {
  it('runs an instant in rounds, by class and then by order of creation, and its ticks last', () => {
    const seen: string[] = [];
    const kernel = new Kernel(LIMITS);
    const names = ['stage', 'completion 1', 'completion 2', 'later round', 'tick'];
    const kind = kernel.handle((subject) => {
      seen.push(names[subject] as string);
      if (subject === 0) kernel.schedule(kernel.nowMs, EventClass.completion, kind, 3);
    });
    kernel.scheduleTick(10, kind, 4);
    kernel.schedule(10, EventClass.stage, kind, 0);
    kernel.schedule(10, EventClass.completion, kind, 1);
    kernel.schedule(10, EventClass.completion, kind, 2);
    kernel.run(
      100,
      hooksThat((what) => seen.push(what)),
    );
    expect(seen).toEqual(['solve', '0->10', 'completion 1', 'completion 2', 'stage', 'later round', 'tick', 'solve', '10->100', 'solve']);
  });

  it('lets settling go on until it has nothing to do before a tick runs', () => {
    const seen: string[] = [];
    const kernel = new Kernel(LIMITS);
    let left = 2;
    const kind = kernel.handle((subject) => seen.push(`event ${subject}`));
    kernel.scheduleTick(5, kind, 9);
    kernel.schedule(5, EventClass.stage, kind, 0);
    kernel.run(
      6,
      hooksThat(
        () => {},
        () => {
          if (kernel.nowMs !== 5 || left === 0) return false;
          left--;
          seen.push('settle');
          kernel.schedule(5, EventClass.stage, kind, 1);
          return true;
        },
      ),
    );
    expect(seen).toEqual(['event 0', 'settle', 'event 1', 'settle', 'event 1', 'event 9']);
  });

  it('settles last what comes after the ticks, and what that brings before the instant is over', () => {
    const seen: string[] = [];
    const kernel = new Kernel(LIMITS);
    const kind = kernel.handle((subject) => seen.push(subject === 0 ? 'tick' : 'begun'));
    kernel.scheduleTick(10, kind, 0);
    let waiting = 1;
    kernel.run(21, {
      ...hooksThat((what) => seen.push(what)),
      settleLast() {
        if (kernel.nowMs < 10 || waiting === 0) return false;
        waiting--;
        seen.push('last');
        kernel.schedule(kernel.nowMs, EventClass.stage, kind, 1);
        return true;
      },
    });
    expect(seen).toEqual(['solve', '0->10', 'tick', 'last', 'begun', 'solve', '10->21', 'solve']);
  });

  it('runs ticks of the start but not of the end, where other events still run', () => {
    const seen: string[] = [];
    const kernel = new Kernel(LIMITS);
    const kind = kernel.handle((subject) => seen.push(`${subject}@${kernel.nowMs}`));
    kernel.scheduleTick(0, kind, 1);
    kernel.scheduleTick(10, kind, 2);
    kernel.schedule(10, EventClass.completion, kind, 3);
    kernel.schedule(11, EventClass.completion, kind, 4);
    kernel.run(
      10,
      hooksThat(() => {}),
    );
    expect(seen).toEqual(['1@0', '3@10']);
  });

  it('orders simultaneous ticks by subject, not by when they were scheduled', () => {
    const seen: number[] = [];
    const kernel = new Kernel(LIMITS);
    const kind = kernel.handle((subject) => seen.push(subject));
    for (const subject of [2, 0, 1]) kernel.scheduleTick(5, kind, subject);
    kernel.run(
      10,
      hooksThat(() => {}),
    );
    expect(seen).toEqual([0, 1, 2]);
  });

  it('stops a run that goes round in circles within one instant, or in all', () => {
    const endless = (step: number) => {
      const kernel = new Kernel({ eventsPerInstant: 50, eventsInAll: 200 });
      const kind: number = kernel.handle(() => kernel.schedule(kernel.nowMs + step, EventClass.stage, kind, 0));
      kernel.schedule(1, EventClass.stage, kind, 0);
      return () =>
        kernel.run(
          1_000_000,
          hooksThat(() => {}),
        );
    };
    expect(endless(0)).toThrow(EventLimitError);
    expect(endless(0)).toThrow('more than 50 events at 1 ms');
    expect(endless(1)).toThrow('more than 200 events');
  });

  it('refuses the past and fractions of a millisecond', () => {
    const kernel = new Kernel(LIMITS);
    expect(() => kernel.schedule(-1, EventClass.stage, 0, 0)).toThrow('cannot be scheduled');
    expect(() => kernel.schedule(0.5, EventClass.stage, 0, 0)).toThrow('cannot be scheduled');
  });
});
