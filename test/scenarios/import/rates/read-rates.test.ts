import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type MeasuredRates, readRates } from '../../../../scenarios/import/rates/read-rates.ts';
import type { WideFileOutcome } from './wide-file.ts';

const kibibyte = 1024;
const mebibyte = 1024 ** 2;

/** Feeds the text in pieces so small that everything is cut somewhere. */
async function read(text: string | Uint8Array, fileName = 'rates.txt', pieceBytes = 7): Promise<MeasuredRates> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(bytes.subarray(at, at + pieceBytes));
  return readRates([{ fileName, pieces }]);
}

async function writesOf(text: string, fileName?: string): Promise<Record<string, number | undefined>> {
  const { byName } = await read(text, fileName);
  return Object.fromEntries([...byName].map(([name, rates]) => [name, rates.writesBytesPerSecond]));
}

describe('the answer of a Prometheus range query', () => {
  const series = (metric: Record<string, string>, values: unknown[]) => ({ metric, values });
  const answer = (...result: unknown[]) => JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } });
  const vmware = (vm: string, values: unknown[]) => series({ __name__: 'vmware_vm_disk_write_average', vm_name: vm }, values);

  test('gives the mean of a gauge in KBps and leaves NaN out of it', async () => {
    const text = answer(
      vmware('web', [
        [1000, '10'],
        [1060, 'NaN'],
        [1120, '30'],
      ]),
      series({ __name__: 'vmware_vm_disk_read_average', vm_name: 'web' }, [[1000, '5']]),
      series({ __name__: 'vmware_vm_cpu_usage_average', vm_name: 'web' }, [[1000, '5']]),
    );
    const { byName, files } = await read(text);
    expect([...byName]).toEqual([['web', { writesBytesPerSecond: 20 * kibibyte, readsBytesPerSecond: 5 * kibibyte }]]);
    expect(files).toEqual([
      {
        fileName: 'rates.txt',
        kind: 'Prometheus range query',
        vms: 1,
        samples: 3,
        from: '1970-01-01T00:16:40Z',
        until: '1970-01-01T00:18:40Z',
        passedOver: ['vmware_vm_cpu_usage_average'],
      },
    ]);
  });

  test('takes a counter that falls as begun again at zero, and finds the name of the guest by its id', async () => {
    const counter = series({ __name__: 'pve_disk_written_bytes_total', id: 'qemu/100' }, [
      [0, '5000'],
      [10, '6000'],
      [20, '500'],
      [30, '700'],
    ]);
    const info = series({ __name__: 'pve_guest_info', id: 'qemu/100', name: 'web' }, [[0, '1']]);
    // 1,000 before the reset, 500 and 200 after it, in 30 s.
    expect(await writesOf(answer(counter, info))).toEqual({ web: 1700 / 30 });
    expect(await writesOf(answer(counter))).toEqual({ 'qemu/100': 1700 / 30 });
  });

  test('takes several answers in one list', async () => {
    expect(await writesOf(`[${answer(vmware('a', [[0, '1']]))},${answer(vmware('b', [[0, '2']]))}]`)).toEqual({ a: 1024, b: 2048 });
  });

  test.each([
    ['a value that is no figure', answer(vmware('web', [[0, 'many']])), 'data.result[0].values[0][1]: "many" is not a figure'],
    ['a value that is no string', answer(vmware('web', [[0, 7]])), 'data.result[0].values[0][1]: 7 is not a figure'],
    ['an infinite value', answer(vmware('web', [[0, '+Inf']])), 'data.result[0].values[0][1]: "+Inf"'],
    ['a negative value', answer(vmware('web', [[0, '-1']])), 'data.result[0].values[0][1]: "-1"'],
    [
      'times that do not ascend',
      answer(
        vmware('web', [
          [5, '1'],
          [5, '1'],
        ]),
      ),
      'data.result[0].values[1][0]: 5 is not a time after the one before',
    ],
    ['a metric without a name, whose unit nobody knows', answer(series({ vm_name: 'web' }, [[0, '1']])), 'data.result[0].metric: has no __name__'],
    [
      'a metric that names no VM',
      answer(series({ __name__: 'vmware_vm_disk_write_average' }, [[0, '1']])),
      'data.result[0].metric: has none of the labels',
    ],
    [
      'an instant query',
      JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [] } }),
      'data.resultType: "vector" is not "matrix"',
    ],
    ['a failed query', JSON.stringify({ status: 'error', error: 'parse error' }), 'status: the query has failed: "parse error"'],
    ['an answer without any rate', answer(), 'holds no write or read rates'],
    ['a document cut short', answer(vmware('web', [[0, '1']])).slice(0, -9), 'is not sound JSON'],
    ['some other document', '{"jobs": 1}', 'is neither'],
  ])('is refused with %s', async (_, text, message) => {
    await expect(read(text)).rejects.toThrow(`rates.txt: ${message}`);
  });
});

