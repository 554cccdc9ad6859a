import { describe, expect, test } from 'vitest';
import { ImportError, type ImportFile, importRvtools } from '../../../scenarios/import/index.ts';
import { csvFile, csvFolder, csvText } from './build-csv.ts';
import { buildXlsx, type TestCell } from './build-xlsx.ts';
import { estate47, importFiles, importWorkbook, table } from './fixture.ts';

const mebibyte = 2 ** 20;

function importText(text: string, fileName = 'vInfo.csv') {
  return importFiles([{ fileName, bytes: Buffer.from(text) }]);
}

function problemOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(ImportError);
    return (error as ImportError).message;
  }
  return 'no problem';
}

/** The invented estate with its dates as text, as a CSV export has them. */
function estateSheets(): Record<string, TestCell[][]> {
  const { sheets } = estate47();
  const { vSnapshot = [], vInfo = [] } = sheets;
  const dated = (rows: TestCell[][], column: string, text: string): TestCell[][] =>
    rows.map((row, number) => row.map((cell, at) => (number > 0 && rows[0]?.[at] === column ? text : cell)));
  return {
    ...sheets,
    vSnapshot: dated(vSnapshot, 'Date / time', '2026/03/17 12:00:00'),
    vInfo: dated(vInfo, 'Creation date', '1969/12/31 22:00:00'),
  };
}

