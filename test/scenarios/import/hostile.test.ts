import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ImportError, importRvtools } from '../../../scenarios/import/index.ts';
import { inflatePart } from '../../../scenarios/import/zip.ts';
import { loadScenario } from '../../../scenarios/index.ts';
import { buildXlsx, escapeXml, type TestWorkbook, worksheetXml } from './build-xlsx.ts';
import { importWorkbook, oneVm, table } from './fixture.ts';

const sheetStart = '<worksheet><sheetData>';
const sheetEnd = '</sheetData></worksheet>';
const soundRows = worksheetXml(oneVm().sheets.vInfo ?? []).replace(/^.*<sheetData>|<\/sheetData>.*$/g, '');

function importBytes(bytes: Uint8Array) {
  return importRvtools({ files: [{ fileName: 'export.xlsx', bytes }] });
}

function withSheetXml(xml: string, rest: Partial<TestWorkbook> = {}) {
  return importBytes(buildXlsx({ sheets: {}, sheetXml: { vInfo: xml }, ...rest }));
}

/** Overwrites the sizes of a part in the directory of the archive, as somebody would who wants a reader to trust it. */
function declareBytes(bytes: Uint8Array, partName: string, declared: number): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  for (let at = 0; at + 46 < copy.length; at++) {
    const isEntry = view.getUint32(at, true) === 0x02014b50;
    if (isEntry && new TextDecoder().decode(copy.subarray(at + 46, at + 46 + view.getUint16(at + 28, true))) === partName)
      view.setUint32(at + 24, declared, true);
  }
  return copy;
}

describe('files that are no workbook', () => {
  test.each([
    ['an empty file', new Uint8Array(0), 'not an .xlsx file'],
    ['text', strToU8('VM,Powerstate\nweb,poweredOn\n'), 'not an .xlsx file'],
    ['an old .xls', Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), '.xls file or a password-protected workbook'],
    ['another kind of zip', zipSync({ 'readme.txt': strToU8('hello') }), 'not an .xlsx workbook'],
    ['a file beyond 64 MiB', new Uint8Array(64 * 1024 * 1024 + 1), 'at most 67108864 are read'],
  ])('refuses %s by name', (_, bytes, problem) => {
    expect(() => importBytes(bytes)).toThrow(ImportError);
    expect(() => importBytes(bytes)).toThrow(/^export\.xlsx: /);
    expect(() => importBytes(bytes)).toThrow(problem);
  });

  test('refuses a workbook without vInfo, and a vInfo without VM', () => {
    expect(() => importWorkbook({ sheets: { vHost: table([{ Host: 'esx1' }]) } })).toThrow('export.xlsx: has no sheet vInfo');
    expect(() => importWorkbook({ sheets: { vInfo: table([{ Name: 'web' }]) } })).toThrow('export.xlsx: sheet vInfo: has no column VM');
    expect(() => importWorkbook({ sheets: { vInfo: [] } })).toThrow('export.xlsx: sheet vInfo: has no column VM');
  });

  test('refuses a file of which nothing remains to import', () => {
    expect(() => importWorkbook(oneVm({ Template: 'True' }))).toThrow('none of the 1 rows of vInfo is a VM that can be imported');
  });

  test('answers cuts and flipped bytes of a sound file with an ImportError or a result', () => {
    const sound = buildXlsx(oneVm());
    for (let length = 0; length < sound.length; length += 11)
      expect(() => importBytes(sound.slice(0, length)), `cut to ${length}`).toThrow(ImportError);
    for (let at = 0; at < sound.length; at += 3) {
      const broken = sound.slice();
      broken[at] = (broken[at] as number) ^ 0x55;
      try {
        importBytes(broken);
      } catch (error) {
        expect(error, `byte ${at}`).toBeInstanceOf(ImportError);
      }
    }
  });
});

