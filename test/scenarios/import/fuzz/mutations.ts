import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import type { ImportFile } from '../../../../scenarios/import/index.ts';
import { type CsvStyle, csvFolder } from '../build-csv.ts';
import { buildXlsx, type TestCell } from '../build-xlsx.ts';
import { estate47 } from '../fixture.ts';
import { bomb } from './bombs.ts';
import type { Random } from './random.ts';

type Sheets = Record<string, TestCell[][]>;

export interface Mutant {
  kind: string;
  files: ImportFile[];
  /** Whether nothing was changed that the import may notice. */
  harmless?: true;
}

/** Cells that no export has, or has elsewhere. */
const oddCells: readonly TestCell[] = [
  -1,
  0.5,
  1e300,
  2 ** 53,
  '',
  ' ',
  'x',
  '1e9',
  '-5',
  '1,5',
  '1.234',
  '1,234',
  '0x10',
  'NaN',
  'True',
  'WAHR',
  true,
  false,
  '1969/12/31',
  '3/4/2026',
  '31.02.2026',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '[__proto__] a',
  '[',
  '=1+1',
  '\u0000',
  '\ud800',
  'a\nb',
  '"',
  '""',
  "'",
  '<b>&amp;',
  'x'.repeat(40_000),
  { raw: '<c><f>1+1</f></c>' },
  { raw: '<c><f>1+1</f><v>7</v></c>' },
  { raw: '<c t="e"><v>#REF!</v></c>' },
  { raw: '<c t="s"><v>99</v></c>' },
  { raw: '<c t="s"><v>__proto__</v></c>' },
  { raw: '<c t="d"><v>2026-03-18T10:00:00</v></c>' },
  { raw: '<c t="zz"><v>5</v></c>' },
  { raw: '<c r="XFD1048576"><v>5</v></c>' },
  { raw: '<c r="ZZZZZ9"><v>5</v></c>' },
  { raw: '<c r="-"><v>5</v></c>' },
  { raw: '<c r="A1" t="str"><v>again</v></c>' },
  { raw: '<c><v>1</v><v>2</v></c>' },
  { raw: '<c' },
  { raw: '</row>' },
  { raw: '<!DOCTYPE a>' },
  { raw: '&unknown;' },
];
const oddHeaders: readonly string[] = [
  '__proto__',
  'constructor',
  'toString',
  'VM',
  'Host',
  'Capacity MiB',
  'In Use MB',
  '',
  '\u202e',
  'x'.repeat(5000),
];

/** The invented estate, with dates as text so that it can be written as CSV too. */
function estate(): Sheets {
  const { sheets } = estate47();
  return Object.fromEntries(
    Object.entries(sheets).map(([tab, rows]) => [
      tab,
      rows.map((row, number) => row.map((cell, at) => (number > 0 && /date/i.test(String(rows[0]?.[at])) ? '2026/03/17 12:00:00' : cell))),
    ]),
  );
}

function asXlsx(sheets: Sheets): ImportFile[] {
  return [{ fileName: 'export.xlsx', bytes: buildXlsx({ sheets }) }];
}

function asCsv(random: Random, sheets: Sheets): ImportFile[] {
  const styles: readonly CsvStyle[] = [
    {},
    { delimiter: ';', thousands: '.' },
    { delimiter: '\t', thousands: '\u00a0' },
    { bareQuotes: true, lineEnd: '\n' },
  ];
  return csvFolder({ sheets }, random.pick(styles));
}

function written(random: Random, sheets: Sheets): ImportFile[] {
  return random.below(2) === 0 ? asXlsx(sheets) : asCsv(random, sheets);
}

/** Changes one sheet. */
function changed(random: Random, change: (rows: TestCell[][]) => TestCell[][]): Sheets {
  const sheets = estate();
  const tab = random.pick(Object.keys(sheets));
  return { ...sheets, [tab]: change(sheets[tab] ?? []) };
}

function changeBytes(random: Random, files: ImportFile[], change: (bytes: Uint8Array) => Uint8Array): ImportFile[] {
  const victim = random.below(files.length);
  return files.map((file, index) => (index === victim ? { ...file, bytes: change(file.bytes) } : file));
}

function flipped(random: Random, bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  for (let time = random.pick([1, 1, 3, 30]); time > 0; time--) copy[random.below(copy.length)] = random.below(256);
  return copy;
}

