/** The report of an import for a person: what to look at first, whether the totals agree, what was left out, what was assumed. */
import { hanging, table } from '../reports/layout.ts';
import { formatBytes, formatCount, listNames, printable } from '../reports/units.ts';
import type { ImportAssumption, ImportReport, RatesReport, TotalComparison } from '../scenarios/import/index.ts';

const MAX_LISTED = 30;

export function importReportText(report: ImportReport): string {
  const { totals } = report;
  const keyOf = ({ path, source }: ImportAssumption) => `${path}\n${source}`;
  const shown = new Set(report.lookFirst.map(keyOf));
  const others = report.assumptions.filter((assumption) => !shown.has(keyOf(assumption)));
  const lines = [
    ...hanging(
      '',
      `${printable(report.fileName)}: ${formatCount(totals.vms, 'VM')} (${totals.vmsNotRunning} not running), ${formatCount(totals.disks, 'disk')}, ${formatBytes(totals.usedBytes)} used of ${formatBytes(totals.sizeBytes)}, ${formatCount(totals.datastores, 'datastore')}, ${formatCount(totals.hosts, 'host')}, ${formatCount(totals.snapshots, 'snapshot')}.`,
    ),
    ...listed('look at these first: assumed, and the verdict hangs on them', assumptionWords(report.lookFirst)),
    ...totalLines(report.comparisons),
    ...ratesLines(report.rates),
    ...listed('set aside', setAsideWords(report)),
    ...listed(
      'read',
      report.sheets.map((sheet) => `${sheet.sheet}: ${formatCount(sheet.rowsRead, 'row')}${beyond(sheet)}`),
    ),
    ...listed(
      'remarks',
      report.remarks.map(({ fileName, remark }) => `${fileName}: ${remark}`),
    ),
    ...listed('not in the file', [...report.missingSheets.map((sheet) => `sheet ${sheet}`), ...bySheet(report.missingColumns)]),
    ...listed(
      'read under another name',
      report.aliases.map(({ sheet, column, readAs }) => `${sheet}: ${column} as ${readAs}`),
    ),
    ...listed('unknown columns, not read', bySheet(report.unknownColumns)),
    ...listed(
      'cleaned of control characters',
      report.cleanedCells.map(({ sheet, row, column }) => `${sheet}, row ${row}, column ${column}`),
    ),
    ...listed('also assumed', assumptionWords(others)),
  ];
  return `${lines.join('\n')}\n`;
}

/** Some, and how many more there are; all of them are in the JSON. */
function listed(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  const lines = items.slice(0, MAX_LISTED).flatMap((item) => hanging('  - ', printable(item)));
  if (items.length > MAX_LISTED) lines.push(`  - and ${items.length - MAX_LISTED} more (--format json has all)`);
  return ['', `${title}:`, ...lines];
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

const KEYS = 'writes|changed|rate|reads|used|size|snapshots|taken|datastore|provisioning|capacity|otherUsed|class|network|slots';

/** `vms.web.used` and `vms.db.used` are one line where the reason is the same but for its figures. */
function assumptionWords(assumptions: readonly ImportAssumption[]): string[] {
  const parsed = assumptions.map((assumption) => {
    const match = new RegExp(`^(vms|datastores)\\.(.*?)((?:\\.(?:${KEYS}))*)$`, 's').exec(assumption.path);
    const [, section = '', name = '', keys = ''] = match ?? [];
    return { ...assumption, name, pattern: match === null || name === '*' ? `${assumption.path} = ${assumption.value}` : `${section}.*${keys}` };
  });
  return grouped(parsed, ({ pattern, source }) => `${pattern}\n${source.replace(/\d+(?:\.\d+)?/g, '#')}`).map((group) => {
    const [first] = group as [(typeof parsed)[number]];
    if (group.length === 1) return `${first.path} = ${first.value}: ${first.source}`;
    return `${first.pattern} of ${group.length} (${listNames(group.map(({ name }) => name))}), such as ${first.value}: ${first.source}`;
  });
}

function setAsideWords(report: ImportReport): string[] {
  return grouped(report.setAside, ({ sheet, reason }) => `${sheet}\n${reason.replace(/\d+/g, '#')}`).map((group) => {
    const [{ sheet, row, name, reason }] = group as [(typeof group)[number]];
    if (group.length === 1) return `${name} (${sheet}, row ${row}): ${reason}`;
    return `${group.length} of ${sheet} (${listNames(group.map((item) => item.name))}): ${reason}`;
  });
}

function bySheet(columns: readonly { sheet: string; column: string }[]): string[] {
  return grouped(columns, ({ sheet }) => sheet).map((group) => `${group[0]?.sheet}: ${group.map(({ column }) => column).join(', ')}`);
}

function beyond({ rowsWithoutKey, cellsBeyondLimit }: ImportReport['sheets'][number]): string {
  const rows = rowsWithoutKey > 0 ? `, ${formatCount(rowsWithoutKey, 'empty row')}` : '';
  return cellsBeyondLimit > 0 ? `${rows}, ${formatCount(cellsBeyondLimit, 'cell')} too far to the right to be read` : rows;
}

function totalLines(comparisons: readonly TotalComparison[]): string[] {
  if (comparisons.length === 0) return [];
  const words = (value: number | undefined, { unit }: TotalComparison) =>
    value === undefined ? '' : unit === 'bytes' ? formatBytes(value) : formatCount(value, '', '').trim();
  const rows = comparisons.map((comparison) => [
    comparison.what,
    comparison.column.replace(' MiB', ''),
    words(comparison.inFile, comparison),
    words(comparison.setAside, comparison),
    words(comparison.inScenario, comparison),
    comparison.addsUp === undefined ? '' : comparison.addsUp ? 'adds up' : 'DIFFERS',
  ]);
  return ['', "the file's own totals:", ...table(['', 'column', 'in the file', 'set aside', 'scenario', ''], rows, [0, 1, 5])];
}

function ratesLines(rates: RatesReport | undefined): string[] {
  if (rates === undefined) return [];
  const { files, measuredVms, unmeasuredVms, respelt, unused } = rates;
  return [
    ...listed('measured rates', [
      ...files.map(({ fileName, kind, vms, samples, from, until, passedOver }) => {
        const span = from === undefined ? '' : `, from ${from} to ${until}`;
        const others = passedOver.length === 0 ? '' : `; not read: ${listNames(passedOver)}`;
        return `${fileName} (${kind}): ${formatCount(samples, 'sample')} of ${formatCount(vms, 'VM')}${span}${others}`;
      }),
      `${formatCount(measuredVms, 'VM')} of the scenario with measured writes`,
      ...(unmeasuredVms.length === 0 ? [] : [`running without a measurement, so by default: ${listNames(unmeasuredVms)}`]),
      ...respelt.map(({ vm, measuredAs }) => `${vm} takes what was measured as ${measuredAs}`),
    ]),
    ...listed(
      'measurements not used',
      grouped(unused, ({ reason }) => reason).map((group) => `${listNames(group.map(({ name }) => name))}: ${group[0]?.reason}`),
    ),
  ];
}