describe('zip bombs', () => {
  /** Half a MiB of comment at a time: valid, of no use, and packed a thousandfold. */
  const commentXml = `<!--${' '.repeat(512 * 1024)}-->`;

  test('are stopped as soon as they are too dense to be a sheet, whatever size the file declares', () => {
    const bomb = buildXlsx({ sheets: {}, sheetXml: { vInfo: `${sheetStart}${commentXml.repeat(64)}${sheetEnd}` } });
    const lying = declareBytes(bomb, 'xl/worksheets/sheet1.xml', 1000);
    expect(bomb.length).toBeLessThan(256 * 1024);
    expect(() => importBytes(lying)).toThrow('part "xl/worksheets/sheet1.xml" unpacks to more than 100 times its size');
  });

  test('are stopped at 192 MiB of one part, and at 320 MiB of all, where they are less dense', () => {
    const noise = Buffer.alloc(3 * 2 ** 20);
    for (let at = 0; at < noise.length; at++) noise[at] = Math.imul(at ^ (at >>> 9), 0x9e3779b1) >>> 24;
    const part = (mebibytes: number) => {
      const data = Buffer.concat([noise, Buffer.alloc(mebibytes * 2 ** 20)]);
      return { name: 'sheet1.xml', method: 8, packed: deflateRawSync(data, { level: 1 }), declaredBytes: data.length, crc: 0 };
    };
    let takenBytes = 0;
    const unpack = (mebibytes: number, unpacked = { bytes: 0 }) =>
      inflatePart('export.xlsx', part(mebibytes), unpacked, (piece) => {
        takenBytes += piece.length;
      });
    expect(() => unpack(200)).toThrow('part "sheet1.xml" unpacks to more than 201326592 bytes');
    expect(takenBytes).toBeLessThanOrEqual(192 * 2 ** 20);
    expect(() => unpack(40, { bytes: 300 * 2 ** 20 })).toThrow('brings the file to more than 335544320 bytes unpacked');
  });

  test('are not needed to lie: a size that does not match is refused', () => {
    const lying = declareBytes(buildXlsx(oneVm()), 'xl/worksheets/sheet1.xml', 1000);
    expect(() => importBytes(lying)).toThrow(/unpacks to \d+ bytes, but the file declares 1000/);
  });

  test('do no harm in a sheet that nobody wants: it is never unpacked', () => {
    const { sheets } = oneVm();
    expect(importBytes(buildXlsx({ sheets, sheetXml: { vLicense: '<!DOCTYPE a>' } })).report.totals.vms).toBe(1);
  });

  test('refuses one endless text, more rows than 200,000 and nesting without end', () => {
    expect(() => withSheetXml(`${sheetStart}${' '.repeat(2 ** 21)}${sheetEnd}`)).toThrow('a single tag or text of more than 1048576 characters');
    expect(() => withSheetXml(`${sheetStart}${soundRows}${'<row/>'.repeat(200_000)}${sheetEnd}`)).toThrow('sheet vInfo: has more than 200000 rows');
    expect(() => withSheetXml(`${sheetStart}${'<a>'.repeat(1000)}`)).toThrow('more than 100 levels deep');
  });

  test('refuses a cell of more than 32,767 characters, in pieces or shared, and more than 96 Mi of them in all', () => {
    const long = 'x'.repeat(20_000);
    const cell = (inner: string) => `${sheetStart}<row><c t="str"><v>VM</v></c></row><row><c t="str"><v>${inner}</v></c></row>${sheetEnd}`;
    expect(() => withSheetXml(cell(`${long}<![CDATA[${long}]]>`))).toThrow(
      'sheet vInfo, row 2, column "VM": holds a text of more than 32767 characters',
    );
    const sharedStrings = `<sst><si><t>VM</t></si><si><r><t>${long}</t></r><r><t>${long}</t></r></si></sst>`;
    expect(() => withSheetXml(cell('web'), { sharedStrings })).toThrow('shared string 1 has more than 32767 characters');
    const manyStrings = `<sst><si><t>VM</t></si><si><t>${'x'.repeat(32_000)}</t></si></sst>`;
    const xml = `${sheetStart}<row><c t="s"><v>0</v></c></row>${'<row><c t="s"><v>1</v></c></row>'.repeat(3200)}${sheetEnd}`;
    expect(() => withSheetXml(xml, { sharedStrings: manyStrings })).toThrow(
      'sheet vInfo, row 3147, column "VM": brings the texts to more than 100663296 characters',
    );
  });
});

