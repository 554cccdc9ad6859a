import { describe, expect, test } from 'vitest';
import { bottleneckWords, heldBackBy } from '../../reports/bottlenecks.ts';
import { HOUR, result, run, task } from './fixtures.ts';

function words(...bottlenecks: Record<string, number>[]): string | null {
  const tasks = bottlenecks.map((bottleneck, index) => task(`vm-${index}`, { queuedMs: 0, transferEndMs: HOUR, bottleneck }));
  return bottleneckWords(heldBackBy([run('nightly#1', { tasks })], result()));
}

describe('what held the tasks of a job back', () => {
  test('is told as the pieces of the pipe, in per cent of the reading', () => {
    // Of two hours 0.9 h at the disks (0.6 and 0.3), 0.3 h at the proxy, 0.6 h at the target; 0.2 h to prepare count for nothing.
    expect(words({ 'datastore:ds1': 0.6, 'proxy:p1': 0.3, preparing: 0.1 }, { 'array:a1': 0.3, 'repository:r1': 0.6, preparing: 0.1 })).toBe(
      'Reading was held back by: source 50 % (datastore ds1), target 33 %, proxy 17 %.',
    );
  });

  test('tells the waiting apart, and what was lacking most', () => {
    expect(words({ 'link:wan': 0.25, 'waiting:proxy:p1+p2': 0.5, 'waiting:vm:web': 0.25 })).toBe(
      'Reading was held back by: network 100 % (link wan). 75 % of the time its tasks waited, most for slots of proxy p1+p2.',
    );
    expect(words({ 'host:esx1': 0.5, 'waiting:datastore:ds1': 0.5 })).toContain('snapshot slots of datastore ds1');
    expect(words({ 'stream-limit:nightly': 0.5, 'waiting:vm:web': 0.5 })).toBe(
      'Reading was held back by: the stream rate 100 % (job nightly). 50 % of the time its tasks waited, most for VM web, which another task had.',
    );
  });

  test('is nothing where nothing was read', () => {
    expect(words()).toBeNull();
    expect(words({ preparing: 1 })).toBeNull();
  });

  test('escapes names', () => {
    expect(words({ 'repository:a\u001b[31m': 1 })).not.toContain('\u001b');
  });
});