/** Cuts, doubles or overwrites a stretch of the text of one part, and packs it soundly again. */
function withChangedPart(random: Random, bytes: Uint8Array): Uint8Array {
  const parts = unzipSync(bytes);
  const name = random.pick(Object.keys(parts));
  const text = strFromU8(parts[name] ?? new Uint8Array(0));
  const at = random.below(text.length);
  const end = Math.min(text.length, at + random.pick([1, 5, 50, 1000]));
  const middle = random.pick(['', text.slice(at, end).repeat(3), '<', '>', '"', '</c>', '<row>', '<!--', '<![CDATA[', '&#0;', '\u0000', '<t>']);
  return zipSync({ ...parts, [name]: strToU8(text.slice(0, at) + middle + text.slice(end)) });
}

const mutations: readonly { kind: string; make(random: Random): Omit<Mutant, 'kind'> }[] = [
  { kind: 'bytes flipped', make: (random) => ({ files: changeBytes(random, written(random, estate()), (bytes) => flipped(random, bytes)) }) },
  {
    kind: 'truncated',
    make: (random) => ({ files: changeBytes(random, written(random, estate()), (bytes) => bytes.slice(0, random.below(bytes.length))) }),
  },
  {
    kind: 'headers shuffled',
    make: (random) => ({
      files: written(
        random,
        changed(random, ([headers = [], ...rows]) => [random.shuffle(headers), ...rows]),
      ),
    }),
  },
  {
    kind: 'columns shuffled',
    make: (random) => {
      const shuffled = changed(random, (rows) => {
        const order = random.shuffle([...(rows[0] ?? []).keys()]);
        return rows.map((row) => order.map((column) => row[column] ?? null));
      });
      return { files: written(random, shuffled), harmless: true };
    },
  },
  {
    kind: 'cells retyped',
    make: (random) => {
      const cells = random.pick([1, 1, 5, 50]);
      const sheets = changed(random, (rows) => {
        const copy = rows.map((row) => [...row]);
        for (let time = 0; time < cells; time++) {
          const row = copy[1 + random.below(copy.length - 1)] ?? [];
          row[random.below(row.length)] = random.pick(oddCells);
        }
        return copy;
      });
      return { files: written(random, sheets) };
    },
  },
  {
    kind: 'headers replaced',
    make: (random) => {
      const sheets = changed(random, ([headers = [], ...rows]) => [
        headers.map((header) => (random.below(8) === 0 ? random.pick(oddHeaders) : header)),
        ...rows,
      ]);
      return { files: written(random, sheets) };
    },
  },
  {
    kind: 'rows and sheets moved',
    make: (random) => {
      const moved = changed(random, (rows) => random.shuffle([...rows, ...rows.slice(random.below(rows.length))]).slice(random.below(3)));
      const names = random.shuffle(Object.keys(moved));
      const entries = names.map((name): [string, TestCell[][]] => [
        random.below(6) === 0 ? random.pick(['Sheet1', 'tabvInfo', 'vLicense', '__proto__']) : name,
        moved[name] ?? [],
      ]);
      return { files: written(random, Object.fromEntries(entries.slice(random.below(2)))) };
    },
  },
  { kind: 'XML changed', make: (random) => ({ files: changeBytes(random, asXlsx(estate()), (bytes) => withChangedPart(random, bytes)) }) },
  {
    kind: 'text changed',
    make: (random) => ({
      files: changeBytes(random, asCsv(random, estate()), (bytes) => {
        const text = Buffer.from(bytes).toString();
        const at = random.below(text.length);
        const odd = random.pick(['"', '""', ',', ';', '\n', '\r', '\t', '\u0000', '"\n"', '","', 'x'.repeat(50_000), '\ufeff', '=', ' "']);
        return Buffer.from(text.slice(0, at) + odd + text.slice(at + random.below(3)), random.pick(['utf8', 'utf8', 'utf16le', 'latin1']));
      }),
    }),
  },
  { kind: 'bomb', make: (random) => ({ files: [{ fileName: 'export.xlsx', bytes: bomb(random) }] }) },
  {
    kind: 'text bomb',
    make: (random) => {
      const unit = random.pick(['"', '""', '"a"b', 'a,', '\n', '\r\n', 'web,5\n', '"web","5"\n', '"web,5\n', `${random.word()}\u0001,`, '=;=']);
      const bytes = Buffer.alloc(random.pick([1, 20, 63]) * 2 ** 20, unit);
      bytes.write('VM,Total disk capacity MiB\n');
      return { files: [{ fileName: 'vInfo.csv', bytes }] };
    },
  },
];

/** Bombs cost a second each, and there are few kinds: every twelfth is one. */
export function mutantOf(random: Random, index: number): Mutant {
  const light = mutations.filter(({ kind }) => !kind.endsWith('bomb'));
  const heavy = mutations.filter(({ kind }) => kind.endsWith('bomb'));
  const { kind, make } = random.pick(index % 12 === 11 ? heavy : light);
  return { kind, ...make(random) };
}
