import { packRepetitive, type Repetitive, zipPacked } from './build-zip.ts';
import type { Random } from './random.ts';

const relations = '<Relationships xmlns="urn:r">';
const strings = '<Relationship Id="s" Type="x/sharedStrings" Target="sharedStrings.xml"/>';

/** A workbook of which each wanted tab is the same sheet. */
function workbookOf(tabs: readonly string[], sheet: Repetitive, sharedStrings?: Repetitive): Uint8Array {
  const plain = (head: string): Repetitive => ({ head, block: '', times: 0, tail: '' });
  const list = tabs.map((tab, index) => `<sheet name="${tab}" id="r${index}"/>`).join('');
  const targets = tabs.map((_, index) => `<Relationship Id="r${index}" Type="x/worksheet" Target="s${index}.xml"/>`).join('');
  return zipPacked([
    packRepetitive('_rels/.rels', plain(`${relations}<Relationship Id="r" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>`)),
    packRepetitive('xl/workbook.xml', plain(`<workbook><sheets>${list}</sheets></workbook>`)),
    packRepetitive('xl/_rels/workbook.xml.rels', plain(`${relations}${targets}${sharedStrings === undefined ? '' : strings}</Relationships>`)),
    ...tabs.map((_, index) => packRepetitive(`xl/s${index}.xml`, sheet)),
    ...(sharedStrings === undefined ? [] : [packRepetitive('xl/sharedStrings.xml', sharedStrings)]),
  ]);
}

const head = '<worksheet><sheetData><row><c t="str"><v>VM</v></c><c t="str"><v>Total disk capacity MiB</v></c></row>';
const tail = '</sheetData></worksheet>';
const tabs = ['vInfo', 'vDisk', 'vPartition', 'vSnapshot', 'vDatastore', 'vHost', 'vMetaData'];
const mebibyte = 2 ** 20;

/** Repeats `unit` to about a MiB. */
function fill(unit: (index: number) => string): string {
  const pieces: string[] = [];
  for (let length = 0; length < mebibyte; length += (pieces.at(-1) ?? ' ').length) pieces.push(unit(pieces.length));
  return pieces.join('');
}

const bombs: readonly ((random: Random, mebibytes: number) => Uint8Array)[] = [
  (_, times) => workbookOf(['vInfo'], { head, block: fill(() => `<!--${' '.repeat(60_000)}-->`), times, tail }),
  (random, times) =>
    workbookOf(['vInfo'], {
      head,
      block: fill(() => `<row><c t="str"><v>${random.word()}</v></c><c><v>${random.below(9999)}</v></c></row>`),
      times,
      tail,
    }),
  (random, times) =>
    workbookOf(tabs, { head, block: fill(() => `<row><c t="str"><v>${random.word()}</v></c></row>`), times: Math.ceil(times / 7), tail }),
  (random, times) =>
    workbookOf(['vInfo'], { head, block: fill(() => `<row><c t="str"><v>${random.word().repeat(2000)}</v></c></row>`), times, tail }),
  (random, times) =>
    workbookOf(['vInfo'], { head, block: fill(() => `<row>${'<c r="Z1"><v>1</v></c>'.repeat(random.below(60))}</row>`), times, tail }),
  (random, times) => workbookOf(['vInfo'], { head, block: fill(() => `<row r="${random.below(2 ** 20)}"/>`), times, tail }),
  (random, times) =>
    workbookOf(['vInfo'], {
      head: '<worksheet><sheetData><row>',
      block: fill(() => `<c t="str"><v>${random.word()}</v></c>`),
      times,
      tail: `</row>${tail}`,
    }),
  (_, times) => workbookOf(['vInfo'], { head, block: fill(() => '<a>'), times, tail }),
  (_, times) => workbookOf(['vInfo'], { head, block: ' '.repeat(mebibyte), times, tail }),
  (_, times) => workbookOf(['vInfo'], { head: `${head}<row `, block: fill((index) => `a${index}="" `), times, tail: `/>${tail}` }),
  (random, times) =>
    workbookOf(
      ['vInfo'],
      { head, block: '<row><c t="s"><v>0</v></c></row>', times: 1000 * times, tail },
      { head: '<sst>', block: fill(() => `<si><t>${random.word()}</t></si>`), times, tail: '</sst>' },
    ),
  (_, times) =>
    workbookOf(
      ['vInfo'],
      { head, block: '<row><c t="s"><v>0</v></c></row>', times: 1000 * times, tail },
      { head: '<sst><si><t>', block: '\u0001x'.repeat(10_000), times: 1, tail: '</t></si></sst>' },
    ),
];

export function bomb(random: Random): Uint8Array {
  return random.pick(bombs)(random, random.pick([8, 40, 120, 250]));
}
