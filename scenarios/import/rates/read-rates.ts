/** Measured write and read rates of VMs, from whatever file a monitoring system gives. */
import { ImportError } from '../errors.ts';
import { CsvRecords, cellsOf, delimiterOf } from './csv-records.ts';
import { DecimalSigns } from './decimals.ts';
import { type DocumentTarget, readDocument } from './documents.ts';
import { type Series, SeriesSet, type VmRates } from './series.ts';
import { esxtopTable, getStatTable, operationsTable, type TableReader, type TakeFigures } from './tables.ts';

/** JSON has to be in memory whole. */
const documentChars = 64 * 1024 * 1024;

const tables = [esxtopTable, getStatTable, operationsTable];

export interface RatesFile {
  fileName: string;
  /** Text in UTF-8, or in UTF-16 with a byte-order mark. */
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

export interface RatesFileReport {
  fileName: string;
  /** What kind of file it is. */
  kind: string;
  vms: number;
  samples: number;
  /** Earliest and latest time, as the file writes them or in UTC; where it does not write the year first, the first and last in it. Undefined without any. */
  from: string | undefined;
  until: string | undefined;
  /** Other metrics in the file, not read. */
  passedOver: string[];
}

export interface MeasuredRates {
  files: RatesFileReport[];
  /** By the name in the file. */
  byName: Map<string, VmRates>;
}

/** Reads all files and takes the mean over all samples of a VM. Throws `ImportError` for anything that cannot be read. */
export async function readRates(files: readonly RatesFile[]): Promise<MeasuredRates> {
  const all = new SeriesSet();
  const reports: RatesFileReport[] = [];
  for (const { fileName, pieces } of files) {
    const reader = new RatesReader(fileName);
    for await (const piece of pieces) reader.write(piece);
    const { series, report } = reader.end();
    // Samples of one VM in several files, of two hosts or two days, weigh alike.
    for (const { key, mean, samples } of series) all.of(key).add([mean, mean], samples);
    reports.push(report);
  }
  return { files: reports, byName: all.rates() };
}

interface SettledSeries {
  key: Series['key'];
  /** Bytes per second. */
  mean: number;
  samples: number;
}

class RatesReader {
  readonly #fileName: string;
  readonly #series = new SeriesSet();
  readonly #passedOver = new Set<string>();
  #from: string | undefined;
  #until: string | undefined;
  #decoder: InstanceType<typeof TextDecoder> | undefined;
  #head: Uint8Array = new Uint8Array(0);
  #json: string[] | undefined;
  #jsonChars = 0;
  #csv: CsvFile | undefined;

  constructor(fileName: string) {
    this.#fileName = fileName;
  }

  write(piece: Uint8Array): void {
    if (this.#decoder === undefined && this.#head.length + piece.length < 2) {
      this.#head = Uint8Array.of(...this.#head, ...piece);
      return;
    }
    const bytes = this.#head.length > 0 ? Uint8Array.of(...this.#head, ...piece) : piece;
    this.#head = new Uint8Array(0);
    this.#decoder ??= new TextDecoder(encodingOf(bytes), { fatal: true });
    this.#text(this.#decode(bytes));
  }

