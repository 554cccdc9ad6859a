import { describe, expect, test } from 'vitest';
import { csvFile } from './build-csv.ts';
import type { TestCell } from './build-xlsx.ts';
import { type ImportedScenario, importFiles, importWorkbook, oneVm, type TestRecord, table } from './fixture.ts';

const mebibyte = 2 ** 20;

/** One VM with a snapshot, in two files or sheets; numbers and dates as text. */
function estate(info: TestRecord, snapshot: TestRecord): Record<string, TestCell[][]> {
  return {
    vInfo: table([{ VM: 'web', 'Total disk capacity MiB': '900000', 'In Use MiB': '500000', ...info }]),
    vSnapshot: table([{ VM: 'web', 'Date / time': '2026/03/17 12:00:00', 'Size MiB (total)': '5', ...snapshot }]),
  };
}

function importCsv(sheets: Record<string, TestCell[][]>) {
  return importFiles(Object.entries(sheets).map(([tab, rows]) => csvFile(`${tab}.csv`, rows)));
}

function firstSnapshot({ scenario }: { scenario: ImportedScenario }): { taken: string; size: string } | undefined {
  const snapshots = scenario.vms.web?.snapshots as { taken: string; size: string }[] | undefined;
  return snapshots?.[0];
}

function snapshotOf(info: TestRecord, size: TestCell): unknown {
  const result = importWorkbook({ sheets: estate(info, { 'Size MiB (total)': size }) });
  expect(importCsv(estate(info, { 'Size MiB (total)': size })).scenario.vms).toEqual(result.scenario.vms);
  return firstSnapshot(result)?.size;
}

const grouped = (mark: string): TestRecord => ({ 'Total disk capacity MiB': `900${mark}000`, 'In Use MiB': `500${mark}000` });

describe('numbers as text', () => {
  test.each([
    ['a comma after columns grouped by points', grouped('.'), '1,234', '2MiB'],
    ['a point after columns grouped by points', grouped('.'), '1.234', '1234MiB'],
    ['a comma after columns grouped by commas', grouped(','), '1,234', '1234MiB'],
    ['a point after columns grouped by commas', grouped(','), '1.234', '2MiB'],
    ['a point after columns that are not grouped', {}, '1.234', '2MiB'],
    ['a point after columns grouped by blanks', grouped(' '), '1.234', '2MiB'],
    ['both marks', grouped('.'), '1.234,5', '1235MiB'],
    ['a fraction that cannot be a group', grouped("'"), '3,25', '4MiB'],
    ['a fraction below one', {}, '0,125', '1MiB'],
  ])('decide what a snapshot of a size with a separator holds: %s', (_, info, size, expected) => {
    expect(snapshotOf(info, size)).toBe(expected);
  });

  test('are read by the columns of the other files where a file says nothing by itself', () => {
    const sheets = { ...estate(grouped('.'), {}), vSnapshot: table([{ VM: 'web', 'Size MiB (total)': '1.234' }]) };
    expect(importCsv(sheets).report.totals.snapshotBytes).toBe(1234 * mebibyte);
  });

  test('are refused where nothing tells whether a separator groups thousands', () => {
    const small = { 'Total disk capacity MiB': '900', 'In Use MiB': '500' };
    const message = '"1.234" may have a thousands separator or a decimal one; nothing in the file tells. Write the number without separators';
    expect(() => importCsv(estate(small, { 'Size MiB (total)': '1.234' }))).toThrow(
      `vSnapshot.csv: sheet vSnapshot, row 2, column "Size MiB (total)": ${message}`,
    );
  });

  test.each([
    ['two marks for thousands', '900,000', '500.000'],
    ['a mark for thousands that is one for decimals elsewhere', '900.000', '500000.0'],
    ['grouped and ungrouped numbers side by side', '900.000', '500000'],
    ['the same the other way round', '900000', '500.000'],
  ])('are refused where a file contradicts itself: %s', (_, capacity, inUse) => {
    const run = () => importCsv(estate({ 'Total disk capacity MiB': capacity, 'In Use MiB': inUse }, {}));
    expect(run).toThrow(
      /^vInfo\.csv: sheet vInfo, row 2, column "In Use MiB": .* contradicts .* \(sheet vInfo, row 2, column "Total disk capacity MiB"\)/,
    );
  });

  test('of two files may be written differently', () => {
    const sheets = { ...estate(grouped('.'), {}), vDisk: table([{ VM: 'web', 'Capacity MiB': '700,000', Thin: 'True' }]) };
    expect(importCsv(sheets).report.totals.sizeBytes).toBe(700_000 * mebibyte);
  });

  test('may carry a fraction of zeros where they are whole, as other programs write them', () => {
    const { report } = importCsv(estate({ 'Total disk capacity MiB': '900000.0', 'In Use MiB': '500000.00' }, {}));
    expect(report.totals).toMatchObject({ sizeBytes: 900_000 * mebibyte, usedBytes: 500_000 * mebibyte });
  });

  test.each(['1.23.456', '1,234.567.8', '01.234', '1.234.56', '1 2345', '12,', ',5', '1,234,5'])('are refused as no numbers: %j', (text) => {
    expect(() => importCsv(estate({ 'In Use MiB': text }, {}))).toThrow('row 2, column "In Use MiB"');
  });
});

