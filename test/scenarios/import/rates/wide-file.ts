/**
 * Reads wide files of esxtop, a short and then a long one, and prints as JSON what came of them and how much memory the process has held by then. It
 * runs in a process of its own, so that the memory is that of the reading.
 */
import { readRates } from '../../../../scenarios/import/rates/read-rates.ts';
import { peakMebibytes } from '../peak-memory.ts';

export interface WideFileOutcome {
  samples: number;
  readMebibytes: number;
  peakMebibytes: number;
  writesBytesPerSecond: Record<string, number | undefined>;
}

const OTHER_COLUMNS = 20_000;
const cells = (...texts: string[]): Uint8Array => new TextEncoder().encode(`${texts.map((text) => `"${text}"`).join(',')}\n`);
const header = cells(
  '(PDH-CSV 4.0) (UTC)(0)',
  ...Array.from({ length: OTHER_COLUMNS }, (_, index) => `\\\\esx-01\\Group Cpu(${index}:idle)\\% Used`),
  '\\\\esx-01\\Virtual Disk(web)\\MBytes Written/sec',
);
const sample = cells('03/18/2026 16:05:00', ...Array<string>(OTHER_COLUMNS).fill('0.00'), '5.00');

function* pieces(samples: number): Generator<Uint8Array> {
  yield header;
  for (let count = 0; count < samples; count++) yield sample.slice();
}

const outcomes: WideFileOutcome[] = [];
for (const samples of [10, 600]) {
  const { byName } = await readRates([{ fileName: 'esxtop.csv', pieces: pieces(samples) }]);
  const writesBytesPerSecond = Object.fromEntries([...byName].map(([name, rates]) => [name, rates.writesBytesPerSecond]));
  outcomes.push({ samples, readMebibytes: (samples * sample.length) / 1024 ** 2, peakMebibytes: peakMebibytes(), writesBytesPerSecond });
}
console.log(JSON.stringify(outcomes));
