/** `overrun import KIND FILE`: a scenario from the export of another program. */
import { basename } from 'node:path';
import { ImportError, type ImportReport, importRvtools } from '../scenarios/import/index.ts';
import { UserError } from './errors.ts';
import { readInput, replaceFile } from './files.ts';
import { importReportText } from './import-report.ts';
import { writeStdout } from './stdout.ts';

export interface ImportArguments {
  file: string;
  out: string | undefined;
  format: 'text' | 'json';
  quiet: boolean;
}

/**
 * With `--out` the scenario goes there and the report to standard output; without, the scenario is the output and the report a remark. As JSON both
 * are one document.
 */
export async function importFile(options: ImportArguments): Promise<void> {
  const { yaml, report } = convert(options.file, await readInput(options.file));
  if (options.out !== undefined) replaceFile(options.out, yaml);
  if (options.format === 'json')
    return writeStdout(`${JSON.stringify(options.out === undefined ? { ...report, scenario: yaml } : report, null, 2)}\n`);
  const text = options.quiet ? '' : importReportText(report);
  if (options.out === undefined) {
    await writeStdout(yaml);
    process.stderr.write(text);
  } else {
    await writeStdout(options.quiet ? '' : `${text}\nwrote ${options.out}; now: overrun run ${options.out}\n`);
  }
}

function convert(file: string, bytes: Uint8Array): { yaml: string; report: ImportReport } {
  try {
    return importRvtools({ fileName: basename(file), bytes });
  } catch (error) {
    if (error instanceof ImportError) throw new UserError(`error: ${error.message}`);
    throw error;
  }
}