  end(): { series: SettledSeries[]; report: RatesFileReport } {
    if (this.#decoder !== undefined) this.#text(this.#decode());
    if (this.#json === undefined && this.#csv === undefined) throw new ImportError(this.#fileName, 'is empty');
    const { kind, reading } =
      this.#json === undefined ? (this.#csv as CsvFile).end() : { kind: this.#readJson(this.#json.join('')), reading: 0 as const };
    const series = this.#series.all().map((one) => ({ key: one.key, mean: one.mean(reading), samples: one.samples }));
    if (series.length === 0) throw new ImportError(this.#fileName, `holds no write or read rates of VMs (read as ${kind})`);
    return {
      series,
      report: {
        fileName: this.#fileName,
        kind,
        vms: new Set(series.map((one) => one.key.vm)).size,
        samples: series.reduce((count, one) => count + one.samples, 0),
        from: this.#from,
        until: this.#until,
        passedOver: [...this.#passedOver],
      },
    };
  }

  #decode(bytes?: Uint8Array): string {
    try {
      return (bytes === undefined ? this.#decoder?.decode() : this.#decoder?.decode(bytes, { stream: true })) ?? '';
    } catch {
      throw new ImportError(this.#fileName, 'is not text in UTF-8 or UTF-16');
    }
  }

  #text(text: string): void {
    if (this.#json === undefined && this.#csv === undefined) {
      const first = /\S/.exec(text)?.[0];
      if (first === undefined) return;
      if (first === '{' || first === '[') this.#json = [];
      else this.#csv = new CsvFile(this.#fileName, this.#series, (time) => this.#seen(time), this.#passedOver);
    }
    if (this.#json === undefined) return this.#csv?.write(text);
    this.#jsonChars += text.length;
    if (this.#jsonChars > documentChars) {
      throw new ImportError(this.#fileName, `is larger than ${documentChars / 1024 ** 2} MiB: ask for a longer step or fewer VMs at a time`);
    }
    this.#json.push(text);
  }

  #seen(time: string): void {
    if (time === '') return;
    // Year first, texts sort as times do; of other spellings the first and the last of the file have to do.
    const sorts = /^\d{4}[-/]\d{2}[-/]\d{2}/;
    const isSortable = sorts.test(time) && sorts.test(this.#from ?? time);
    if (this.#from === undefined || (isSortable && time < this.#from)) this.#from = time;
    if (this.#until === undefined || !isSortable || time > this.#until) this.#until = time;
  }

  #readJson(text: string): string {
    let document: unknown;
    try {
      document = JSON.parse(text);
    } catch (error) {
      throw new ImportError(this.#fileName, `is not sound JSON: ${error instanceof Error ? error.message : String(error)}`);
    }
    let fromMs = Number.POSITIVE_INFINITY;
    let untilMs = Number.NEGATIVE_INFINITY;
    const target: DocumentTarget = {
      series: this.#series,
      seen(timeMs) {
        fromMs = Math.min(fromMs, timeMs);
        untilMs = Math.max(untilMs, timeMs);
      },
      passOver: (what) => this.#passedOver.add(what),
      fail: (path, problem) => {
        throw new ImportError(this.#fileName, path === '' ? problem : `${path}: ${problem}`);
      },
    };
    const kind = readDocument(document, this.#fileName.replace(/\.[^.]*$/, ''), target);
    if (fromMs <= untilMs) {
      this.#seen(utcText(fromMs));
      this.#seen(utcText(untilMs));
    }
    return kind;
  }
}

/** `2026-03-18T16:05:00Z`, or the bare number where no calendar reaches. */
function utcText(timeMs: number): string {
  return Math.abs(timeMs) < 8.64e15 ? `${new Date(timeMs).toISOString().slice(0, 19)}Z` : String(timeMs);
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
}

interface CellPlace {
  row: number;
  column: string | undefined;
}

class CsvFile {
  readonly #fileName: string;
  readonly #series: SeriesSet;
  readonly #records: CsvRecords;
  readonly #signs: DecimalSigns<CellPlace>;
  readonly #take: TakeFigures;
  #reader: TableReader | undefined;
  #headers: string[] = [];
  #delimiter = ',';
  #row = 0;

  constructor(fileName: string, series: SeriesSet, seen: (time: string) => void, passedOver: Set<string>) {
    this.#fileName = fileName;
    this.#series = series;
    const fail = (problem: string, place: CellPlace): never => {
      throw new ImportError(fileName, problem, place);
    };
    this.#signs = new DecimalSigns(fail);
    this.#records = new CsvRecords(
      (record, number) => this.#record(record, number),
      (problem) => {
        throw new ImportError(fileName, problem);
      },
    );
    const placeOf = (cell: number): CellPlace => ({ row: this.#row, column: this.#headers[this.#reader?.columns[cell] ?? -1] });
    this.#take = {
      time: seen,
      figure: (key, cell, text, bytesPerSecond) => {
        const [withPoint, withComma] = this.#signs.read(text, placeOf(cell));
        this.#series.of(key).add([withPoint * bytesPerSecond, withComma * bytesPerSecond]);
      },
      passOver: (what) => passedOver.add(what),
      fail: (cell, problem) => fail(problem, placeOf(cell)),
    };
  }

  write(text: string): void {
    this.#records.write(text);
  }

  end(): { kind: string; reading: 0 | 1 } {
    this.#records.end();
    if (this.#reader === undefined) throw new ImportError(this.#fileName, 'has no headers');
    return { kind: this.#reader.kind, reading: this.#signs.settle() };
  }

  #record(record: string, number: number): void {
    this.#row = number;
    if (this.#reader !== undefined) return this.#reader.row(cellsOf(record, this.#delimiter, this.#reader.columns), this.#take);
    // Export-Csv of old writes the type of its objects above the headers.
    if (record.startsWith('#TYPE')) return;
    this.#delimiter = delimiterOf(record);
    this.#headers = cellsOf(record, this.#delimiter);
    for (const table of tables) this.#reader ??= table(this.#headers);
    if (this.#reader === undefined) {
      throw new ImportError(this.#fileName, 'is none of the known kinds of measurements: esxtop batch, PowerCLI Get-Stat, vROps/Aria view', {
        row: number,
      });
    }
  }
}
