/** What every kind of measurement file comes down to: sums over samples, by VM, direction and part of the VM. */
import { groupBy } from '../groups.ts';

export type Direction = 'writes' | 'reads';

export interface SeriesKey {
  /** As the file calls it. */
  vm: string;
  direction: Direction;
  /** The counter it comes from: a disk of the VM, or of the host on the VM's behalf. */
  family: 'disk' | 'virtual-disk';
  /** One disk of the VM, or '' for the VM as a whole. */
  instance: string;
}

/** Of several counters that measure the same thing the last counts: virtual disks belong to one VM alone. */
const familyOrder: readonly SeriesKey['family'][] = ['disk', 'virtual-disk'];

/** A figure under both readings of its decimal sign: with a point, with a comma. */
export type Reading = readonly [withPoint: number, withComma: number];

/** Bytes per second; undefined where the files have none. */
export interface VmRates {
  writesBytesPerSecond: number | undefined;
  readsBytesPerSecond: number | undefined;
}

/** One series, added up without keeping its samples: a day of a large estate has millions. */
export class Series {
  readonly key: SeriesKey;
  #withPoint = 0;
  #withComma = 0;
  samples = 0;

  constructor(key: SeriesKey) {
    this.key = key;
  }

  /** One sample, or several of this mean. Bytes per second. */
  add([withPoint, withComma]: Reading, samples = 1): void {
    this.#withPoint += withPoint * samples;
    this.#withComma += withComma * samples;
    this.samples += samples;
  }

  /** Bytes per second, under the first or the second reading. */
  mean(reading: 0 | 1): number {
    return (reading === 0 ? this.#withPoint : this.#withComma) / this.samples;
  }
}

export class SeriesSet {
  readonly #series = new Map<string, Series>();

  of(key: SeriesKey): Series {
    const text = JSON.stringify([key.vm, key.direction, key.family, key.instance]);
    let series = this.#series.get(text);
    if (series === undefined) {
      series = new Series(key);
      this.#series.set(text, series);
    }
    return series;
  }

  /** Those that have samples. */
  all(): Series[] {
    return [...this.#series.values()].filter((series) => series.samples > 0);
  }

  /** The mean of each VM: its own series where there is one, else the sum over its disks. */
  rates(): Map<string, VmRates> {
    const byVm = groupBy(this.all(), (series) => series.key.vm);
    return new Map([...byVm].map(([vm, all]) => [vm, { writesBytesPerSecond: meanOf(all, 'writes'), readsBytesPerSecond: meanOf(all, 'reads') }]));
  }
}

function meanOf(all: readonly Series[], direction: Direction): number | undefined {
  const directed = all.filter((series) => series.key.direction === direction);
  const family = familyOrder.findLast((candidate) => directed.some((series) => series.key.family === candidate));
  const ofFamily = directed.filter((series) => series.key.family === family);
  const whole = ofFamily.filter((series) => series.key.instance === '');
  const parts = whole.length > 0 ? whole : ofFamily;
  return parts.length === 0 ? undefined : parts.reduce((total, series) => total + series.mean(0), 0);
}
