import { expect, test } from 'vitest';
import { formatBytes, formatCount, formatShare, listNames, printable, shorten } from '../../reports/units.ts';
import { GIB, numbered, TIB } from './fixtures.ts';

test('sizes have three significant digits and never a thousand of a unit', () => {
  expect([0, 512, 1000, 100 * 1024 ** 2, 1000 * GIB, 2.716 * TIB, 20 * TIB, 1023.9].map(formatBytes)).toEqual([
    '0 B',
    '512 B',
    '0.98 KiB',
    '100 MiB',
    '0.98 TiB',
    '2.72 TiB',
    '20 TiB',
    '1 KiB',
  ]);
});

test('a share is the whole or nothing only when it is', () => {
  expect([0, 0.0001, 0.5, 0.999, 1].map(formatShare)).toEqual(['0 %', 'under 1 %', '50 %', '99 %', '100 %']);
});

test('counts have separators and the right number', () => {
  expect([formatCount(1, 'VM'), formatCount(40, 'VM'), formatCount(1234567, 'run'), formatCount(2, 'proxy', 'proxies')]).toEqual([
    '1 VM',
    '40 VMs',
    '1,234,567 runs',
    '2 proxies',
  ]);
});

test('consecutive names become a range, the rest is listed and then counted', () => {
  expect(listNames(numbered('vm', 40))).toBe('vm-01 ... vm-40');
  expect(listNames(['db', 'web-01', 'web-02', 'web-03', 'web-05'])).toBe('db, web-01 ... web-03, web-05');
  expect(listNames(['a', 'c', 'e', 'g', 'i', 'k', 'm'])).toBe('a, c, e, g and 3 more');
  expect(listNames(['vm-99', 'vm-100', 'vm-101'])).toBe('vm-99 ... vm-101');
});

test('control and direction-changing characters of a name never reach the output', () => {
  expect(printable('a\u001b[31mb\u202ec\nd\ud800e')).toBe('a\ufffd[31mb\ufffdc\ufffdd\ufffde');
  expect(printable('Zürich 東京 😀')).toBe('Zürich 東京 😀');
});

test('shortening counts characters, not code units', () => {
  expect(shorten('😀😀😀😀', 3)).toBe('😀😀\u2026');
  expect(shorten('abc', 3)).toBe('abc');
});
