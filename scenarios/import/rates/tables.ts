/** The measurement files that are tables: which columns each kind reads, and what a row of it means. */
import type { Direction, SeriesKey } from './series.ts';

/** Takes the figures of a table; made from the headers, once they are known. */
export interface TableReader {
  kind: string;
  /** Columns that the reader needs, from 0, ascending. */
  columns: readonly number[];
  /** `cells` are those of `columns`, in that order. */
  row(cells: readonly string[], take: TakeFigures): void;
}

/** What a row hands on. `cell` is the index of the cell among the wanted ones; errors name its column. */
export interface TakeFigures {
  time(text: string): void;
  /** A figure in a unit of so many bytes per second. */
  figure(key: SeriesKey, cell: number, text: string, bytesPerSecond: number): void;
  /** A figure of something else than bytes read or written. */
  passOver(what: string): void;
  fail(cell: number, problem: string): never;
}

const kibibyte = 1024;
const mebibyte = 1024 ** 2;

/** VMware counts kilobytes of 1,024 bytes. */
const unitBytesPerSecond: Readonly<Record<string, number>> = {
  kbps: kibibyte,
  'kb/s': kibibyte,
  kilobytespersecond: kibibyte,
  mbps: mebibyte,
  'mb/s': mebibyte,
  megabytespersecond: mebibyte,
  bps: 1,
  'b/s': 1,
  bytespersecond: 1,
};

function unitOf(text: string): number | undefined {
  const key = text.toLowerCase().replace(/\s/g, '');
  return Object.hasOwn(unitBytesPerSecond, key) ? unitBytesPerSecond[key] : undefined;
}

function directionOf(word: string): Direction {
  return word.toLowerCase().startsWith('w') ? 'writes' : 'reads';
}

/** `esxtop -b`: one column for each counter of each VM, `\\host\Virtual Disk(VM)\MBytes Written/sec`, and `(VM:scsi0:1)` for each disk. */
export function esxtopTable(headers: readonly string[]): TableReader | undefined {
  if (!headers[0]?.startsWith('(PDH-CSV')) return undefined;
  const series = headers.flatMap((header, column) => {
    const match = /^\\\\[^\\]+\\Virtual Disk\((.+)\)\\MBytes (Written|Read)\/sec$/i.exec(header);
    if (match === null) return [];
    const [, vm = '', instance = ''] = /^(.+?)(?: \([0-9a-f][0-9a-f -]{7,}\))?(?::((?:scsi|sata|nvme|ide)\d+:\d+))?$/i.exec(match[1] as string) ?? [];
    const key: SeriesKey = { vm, direction: directionOf(match[2] as string), family: 'virtual-disk', instance };
    return [{ column, key }];
  });
  // Disks are needed only of VMs without a column of their own.
  const whole = new Set(series.filter(({ key }) => key.instance === '').map(({ key }) => `${key.direction} ${key.vm}`));
  const wanted = series.filter(({ key }) => key.instance === '' || !whole.has(`${key.direction} ${key.vm}`));
  return {
    kind: 'esxtop batch',
    columns: [0, ...wanted.map(({ column }) => column)],
    row(cells, take) {
      take.time(cells[0] ?? '');
      for (const [index, { key }] of wanted.entries()) {
        const text = cells[index + 1] ?? '';
        // A VM that started or left while esxtop ran has no figure then.
        if (text !== '') take.figure(key, index + 1, text, mebibyte);
      }
    },
  };
}