describe('round-robin data of Proxmox VE', () => {
  test('is a list of means in bytes per second with gaps, of the VM that the file is named after', async () => {
    const text = '[{"time":100,"diskwrite":4096.5,"diskread":10,"cpu":0.1},{"time":160},{"time":220,"diskwrite":"1024","diskread":null}]';
    const { byName, files } = await read(text, 'web-01.json');
    expect([...byName]).toEqual([['web-01', { writesBytesPerSecond: 2560.25, readsBytesPerSecond: 10 }]]);
    expect(files).toMatchObject([{ kind: 'Proxmox rrddata', from: '1970-01-01T00:01:40Z', until: '1970-01-01T00:03:40Z' }]);
  });

  test('may hold several VMs by name', async () => {
    expect(await writesOf('{"a":[{"time":1,"diskwrite":1}],"b":[{"time":1,"diskwrite":2}]}')).toEqual({ a: 1, b: 2 });
  });

  test('is refused with a figure that is none', async () => {
    await expect(read('{"a":[{"time":1,"diskwrite":"fast"}]}')).rejects.toThrow('rates.txt: ["a"][0].diskwrite: "fast" is not a figure');
  });
});

describe('esxtop in batch mode', () => {
  const header = (...names: string[]) => ['(PDH-CSV 4.0) (UTC)(0)', ...names].map((name) => `"${name}"`).join(',');
  const counter = (vm: string, name = 'MBytes Written/sec') => `\\\\esx-01\\Virtual Disk(${vm})\\${name}`;
  const row = (...cells: string[]) => ['03/18/2026 16:05:00', ...cells].map((cell) => `"${cell}"`).join(',');

  test('gives the mean of the column of each VM, and adds up disks where a VM has no column', async () => {
    const text = [
      header(
        '\\\\esx-01\\Physical Cpu(0)\\% Util Time',
        counter('web:a'),
        counter('web:a:scsi0:0'),
        counter('db:scsi0:0'),
        counter('db:scsi0:1'),
        counter('old (5014d2a0-0000-4000-8000-000000000001)'),
        counter('web:a', 'MBytes Read/sec'),
        counter('web:a', 'Commands/sec'),
      ),
      row('99.0', '2.00', '50.00', '1.00', '3.00', '0.50', '8.00', '1000'),
      row('99.0', '4.00', '50.00', '1.00', '3.00', '', '8.00', '1000'),
    ].join('\r\n');
    const { byName, files } = await read(text);
    expect(Object.fromEntries(byName)).toEqual({
      'web:a': { writesBytesPerSecond: 3 * mebibyte, readsBytesPerSecond: 8 * mebibyte },
      db: { writesBytesPerSecond: 4 * mebibyte, readsBytesPerSecond: undefined },
      old: { writesBytesPerSecond: mebibyte / 2, readsBytesPerSecond: undefined },
    });
    expect(files).toMatchObject([{ kind: 'esxtop batch', vms: 3, from: '03/18/2026 16:05:00' }]);
  });

  test('is read in passing: what is not wanted of a wide file of many samples costs no memory', async () => {
    const reading = fileURLToPath(new URL('./wide-file.ts', import.meta.url));
    // Where the collector has threads of its own, the peak depends on when a busy machine lets them run.
    const { stdout } = await promisify(execFile)(process.execPath, ['--single-threaded-gc', '--import', 'tsx', reading]);
    const [short, long] = JSON.parse(stdout) as [WideFileOutcome, WideFileOutcome];
    expect([short.writesBytesPerSecond, long.writesBytesPerSecond]).toEqual([{ web: 5 * mebibyte }, { web: 5 * mebibyte }]);
    expect(long.readMebibytes).toBeGreaterThan(80);
    expect(long.peakMebibytes - short.peakMebibytes).toBeLessThan(long.readMebibytes / 2);
  });

  test('names row and column of a cell that is no figure', async () => {
    await expect(read(`${header(counter('web'))}\n${row('1.00')}\n${row('-')}\n`)).rejects.toThrow(
      'rates.txt: row 3, column "\\\\\\\\esx-01\\\\Virtual Disk(web)\\\\MBytes Written/sec": "-" is not a figure',
    );
  });
});

