import { describe, expect, it } from 'vitest';
import { BASE, changed, errorsOf, load } from './support.ts';

const JOB = '    proxies: [p1]\n    repository: r1\n';

/** The base with other keys for where the job's data goes, and perhaps another proxy. */
function withJob(keys: string, proxy = 'p1: { slots: 8, cores: 8 }'): string {
  return changed(JOB, keys, changed('p1: { slots: 8, cores: 8 }', proxy));
}

const jobOf = (text: string) => load(text).plan.jobs[0];
const assumed = (text: string, path: string) => load(text).plan.assumptions.find((one) => one.path === path)?.value;

describe('methods of a job', () => {
  it('are snapshot unless stated, with the reduction of usual compression', () => {
    expect(jobOf(BASE)).toMatchObject({ method: 'snapshot', fleecing: null, reduction: 2, processing: { factor: 1, secondsPerByte: 0 } });
    expect(assumed(BASE, 'jobs.nightly.compression')).toBe('optimal');
    expect(assumed(BASE, 'jobs.nightly.fallback')).toBeUndefined();
  });

  it('hot-add attaches for 90 s and falls back to the network of the host', () => {
    const text = withJob('    method: hot-add\n    proxies: [p1]\n    repository: r1\n', 'p1: { host: esx1 }');
    expect(jobOf(text)).toMatchObject({ method: 'hot-add', fallback: 'nbd', timings: { attachMs: 90_000 } });
    expect(load(text).plan.proxies[0]).toMatchObject({ host: 'esx1', fabricBytesPerSecond: null });
    expect(assumed(text, 'jobs.nightly.timings.attach')).toBe('1m30s');
  });

  it('direct-san reads through the storage network of its proxy', () => {
    const text = withJob('    method: direct-san\n    proxies: [p1]\n    repository: r1\n', 'p1: { fabric: 16Gbit/s, datastores: [ds1] }');
    expect(load(text).plan.proxies[0]).toMatchObject({ fabricBytesPerSecond: 2e9, fabricDatastores: ['ds1'] });
  });

  it('snapshot-only goes nowhere, and keeps three', () => {
    expect(jobOf(withJob('    method: snapshot-only\n'))).toMatchObject({ repository: null, proxies: [], keepSnapshots: 3 });
  });

  it('direct-disk quiesces nothing', () => {
    expect(jobOf(withJob('    method: direct-disk\n    repository: r1\n    timings: { quiesce: 10s }\n'))?.timings.quiesceMs).toBe(0);
  });

  it('compression and deduplication cost work, and compression decides the default reduction', () => {
    const text = withJob('    compression: extreme\n    deduplication: inline\n    proxies: [p1]\n    repository: r1\n');
    expect(jobOf(text)).toMatchObject({ reduction: 2.6, processing: { factor: 3, secondsPerByte: 1 / 2067e6 } });
  });

  it('a proxy takes as many tasks as its memory bears', () => {
    const slots = (proxy: string) => load(withJob(JOB, proxy)).plan.proxies[0]?.slots;
    expect(slots('p1: { slots: 8, memory: 5GiB }')).toBe(2);
    expect(slots('p1: { slots: 1, memory: 5GiB }')).toBe(1);
    expect(slots('p1: { memory: unlimited }')).toBeNull();
  });

  const WRONG: [keys: string, says: string][] = [
    ['    method: snapshot-only\n    repository: r1\n', '`repository` means nothing to method `snapshot-only`'],
    ['    method: snapshot-only\n    retention: { last: 3 }\n', '`retention` means nothing to method `snapshot-only`'],
    ['    method: cdp\n', '`jobs.nightly` has no `repository`'],
    ['    method: direct-san\n    repository: r1\n', 'method `direct-san` needs a proxy'],
    ['    method: hot-add\n    proxies: [p1]\n    repository: r1\n', 'proxy `p1` has no `host`, so it cannot attach disks'],
    ['    fleecing: ds1\n    repository: r1\n', '`fleecing` means nothing to method `snapshot`'],
    ['    method: copy-before-write\n    fleecing: ds9\n    repository: r1\n', 'unknown datastore `ds9`'],
    ['    keep: 2\n    repository: r1\n', '`keep` means nothing to method `snapshot`'],
    ['    timings: { attach: 4m }\n    repository: r1\n', '`attach` means nothing to method `snapshot`'],
    ['    fallback: nbd\n    repository: r1\n', '`fallback` means nothing to method `snapshot`'],
  ];

  it.each(WRONG)('refuses %j', (keys, says) => {
    expect(errorsOf(withJob(keys)).map(({ text }) => text)).toEqual([says]);
  });
});