/** `Get-Stat ... | Export-Csv`: one row for each sample. */
export function getStatTable(headers: readonly string[]): TableReader | undefined {
  const names = headers.map((header) => header.trim().toLowerCase());
  const needed = ['metricid', 'entity', 'value', 'unit'];
  if (!needed.every((name) => names.includes(name))) return undefined;
  const fields = [...needed, 'timestamp', 'instance'].filter((name) => names.includes(name));
  const columns = fields.map((name) => names.indexOf(name)).sort((left, right) => left - right);
  const cellOf = (name: string) => columns.indexOf(names.indexOf(name));
  const [metricCell, entityCell, valueCell, unitCell, timeCell, instanceCell] = [...needed, 'timestamp', 'instance'].map(cellOf) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return {
    kind: 'PowerCLI Get-Stat',
    columns,
    row(cells, take) {
      const metric = cells[metricCell] ?? '';
      const match = /^(virtualdisk|disk)\.(write|read)\.average$/i.exec(metric);
      if (match === null) return take.passOver(metric === '' ? 'rows without a metric' : metric);
      const vm = cells[entityCell] ?? '';
      if (vm === '') return take.fail(entityCell, 'is empty');
      const unit = unitOf(cells[unitCell] ?? '');
      if (unit === undefined) return take.fail(unitCell, `${JSON.stringify(cells[unitCell])} is not a unit of throughput such as KBps`);
      if (timeCell >= 0) take.time(cells[timeCell] ?? '');
      const family = match[1]?.toLowerCase() === 'disk' ? 'disk' : 'virtual-disk';
      take.figure(
        { vm, direction: directionOf(match[2] ?? ''), family, instance: cells[instanceCell] ?? '' },
        valueCell,
        cells[valueCell] ?? '',
        unit,
      );
    },
  };
}

/** A view of vRealize or Aria Operations: one row for each object and time, `Virtual Disk|Write Throughput (KBps)` among the headers. */
export function operationsTable(headers: readonly string[]): TableReader | undefined {
  const nameColumn = headers.findIndex((header) => /^(?:name|object name)$/i.test(header.trim()));
  const timeColumn = headers.findIndex((header) => /^(?:interval breakdown|timestamp|time)$/i.test(header.trim()));
  const figures = headers.flatMap((header, column) => {
    const match = /(?:^|\|)(virtual disk|disk)(?: i\/o)?(?::([^|]*))?\|(write|read) (?:throughput|rate)(?: \(([^)]*)\))?(?:\|(\w+))?$/i.exec(
      header.trim(),
    );
    return match === null ? [] : [{ column, header, match }];
  });
  if (nameColumn < 0 || figures.length === 0) return undefined;
  const means = figures.filter(({ match }) => /^(?:avg|average|mean|current|)$/i.test(match[5] ?? ''));
  const columns = [nameColumn, timeColumn, ...means.map(({ column }) => column)].filter((column) => column >= 0).sort((a, b) => a - b);
  const nameCell = columns.indexOf(nameColumn);
  const timeCell = columns.indexOf(timeColumn);
  const wanted = means.map(({ column, match }) => ({
    cell: columns.indexOf(column),
    unit: unitOf(match[4] ?? ''),
    key: {
      direction: directionOf(match[3] ?? ''),
      family: match[1]?.toLowerCase() === 'disk' ? ('disk' as const) : ('virtual-disk' as const),
      instance: /^aggregate\b/i.test(match[2] ?? '') ? '' : (match[2] ?? ''),
    },
  }));
  const others = figures.filter((figure) => !means.includes(figure));
  return {
    kind: 'vROps/Aria view',
    columns,
    row(cells, take) {
      const vm = cells[nameCell] ?? '';
      if (vm === '') return take.passOver('rows without a name');
      if (timeCell >= 0) take.time(cells[timeCell] ?? '');
      for (const { header } of others) take.passOver(header);
      for (const { cell, unit, key } of wanted) {
        const text = (cells[cell] ?? '').trim();
        if (text === '' || text === '-') continue;
        const [, figure = text, ownUnit] = /^([\d.,'’ \u00a0\u202f]+)([A-Za-z/]+)$/.exec(text) ?? [];
        const bytesPerSecond = ownUnit === undefined ? unit : unitOf(ownUnit);
        if (bytesPerSecond === undefined) return take.fail(cell, `${JSON.stringify(text)} has no known unit, neither in the cell nor in the header`);
        take.figure({ vm, ...key }, cell, figure, bytesPerSecond);
      }
    },
  };
}