describe('Get-Stat of PowerCLI', () => {
  const head = '"MetricId","Timestamp","Value","Unit","Entity","Instance"';
  const row = (metric: string, value: string, vm = 'web', instance = '', unit = 'KBps') =>
    `"${metric}","18.03.2026 16:05:00","${value}","${unit}","${vm}","${instance}"`;

  test('prefers the aggregate over single disks and virtual disks over physical ones', async () => {
    const text = [
      '#TYPE VMware.VimAutomation.ViCore.Impl.V1.Stat.FloatSampleImpl',
      head,
      row('virtualDisk.write.average', '10', 'web', 'scsi0:0'),
      row('virtualDisk.write.average', '20', 'web', 'scsi0:1'),
      row('disk.write.average', '99', 'web', ''),
      row('disk.write.average', '7', 'db', ''),
      row('disk.write.average', '100', 'db', 'naa.6000'),
      row('disk.read.average', '1', 'db', ''),
      row('cpu.usage.average', '50', 'db', '', '%'),
    ].join('\r\n');
    const { byName, files } = await read(text);
    expect(Object.fromEntries(byName)).toEqual({
      web: { writesBytesPerSecond: 30 * kibibyte, readsBytesPerSecond: undefined },
      db: { writesBytesPerSecond: 7 * kibibyte, readsBytesPerSecond: kibibyte },
    });
    expect(files).toMatchObject([{ kind: 'PowerCLI Get-Stat', passedOver: ['cpu.usage.average'], from: '18.03.2026 16:05:00' }]);
  });

  test('finds its columns by name, with any list separator', async () => {
    const text = 'Entity;Unit;Value;MetricId\nweb;KBps;4;disk.write.average\n';
    expect(await writesOf(text)).toEqual({ web: 4 * kibibyte });
  });

  test('tells the span whatever the order of its rows, as far as times sort as text', async () => {
    const rows = ['2026-03-18 10:00', '2026-03-17 10:00', '2026-03-19 10:00', '2026-03-18 11:00'].map(
      (time) => `web,KBps,4,disk.write.average,${time}`,
    );
    const { files } = await read(['Entity,Unit,Value,MetricId,Timestamp', ...rows].join('\n'));
    expect(files).toMatchObject([{ from: '2026-03-17 10:00', until: '2026-03-19 10:00' }]);
  });

  test('reads UTF-16 with a byte-order mark', async () => {
    const text = `\ufeff${head}\r\n${row('disk.write.average', '4')}\r\n`;
    const { byName } = await read(new Uint8Array(Buffer.from(text, 'utf16le')), 'stat.csv', 3);
    expect(byName.get('web')?.writesBytesPerSecond).toBe(4 * kibibyte);
  });

  test.each([
    ['1,546.6 tells that commas separate thousands', ['1,546.6', '1,000'], (1546.6 + 1000) / 2],
    ['1,5 tells that commas are decimal', ['1,5', '1.000'], (1.5 + 1000) / 2],
    ['0,546 starts no group of thousands', ['0,546', '1,000'], (0.546 + 1) / 2],
    ['whole numbers are the same either way', ['15', '25'], 20],
    ['an exponent tells nothing about its sign', ['1E+3', '1000'], 1000],
  ])('decides the decimal sign for the whole file: %s', async (_, values, mean) => {
    const text = [head, ...values.map((value) => row('disk.write.average', value))].join('\n');
    expect((await writesOf(text)).web).toBeCloseTo(mean * kibibyte, 6);
  });

  test.each([
    ['figures that may be fractions or thousands', ['15', '1,546'], 'row 3, column "Value": "1,546" may be a fraction or thousands'],
    ['two decimal signs', ['1,5', '1.5'], 'row 3, column "Value": "1.5" has a decimal point, other figures of the file have a decimal comma'],
    ['a negative figure', ['-1'], 'row 2, column "Value": "-1" is not a figure of zero or more'],
    ['no figure', [''], 'row 2, column "Value": "" is not a figure of zero or more'],
  ])('is refused with %s', async (_, values, message) => {
    const text = [head, ...values.map((value) => row('disk.write.average', value))].join('\n');
    await expect(read(text)).rejects.toThrow(`rates.txt: ${message}`);
  });

  test('is refused with an unknown unit, an empty name or an open quote', async () => {
    await expect(read(`${head}\n${row('disk.write.average', '1', 'web', '', 'percent')}`)).rejects.toThrow(
      'row 2, column "Unit": "percent" is not a unit',
    );
    await expect(read(`${head}\n${row('disk.write.average', '1', '')}`)).rejects.toThrow('row 2, column "Entity": is empty');
    await expect(read(`${head}\n"disk.write`)).rejects.toThrow('rates.txt: record 2 ends inside quotes');
  });
});