describe('a folder of CSV files', () => {
  const fromXlsx = importWorkbook({ ...estate47(), sheets: estateSheets() });

  test.each([
    ['commas, grouped by commas', { delimiter: ',', thousands: ',' }],
    ['semicolons, grouped by points', { delimiter: ';', thousands: '.' }],
    ['tabs, grouped by hard blanks', { delimiter: '\t', thousands: '\u00a0' }],
    ['semicolons, grouped by apostrophes, lines ended by LF', { delimiter: ';', thousands: "'", lineEnd: '\n' }],
    ['commas, not grouped, lines ended by CR', { delimiter: ',', thousands: '', lineEnd: '\r' }],
  ])('says the same as the workbook: with %s', (_, style) => {
    const { scenario, report } = importFiles(csvFolder({ sheets: estateSheets() }, style));
    expect(report.totals).toEqual(fromXlsx.report.totals);
    expect(scenario.vms).toEqual(fromXlsx.scenario.vms);
    expect(scenario.datastores).toEqual(fromXlsx.scenario.datastores);
    expect(report.setAside).toEqual(fromXlsx.report.setAside);
    expect(report.remarks).toEqual([]);
  });

  test('is known by its headers, whatever the files are called and in whatever order they come', () => {
    const files = csvFolder({ sheets: estateSheets() }).map((file, index) => ({ ...file, fileName: `${index}.txt` }));
    expect(importFiles(files.reverse()).scenario.vms).toEqual(fromXlsx.scenario.vms);
  });

  test('trusts headers over the name of the file', () => {
    const { vInfo = [], vDisk = [] } = estateSheets();
    const { report } = importFiles([csvFile('RVTools_tabvDisk.csv', vInfo), csvFile('RVTools_tabvInfo.csv', vDisk)]);
    expect(report.totals).toMatchObject({ vms: 3, disks: 4 });
  });

  test('needs no more than vInfo', () => {
    const { vInfo = [] } = estateSheets();
    const { report } = importFiles([csvFile('export.csv', vInfo)]);
    expect(report.totals).toMatchObject({
      vms: 3,
      sizeBytes: (102_400 + 512_000 + 10_240) * mebibyte,
      usedBytes: (60_000 + 250_000 + 4_096) * mebibyte,
    });
    expect(report.missingSheets).toEqual(['vDisk', 'vPartition', 'vSnapshot', 'vDatastore', 'vHost']);
  });

  test('lists files that are not needed, unread', () => {
    const licences = csvFile('RVTools_tabvLicense.csv', table([{ Name: 'vSphere', Key: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE', Total: 5 }]));
    const { yaml, report } = importFiles([...csvFolder({ sheets: estateSheets() }), licences]);
    expect(report.remarks).toEqual([{ fileName: 'RVTools_tabvLicense.csv', remark: 'not read: its headers are those of no tab that is needed' }]);
    expect(yaml + JSON.stringify(report)).not.toContain('AAAAA');
  });

  test('is refused without vInfo, with the name of the file', () => {
    const message = problemOf(() => importFiles([csvFile('a.csv', table([{ Host: 'esx1', '# CPU': 2 }]))]));
    expect(message).toBe('a.csv: has no sheet vInfo; this does not look like an RVTools export');
  });

  test('may be mixed with workbooks', () => {
    const { vInfo = [], ...rest } = estateSheets();
    const xlsx = { fileName: 'rest.xlsx', bytes: buildXlsx({ sheets: rest }) };
    expect(importFiles([csvFile('vInfo.csv', vInfo), xlsx]).scenario.vms).toEqual(fromXlsx.scenario.vms);
  });
});

describe('the dialects of headers in CSV', () => {
  test.each([
    ['MiB', ['VM', 'Total disk capacity MiB', 'In Use MiB']],
    ['MB', ['VM', 'Provisioned MB', 'In Use MB']],
    ['database names', ['vInfoVMName', 'vInfoProvisioned', 'vInfoInUse']],
  ])('are read: %s', (_, headers) => {
    const { report } = importFiles([csvFile('export.csv', [headers, ['web', 2048, 1024]])]);
    expect(report.totals).toMatchObject({ vms: 1, sizeBytes: 2 ** 31, usedBytes: 2 ** 30 });
  });
});

describe('quotes and line ends', () => {
  const header = '"VM","Annotation","Total disk capacity MiB","In Use MiB"\n';

  test('reads line breaks, delimiters and doubled quotes inside of quotes', () => {
    const { scenario, report } = importText(`${header}"a ""b"", c","two\r\nlines, ""one"" comma","2048","1024"\n"d","","2048","512"\n`);
    expect(Object.keys(scenario.vms)).toEqual(['a "b", c', 'd']);
    expect(report.totals.usedBytes).toBe(1536 * mebibyte);
    expect(report.remarks).toEqual([]);
  });

  test('reads quotes that older exports do not double, and lists that it did', () => {
    const rows = [
      '"a","the "big" one","2048","1024"',
      '"b "x"","ends "so"","2048","512"',
      '"c",""first", "second"","2048","256"',
      '"d","","2048","128"',
      '"e","a "5 disk","2048","64"',
    ];
    const { scenario, report } = importText(`${header}${rows.join('\n')}\n`);
    expect(Object.keys(scenario.vms)).toEqual(['a', 'b "x"', 'c', 'd', 'e']);
    expect(report.totals.usedBytes).toBe((1024 + 512 + 256 + 128 + 64) * mebibyte);
    expect(report.remarks).toEqual([
      { fileName: 'vInfo.csv', remark: '4 rows with quotes inside of values that are not doubled; read as part of the value' },
    ]);
  });

  test('reads values without quotes, blanks before quotes, the separator line of spreadsheets and a missing last line end', () => {
    const { scenario } = importText('sep=;\nVM;In Use MiB; "Total disk capacity MiB"\n"a";1024;2048\nb "x";5; "2048"');
    expect(scenario.vms).toMatchObject({ a: { used: '1GiB', size: '2GiB' }, 'b "x"': { used: '5MiB' } });
  });

  test('skips empty lines and rows of nothing but delimiters, and counts them', () => {
    const { report } = importText(`\n${header}\n"a","","2048","1024"\n,,,\n"","","",""\n\n"b","","2048","5"\n`);
    expect(report.totals.vms).toBe(2);
    expect(report.sheets).toEqual([{ sheet: 'vInfo', rowsRead: 2, rowsWithoutKey: 4, cellsBeyondLimit: 0 }]);
  });

  test('takes values that are missing at the end of a row for empty, and lists the row', () => {
    const { report } = importText(`${header}"a","","2048","1024"\n"b","","2048"\n`);
    expect(report.totals.usedBytes).toBe((1024 + 2048) * mebibyte);
    expect(report.remarks.map((item) => item.remark)).toEqual(['1 row with fewer values than columns, the first is row 3; the rest counts as empty']);
  });

  test.each([
    [
      'a file that is cut inside of a row',
      '"a","","2048","1024"\n"b","","20',
      'row 3: a quoted value never ends; the file is cut short, or a quote is missing',
    ],
    ['a file that is cut between two values', 'a,,2048,1024\nb,', 'row 3: ends after 2 of 4 values: the file is cut short'],
    [
      'more values than columns',
      'a,b, c,2048,1024\n',
      'row 2: has 5 values for 4 columns; a quote or a delimiter inside a value is not marked as such',
    ],
    [
      'quotes that cannot be told apart',
      '"a "b","c","2048","1024","5"\n',
      'row 2: has 5 values for 4 columns; a quote or a delimiter inside a value is not marked as such',
    ],
    ['a value without end', `"a","${'x'.repeat(40_000)}","2048","1024"\n`, 'row 2: holds a value of more than 32767 characters; a quote is missing'],
    ['a number that is none', 'a,,many,1024\n', 'row 2, column "Total disk capacity MiB": "many" is not a whole number'],
  ])('refuses %s and names the row', (_, rows, problem) => {
    expect(problemOf(() => importText(header + rows))).toBe(`vInfo.csv: sheet vInfo, ${problem}`);
  });

  test('refuses more than 200,000 rows, 50,000 VMs and 300,000 rows in all', () => {
    const sheet = 'vInfo.csv: sheet vInfo';
    expect(problemOf(() => importText(`${header}${'\n'.repeat(200_001)}`))).toBe(`${sheet}: has more than 200000 rows`);
    const tooMany = 'row 50002: has more than 50000 rows with content; import one vCenter at a time';
    expect(problemOf(() => importText(header + 'a,,1,1\n'.repeat(50_001)))).toBe(`${sheet}, ${tooMany}`);
    const partitions = { fileName: 'vPartition.csv', bytes: Buffer.from(`VM,Consumed MiB\n${'a,1\n'.repeat(150_001)}`) };
    expect(problemOf(() => importFiles([partitions, partitions]))).toBe(
      'vPartition.csv (2): sheet vPartition, row 150001: brings the sheets to more than 300000 rows with content',
    );
  });

  test('does not mind more columns than are read', () => {
    const many = Array.from({ length: 600 }, (_, index) => `x${index}`);
    const { report } = importFiles([
      csvFile('vInfo.csv', [
        ['VM', 'In Use MiB', 'Total disk capacity MiB', ...many],
        ['a', 5, 9, ...many],
      ]),
    ]);
    expect(report.totals.vms).toBe(1);
    expect(report.sheets[0]?.cellsBeyondLimit).toBe(91);
  });
});

describe('encodings', () => {
  const text = csvText(table([{ VM: 'Zürich-Köln', 'Total disk capacity MiB': 2048, 'In Use MiB': 1024 }]));
  const wide = Buffer.from(text, 'utf16le');

  test.each([
    ['UTF-8', Buffer.from(text), []],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`), []],
    ['UTF-16LE with a mark', Buffer.from(`\ufeff${text}`, 'utf16le'), []],
    ['UTF-16BE with a mark', Buffer.from(`\ufeff${text}`, 'utf16le').swap16(), []],
    ['UTF-16LE without a mark', wide, ['has no byte order mark; read as UTF-16LE, by its zero bytes']],
    ['UTF-16BE without a mark', Buffer.from(wide).swap16(), ['has no byte order mark; read as UTF-16BE, by its zero bytes']],
    ['Windows-1252', Buffer.from(text, 'latin1'), ['is not valid UTF-8; read as Windows-1252: check names with accents']],
  ])('reads %s, and lists a guess', (_, bytes, remarks) => {
    const { scenario, report } = importFiles([{ fileName: 'vInfo.csv', bytes }]);
    expect(Object.keys(scenario.vms)).toEqual(['Zürich-Köln']);
    expect(report.remarks).toEqual(remarks.map((remark) => ({ fileName: 'vInfo.csv', remark })));
  });

  test('refuses text that is not what its mark says', () => {
    const bytes = Buffer.concat([Buffer.from('\ufeff'), Buffer.from(text, 'latin1')]);
    expect(problemOf(() => importFiles([{ fileName: 'vInfo.csv', bytes }]))).toBe('vInfo.csv: is marked as UTF-8 text, but is none');
  });
});

test('nothing at all, too many files and too large ones are refused', () => {
  const file = (bytes: number): ImportFile => ({ fileName: 'vInfo.csv', bytes: new Uint8Array(bytes) });
  expect(problemOf(() => importRvtools({ files: [] }))).toBe('import: no file is given');
  expect(problemOf(() => importFiles(Array.from({ length: 201 }, () => file(1))))).toContain(
    'vInfo.csv and 200 more: 201 files; at most 200 are read',
  );
  expect(problemOf(() => importFiles([file(64 * mebibyte + 1)]))).toBe('vInfo.csv: is 67108865 bytes long; at most 67108864 are read');
  const half = file(100 * mebibyte);
  expect(problemOf(() => importFiles([half, half]))).toBe('vInfo.csv and 1 more: 209715200 bytes together; at most 201326592 are read');
});