describe('dates as text', () => {
  const taken = (date: string, more: TestRecord = {}): unknown => {
    return firstSnapshot(importCsv(estate(more, { 'Date / time': date })))?.taken;
  };

  test.each([
    ['17.03.2026 12:30', '2026-03-17T12:30'],
    ['17/03/2026 12:30:15', '2026-03-17T12:30:15'],
    ['3/17/2026 4:05:00 PM', '2026-03-17T16:05'],
    ['3/17/2026 12:05 am', '2026-03-17T00:05'],
    ['4/4/2026', '2026-04-04T00:00'],
  ])('are read in the order that they can only have: %s', (date, expected) => {
    expect(taken(date)).toBe(expected);
  });

  test('take their order from other dates of the export', () => {
    expect(taken('3/4/2026 10:00', { PowerOn: '25/02/2026 08:00' })).toBe('2026-04-03T10:00');
    expect(taken('3/4/2026 10:00', { PowerOn: '2/25/2026 08:00' })).toBe('2026-03-04T10:00');
  });

  test('are refused where nothing tells whether the day comes first', () => {
    expect(() => taken('3/4/2026 10:00')).toThrow(
      'vSnapshot.csv: sheet vSnapshot, row 2, column "Date / time": "3/4/2026 10:00" may start with the day or the month; nothing in the file tells',
    );
    const both = { PowerOn: '25/02/2026', 'Creation date': '2/25/2026' };
    expect(() => taken('3/4/2026 10:00', both)).toThrow('may start with the day or the month');
  });

  test('before 1999 count as missing, as the epoch that stands for none', () => {
    const { scenario, report } = importCsv(estate({}, { 'Date / time': '1970/01/01 01:00:00' }));
    // A day before the start, which is the fixed one.
    expect(scenario.start).toBe('2026-01-05T18:00');
    expect(scenario.vms.web?.snapshots).toEqual([{ taken: '2026-01-04T18:00', size: '5MiB', kind: 'user' }]);
    expect(report.assumptions).toContainEqual(expect.objectContaining({ path: 'vms.*.snapshots.taken', value: 'one day before the start' }));
  });
});

test.each([
  ['WAHR', 'FALSCH'],
  ['VRAI', 'FAUX'],
  ['VERDADERO', 'FALSO'],
  ['TRUE', 'FALSE'],
])('flags may be in the language of the spreadsheet that wrote them: %s, %s', (yes, no) => {
  const { scenario } = importWorkbook(oneVm({ Template: no, CBT: no }));
  expect(scenario.vms.web).toMatchObject({ changeTracking: false });
  expect(() => importWorkbook(oneVm({ Template: yes }))).toThrow('none of the 1 rows of vInfo is a VM that can be imported');
});