describe('odd XML', () => {
  test('refuses a document type, so that no entity can be declared', () => {
    const doctype = '<!DOCTYPE a [<!ENTITY d "x">]>';
    expect(() => withSheetXml(`${doctype}${sheetStart}${soundRows}${sheetEnd}`)).toThrow(
      'part "xl/worksheets/sheet1.xml" declares a document type (DTD)',
    );
    expect(() => withSheetXml(`${sheetStart}<row><c t="str"><v>&d;</v></c></row>${sheetEnd}`)).toThrow('refers to the entity "&d;"');
  });

  test('does not mind cells far away', () => {
    const far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>';
    const { report } = withSheetXml(`${sheetStart}${soundRows}${far}${sheetEnd}`);
    expect(report.totals.vms).toBe(1);
    expect(report.sheets).toEqual([{ sheet: 'vInfo', rowsRead: 1, rowsWithoutKey: 1, cellsBeyondLimit: 1 }]);
  });

  test('reads cells without references, prefixed tags, single quotes and rich text', () => {
    const header = "<x:row><x:c t='str'><x:v>VM</x:v></x:c><x:c t='str'><x:v>Total disk capacity MiB</x:v></x:c></x:row>";
    const phonetic = '<rPh sb="0" eb="1"><t>no</t></rPh>';
    const row = `<x:row><x:c t="inlineStr"><is><r><t>we</t></r><r><t>b&#x26;<![CDATA[<1>]]></t></r>${phonetic}</is></x:c><x:c><x:v>1.024E3</x:v></x:c></x:row>`;
    const { yaml } = withSheetXml(`<x:worksheet xmlns:x="urn:x"><x:sheetData>${header}${row}</x:sheetData></x:worksheet>`);
    expect(parse(yaml).vms).toEqual({ 'web&<1>': expect.objectContaining({ size: '1GiB' }) });
  });

  test('finds the end of a cell that nobody wants, however it is written, and loses none behind it', () => {
    const header = '<row><c t="str"><v>Mine</v></c><c t="str"><v>VM</v></c><c t="str"><v>Total disk capacity MiB</v></c></row>';
    const unwanted = [
      '<c t="str"><v>x</v></c >',
      '<c t="str"><v>x</v\n></c\n>',
      '<c r="A2"/>',
      '<c t="str" a=">"><v>x</v></c>',
      '<c><!-- </v> --><v>5</v></c>',
    ];
    for (const cell of unwanted) {
      const row = `<row r="2">${cell}<c t="str"><v>web</v></c><c><v>5</v></c></row><row r="3">${cell}<c t="str"><v>db</v></c><c><v>6</v></c></row>`;
      const { report } = withSheetXml(`${sheetStart}${header}${row}${sheetEnd}`);
      expect([cell, report.totals.vms, report.totals.sizeBytes]).toEqual([cell, 2, 11 * 2 ** 20]);
    }
  });

  test.each([
    ['quoted either way, with the other quote and a tag inside', `<c a="'>" r='B2' b='">' t="str">`],
    ['with blanks and line breaks around everything', '<c\n r = "B2"\tt= "str" >'],
    ['prefixed, and beside others that end alike', '<c bar="C2" at="n" x:r="B2" x:t="str">'],
  ])('reads attributes that are %s', (_, tag) => {
    const header = '<row><c t="str"><v>Total disk capacity MiB</v></c><c t="str"><v>VM</v></c></row>';
    const { yaml } = withSheetXml(`${sheetStart}${header}<row><c r="A2"><v>5</v></c>${tag}<v>web</v></c></row>${sheetEnd}`);
    expect(parse(yaml).vms).toEqual({ web: expect.objectContaining({ size: '5MiB' }) });
  });

  test.each(['<c r=A2>', '<c r="A2>', '<c r>"A2"</c>', '<row r="1" spans=1>'])('refuses %s, of which nobody can say what it means', (tag) => {
    expect(() => withSheetXml(`${sheetStart}${soundRows}<row>${tag}<v>5</v></c></row>${sheetEnd}`)).toThrow(ImportError);
  });

  test('reads letters of every length wherever the pieces end in which a part is read', () => {
    // About a MiB, so that many pieces end inside of a letter; the comment has no tag to end at.
    const names = Array.from({ length: 4000 }, (_, index) => `${'aß€😀'.repeat(1 + (index % 7))}${index}`);
    const rows = names.map((name) => `<row><c t="str"><v>${name}</v></c><c><v>1024</v></c></row>`).join('');
    const comment = `<!--${'€'.repeat(200_000)}-->`;
    const header = '<row><c t="str"><v>VM</v></c><c t="str"><v>Total disk capacity MiB</v></c></row>';
    const { yaml } = withSheetXml(`${sheetStart}${comment}${header}${rows}${sheetEnd}`);
    expect(Object.keys(parse(yaml).vms)).toEqual(names);
  });

  test('refuses bytes that are no letters', () => {
    const broken = strToU8(`${sheetStart}${soundRows.replace('web', 'w??')}${sheetEnd}`);
    broken.set([0xe2, 0x82], broken.indexOf(0x3f));
    const parts = unzipSync(buildXlsx(oneVm()));
    expect(() => importBytes(zipSync({ ...parts, 'xl/worksheets/sheet1.xml': broken }))).toThrow('is not UTF-8 text');
  });

  test('reads shared strings and refuses one that is not there', () => {
    const sharedStrings =
      '<sst><si><t>VM</t></si><si><t>In Use MiB</t></si><si><t>Total disk capacity MiB</t></si><si><r><t>we</t></r><r><t>b</t></r></si></sst>';
    const sheet = (name: number): string =>
      `${sheetStart}<row><c t="s"><v>0</v></c><c t="s"><v>2</v></c></row><row><c t="s"><v>${name}</v></c><c><v>5</v></c></row>${sheetEnd}`;
    expect(parse(withSheetXml(sheet(3), { sharedStrings }).yaml).vms).toHaveProperty('web');
    expect(() => withSheetXml(sheet(4), { sharedStrings })).toThrow('sheet vInfo, row 2, column "VM": refers to shared string 4');
  });

  test('takes the stored value of a formula, and refuses a formula without one and an error value', () => {
    const cell = (inner: string, type = 'n') => ({ raw: `<c r="D2" t="${type}">${inner}</c>` });
    expect(importWorkbook(oneVm({ 'In Use MiB': cell('<f>1+1</f><v>600</v>') })).scenario.vms.web?.used).toBe('600MiB');
    expect(() => importWorkbook(oneVm({ 'In Use MiB': cell('<f>1+1</f>') }))).toThrow(
      'row 2, column "In Use MiB": holds a formula without a stored value',
    );
    expect(() => importWorkbook(oneVm({ 'In Use MiB': cell('<v>#REF!</v>', 'e') }))).toThrow('row 2, column "In Use MiB": holds the error #REF!');
  });

  test('refuses two columns of one name rather than to guess', () => {
    const vInfo = [
      ['VM', 'Host', 'host', 'Total disk capacity MiB'],
      ['web', 'a', 'b', 5],
    ];
    expect(() => importWorkbook({ sheets: { vInfo } })).toThrow('sheet vInfo, column "Host": 2 columns have this name');
  });

  test('does not mind a header named __proto__', () => {
    const { scenario, report } = importWorkbook(oneVm(JSON.parse('{"__proto__": "x", "constructor": "y"}')));
    expect(Object.keys(scenario.vms)).toEqual(['web']);
    expect(report.unknownColumns.map((item) => item.column)).toEqual(['__proto__', 'constructor']);
  });
});