describe('a view of vROps or Aria Operations', () => {
  test('reads means with their unit from the header or the cell and passes over what is missing', async () => {
    const text = [
      '"Name","Interval Breakdown","VM|CPU|Demand (MHz)|Avg","Virtual Disk|Write Throughput (KBps)|Avg","Virtual Disk|Write Throughput (KBps)|Max"',
      '"web","12:00 AM 21 July 2026","1,546.6","1,024.5","9,999.5"',
      '"web","12:05 AM 21 July 2026","-","-","-"',
      '"db","12:00 AM 21 July 2026","3.5","1.5 MBps","2.5"',
    ].join('\n');
    const { byName, files } = await read(text);
    expect(byName.get('web')?.writesBytesPerSecond).toBe(1024.5 * kibibyte);
    expect(byName.get('db')?.writesBytesPerSecond).toBe(1.5 * mebibyte);
    expect(files).toMatchObject([
      {
        kind: 'vROps/Aria view',
        passedOver: ['Virtual Disk|Write Throughput (KBps)|Max'],
        from: '12:00 AM 21 July 2026',
        until: '12:00 AM 21 July 2026',
      },
    ]);
  });

  test('is refused where no unit is known', async () => {
    await expect(read('Name,Virtual Disk|Write Throughput\nweb,5.5\n')).rejects.toThrow(
      'row 2, column "Virtual Disk|Write Throughput": "5.5" has no known unit',
    );
  });
});

describe('files of measurements', () => {
  test('are taken together: samples of one VM on two hosts or days weigh alike', async () => {
    const file = (fileName: string, values: number[]) => ({
      fileName,
      pieces: [new TextEncoder().encode(['Entity,Unit,Value,MetricId', ...values.map((value) => `web,KBps,${value},disk.write.average`)].join('\n'))],
    });
    const { byName, files } = await readRates([file('one.csv', [1, 1, 1]), file('two.csv', [5])]);
    expect(byName.get('web')?.writesBytesPerSecond).toBe(2 * kibibyte);
    expect(files.map((one) => [one.fileName, one.samples])).toEqual([
      ['one.csv', 3],
      ['two.csv', 1],
    ]);
  });

  test.each([
    ['', 'is empty'],
    ['  \n', 'is empty'],
    ['a,b\n1,2\n', 'row 1: is none of the known kinds of measurements'],
    ['Entity,Unit,Value,MetricId\n', 'holds no write or read rates of VMs (read as PowerCLI Get-Stat)'],
  ])('are refused where they hold nothing that is understood: %j', async (text, message) => {
    await expect(read(text)).rejects.toThrow(`rates.txt: ${message}`);
  });

  test('are refused where they are no text', async () => {
    await expect(read(Uint8Array.of(0x50, 0x4b, 3, 4, 0xff, 0xfe, 0xfd))).rejects.toThrow('is not text in UTF-8 or UTF-16');
  });

  test('cut at any byte and with any byte changed are read or refused with a reason, never worse', async () => {
    const samples = [
      'Entity,Unit,Value,MetricId,Instance\nweb,KBps,"1,234.5",disk.write.average,""\n__proto__,KBps,1,disk.write.average,\n',
      '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"vmware_vm_disk_write_average","vm_name":"__proto__"},"values":[[1,"2"]]}]}}',
      '{"__proto__":[{"time":1,"diskwrite":1}]}',
    ];
    for (const sample of samples) {
      for (let at = 0; at < sample.length; at++) {
        for (const text of [
          sample.slice(0, at),
          `${sample.slice(0, at)}"${sample.slice(at + 1)}`,
          `${sample.slice(0, at)}\u0000${sample.slice(at + 1)}`,
        ]) {
          const outcome = await read(text, 'rates.txt', 64).then(
            (rates) => [...rates.byName.values()].every((vm) => Object.values(vm).every((rate) => rate === undefined || rate >= 0)),
            (error: unknown) => error instanceof Error && error.name === 'ImportError' && error.message.startsWith('rates.txt: '),
          );
          expect([at, text, outcome]).toEqual([at, text, true]);
        }
      }
    }
  });
});
