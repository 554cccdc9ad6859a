/** The report of an import for a person: what was read, what was left out, and everything the file did not say. */
import { hanging } from '../reports/layout.ts';
import { formatBytes, formatCount, printable } from '../reports/units.ts';
import type { ImportReport } from '../scenarios/import/index.ts';

const MAX_LISTED = 30;

export function importReportText(report: ImportReport): string {
  const { totals } = report;
  const lines = [
    ...hanging(
      '',
      `${printable(report.fileName)}: ${formatCount(totals.vms, 'VM')} (${totals.vmsNotRunning} not running), ${formatCount(totals.disks, 'disk')}, ${formatBytes(totals.usedBytes)} used of ${formatBytes(totals.sizeBytes)}, ${formatCount(totals.datastores, 'datastore')}, ${formatCount(totals.hosts, 'host')}, ${formatCount(totals.snapshots, 'snapshot')}.`,
    ),
    ...listed('read', report.sheets, (sheet) => `${sheet.sheet}: ${formatCount(sheet.rowsRead, 'row')}`),
    ...listed('not in the file', report.missingSheets, (sheet) => `sheet ${sheet}`),
    ...listed('not in the file', report.missingColumns, ({ sheet, column }) => `${sheet}, column ${column}`),
    ...listed('read under another name', report.aliases, ({ sheet, column, readAs }) => `${sheet}: ${column} as ${readAs}`),
    ...listed('unknown, not read', report.unknownColumns, ({ sheet, column }) => `${sheet}, column ${column}`),
    ...listed('set aside', report.setAside, ({ sheet, row, name, reason }) => `${name} (${sheet}, row ${row}): ${reason}`),
    ...listed('assumed', report.assumptions, ({ path, value, source }) => `${path} = ${value}: ${source}`, Number.POSITIVE_INFINITY),
  ];
  return `${lines.join('\n')}\n`;
}

/** Assumptions are all listed: they are what the user has to look at. Of the rest some, and how many more there are. */
function listed<T>(title: string, items: readonly T[], words: (item: T) => string, limit = MAX_LISTED): string[] {
  if (items.length === 0) return [];
  const lines = items.slice(0, limit).flatMap((item) => hanging('  - ', printable(words(item))));
  if (items.length > limit) lines.push(`  - and ${items.length - limit} more`);
  return ['', `${title}:`, ...lines];
}