describe('names', () => {
  const odd = [
    'a: b',
    '# no',
    '"q"',
    "it's",
    '=1+1',
    '- x',
    '{a}',
    '[b',
    '*c',
    '&d',
    '!e',
    '%f',
    '@g',
    '`h',
    '|',
    '>',
    '~',
    'null',
    'true',
    'No',
    '123',
    '0x1',
    '1e3',
  ];
  const odder = [
    '<<',
    '__proto__',
    'constructor',
    '<script>',
    'tab\tbed',
    'two\nlines',
    'Zoë',
    'ﬁ 🙂',
    '2026-01-01',
    '1:30',
    ' padded ',
    '%2f',
    '\\',
    '${x}',
    'x\u2028y',
    '?',
    ',',
    '.5',
  ];

  test('of any kind come back from the scenario as they stand in the file, except for what no scenario may hold', () => {
    const names = [...odd, ...odder];
    const records = names.map((name) => ({ VM: name, Host: name, Path: `[${name}] a/a.vmx`, 'Total disk capacity MiB': 1024 }));
    const { yaml, report } = importWorkbook({ sheets: { vInfo: table(records) } });
    const expected = names.map((name) =>
      name
        .replace(/[\t\n]/, ' ')
        .replace('__proto__', '_proto_')
        .trim(),
    );
    const { plan } = loadScenario({ path: 'imported.yaml', text: yaml, readFile: () => '' });
    expect(plan.vms.map((vm) => vm.name)).toEqual(expected);
    expect(plan.vms.map((vm) => vm.host)).toEqual(expected);
    expect(plan.hosts.map((host) => host.name)).toEqual(expected);
    expect(report.cleanedCells.map((cell) => cell.column)).toEqual(Array.from({ length: 3 }, () => ['VM', 'Host', 'Path']).flat());
  });

  test('of any characters give a scenario that parses to the same name, but for the one that none may have', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }), (text) => {
        // Outside of what XML can hold, and what a reader of the file cannot see.
        const name = text.replace(/[\p{Control}\ufffe\uffff]/gu, '').trim();
        fc.pre(name !== '' && !/_x[0-9a-f]{4}_/i.test(name) && !name.startsWith('vCLS'));
        const cell = (column: string) => ({ raw: `<c r="${column}2" t="str"><v>${escapeXml(name)}</v></c>` });
        const { yaml } = importWorkbook(oneVm({ VM: cell('A'), Host: cell('E') }));
        const { plan } = loadScenario({ path: 'imported.yaml', text: yaml, readFile: () => '' });
        const held = name === '__proto__' ? '_proto_' : name;
        expect([plan.vms[0]?.name, plan.vms[0]?.host]).toEqual([held, held]);
      }),
      { numRuns: 100 },
    );
  });

  test('of the file itself cannot break out of the comment that names it', () => {
    const { yaml } = importRvtools({ files: [{ fileName: 'a\njobs: {}\r# "b".xlsx', bytes: buildXlsx(oneVm()) }] });
    expect(parse(yaml).jobs).toHaveProperty('nightly');
  });
});
