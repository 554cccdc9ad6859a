/** The command line: which commands and flags there are, and what becomes of whatever a command throws. */
import yargs, { type Argv } from 'yargs';
import { COMMANDS, IMPORT_KINDS, UNBUILT_COMMANDS, UNBUILT_IMPORT_KINDS, unbuiltText } from './commands.ts';
import { Bug, ClosedPipe, UserError } from './errors.ts';
import { STDIN } from './files.ts';
import { meant } from './meant.ts';
import { guardStreams, writeStdout } from './stdout.ts';
import { programVersion, versionText } from './versions.ts';

type Action = () => Promise<void>;

const COMMON_FLAGS = ['quiet', 'debug', 'no-color', 'help', 'version'];
const FLAGS: Record<string, string[]> = {
  run: ['format', 'out', 'seed', 'set', 'policy', 'all', 'at', 'plan', 'limit'],
  lint: ['format', 'set'],
  explain: ['format', 'out', 'seed', 'set', 'policy'],
  import: ['rates', 'job', 'repository', 'proxy', 'start', 'duration', 'timezone', 'anonymise', 'key', 'format', 'out'],
  init: ['format', 'out'],
  schema: ['format', 'out'],
};

/** Runs one command. Never throws: the outcome is `process.exitCode`, and what went wrong is on standard error. */
export async function main(argv: string[]): Promise<void> {
  guardStreams();
  const debug = argv.includes('--debug');
  try {
    const { action, help } = await parse(nameStdin(argv));
    try {
      await action?.();
    } catch (error) {
      if (error instanceof UserError && error.showHelp) throw new UserError(`${error.message}\n\n${help}`);
      throw error;
    }
    process.exitCode = 0;
  } catch (error) {
    process.exitCode = complain(error, debug);
  }
}

/** The parser loses a lone hyphen among the arguments, so it gets another word for it. */
function nameStdin(argv: string[]): string[] {
  return argv.map((word, index) => (word === '-' && !(argv[index - 1] ?? '').startsWith('--') ? STDIN : word));
}

async function parse(argv: string[]): Promise<{ action: Action | null; help: string }> {
  let action: Action | null = null;
  let usageProblem: string | null = null;
  let printed = '';
  const choose = (chosen: Action) => {
    action = chosen;
  };
  const parser = yargs(argv)
    .scriptName('overrun')
    .locale('en')
    .exitProcess(false)
    .showHelpOnFail(false)
    .parserConfiguration({ 'boolean-negation': false, 'dot-notation': false, 'parse-numbers': false, 'parse-positional-numbers': false })
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .usage('$0 COMMAND\n\nSimulates a schedule of VM backups and shows where it runs out of space or time.')
    .options({
      quiet: { type: 'boolean', default: false, describe: 'Only the result itself; no progress, no remarks', global: true },
      debug: { type: 'boolean', default: false, describe: 'Stack traces of internal errors', global: true },
      'no-color': { type: 'boolean', default: false, describe: 'No colours (as with NO_COLOR)', global: true },
    })
    .version(versionText())
    .help()
    .strict()
    .demandCommand(1, 'Name a command.')
    .fail((message, error) => {
      usageProblem ??= message ?? null;
      throw error ?? new UserError(message);
    });
  addCommands(parser, choose);
  try {
    await parser.parseAsync(argv, {}, (_error, _args, output) => {
      printed = output;
    });
  } catch (error) {
    if (usageProblem === null) throw error;
    throw new UserError(usageText(argv, usageProblem, await parser.getHelp()));
  }
  if (printed !== '') await writeStdout(`${printed}\n`);
  return { action: printed === '' ? action : null, help: await parser.getHelp() };
}

const FORMAT = { choices: ['text', 'json'] as const, default: 'text' as const, describe: 'For people or for programs', requiresArg: true };

const POLICY = {
  type: 'string' as const,
  requiresArg: true,
  describe: 'File that says what counts as trouble, instead of the policy in the scenario',
};

const REPEATABLE = { type: 'string' as const, array: true as const, nargs: 1, default: [] as string[], defaultDescription: 'none' };

function addCommands(parser: Argv<{ quiet: boolean; debug: boolean; 'no-color': boolean }>, choose: (action: Action) => void): void {
  parser
    .command(
      'run [scenario]',
      'Simulate a scenario; print verdict, findings and timeline',
      (command) =>
        command
          .positional('scenario', { type: 'string', describe: 'Scenario file, or - for standard input' })
          .option('format', FORMAT)
          .option('out', {
            type: 'string',
            requiresArg: true,
            describe: 'Folder for result.json, events.ndjson, tasks.csv, series.csv, recovery.csv, timeline.svg',
          })
          .option('seed', { type: 'string', requiresArg: true, describe: 'Another seed than the one in the scenario' })
          .option('set', { ...REPEATABLE, describe: 'path=value, laid over the scenario (repeatable)' })
          .option('policy', POLICY)
          .option('all', {
            type: 'boolean',
            default: false,
            describe: 'The whole report: every finding with its remedy, all runs, who holds the space',
          })
          .option('at', {
            ...REPEATABLE,
            describe: 'What could be restored then, and what a loss would leave: a local time, or a duration since the start (repeatable)',
          })
          .option('plan', { type: 'boolean', default: false, describe: 'Only list when the schedules fire; nothing is simulated' })
          .option('limit', { type: 'string', requiresArg: true, describe: 'With --plan: firings of each schedule (10 without it)' })
          .example('$0 run my.yaml', 'the report for people')
          .example('$0 run my.yaml --out results', 'with all files')
          .example('$0 run my.yaml --set jobs.nightly.concurrency=4', 'a variant')
          .example('$0 run my.yaml --at 2026-03-04T07:00', 'with what could be restored then'),
      (args) =>
        choose(async () => {
          const { scenario, at: instants } = args;
          if (scenario === undefined) throw new UserError('overrun: error: name the scenario to run (- for standard input)', { showHelp: true });
          const { format, quiet, set: sets, noColor } = { ...args, noColor: args['no-color'] };
          const [out, seed, policy, limit] = [once('out', args.out), once('seed', args.seed), once('policy', args.policy), once('limit', args.limit)];
          if (limit !== undefined && !args.plan) throw new UserError('--limit: error: it belongs to --plan');
          if (!args.plan)
            return (await import('./run.ts')).run({ scenario, format, out, seed, sets, policy, all: args.all, instants, quiet, noColor });
          if (policy !== undefined) throw new UserError('--policy: error: --plan simulates nothing, so there is nothing to judge');
          if (instants.length > 0) throw new UserError('--at: error: --plan simulates nothing, so there is nothing to restore');
          if (out !== undefined) throw new UserError('--out: error: --plan simulates nothing, so there are no result files');
          await (await import('./plan.ts')).listFirings({ scenario, format, seed, sets, limit });
        }),
    )
    .command(
      'lint [scenario]',
      'Say what can be seen without a run, by file, line and column',
      (command) =>
        command
          .positional('scenario', { type: 'string', describe: 'Scenario file, or - for standard input' })
          .option('format', FORMAT)
          .option('set', { ...REPEATABLE, describe: 'path=value, laid over the scenario (repeatable)' })
          .example('$0 lint my.yaml', 'warnings in the order of the file'),
      (args) =>
        choose(async () => {
          const { scenario, format, set: sets } = args;
          if (scenario === undefined) throw new UserError('overrun: error: name the scenario to look at (- for standard input)', { showHelp: true });
          await (await import('./lint.ts')).lint({ scenario, format, sets });
        }),
    )
    .command(
      'explain [scenario] [name]',
      'Why something happens: the causes back to the lines of the file',
      (command) =>
        command
          .positional('scenario', { type: 'string', describe: 'Scenario file, or - for standard input' })
          .positional('name', {
            type: 'string',
            describe: 'A finding (F1), a VM, a datastore, a job, a run (nightly#12); the worst finding without it',
          })
          .option('format', {
            ...FORMAT,
            choices: ['text', 'json', 'dot', 'svg'] as const,
            describe: 'For people, for programs, for Graphviz, a picture',
          })
          .option('out', { type: 'string', requiresArg: true, describe: 'The file to write (standard output without it)' })
          .option('seed', { type: 'string', requiresArg: true, describe: 'Another seed than the one in the scenario' })
          .option('set', { ...REPEATABLE, describe: 'path=value, laid over the scenario (repeatable)' })
          .option('policy', POLICY)
          .example('$0 explain my.yaml', 'the worst finding')
          .example('$0 explain my.yaml nightly#12', 'why this run took so long')
          .example('$0 explain my.yaml F1 --format svg --out f1.svg', 'the chain of causes as a picture'),
      (args) =>
        choose(async () => {
          const { scenario, name: target, format, quiet, set: sets } = args;
          if (scenario === undefined) throw new UserError('overrun: error: name the scenario to explain (- for standard input)', { showHelp: true });
          const { explain } = await import('./explain.ts');
          const [out, seed, policy] = [once('out', args.out), once('seed', args.seed), once('policy', args.policy)];
          await explain({ scenario, target, format, out, seed, sets, policy, quiet, noColor: args['no-color'] });
        }),
    )
    .command(
      'import <kind> <files..>',
      'Make a scenario from the export of another program',
      (command) =>
        command
          .positional('kind', { type: 'string', demandOption: true, describe: IMPORT_KINDS.join(', ') })
          .positional('files', { type: 'string', array: true, demandOption: true, describe: 'The exported files, or folders of them' })
          .option('rates', { ...REPEATABLE, describe: 'Measured write rates of VMs: a file or a folder (repeatable)' })
          .option('job', { ...REPEATABLE, describe: '[NAME=]CRON, a job for all VMs (repeatable)' })
          .option('repository', { ...REPEATABLE, describe: '[NAME=]CAPACITY@RATE[,READ-RATE], where jobs write to (repeatable)' })
          .option('proxy', { ...REPEATABLE, describe: '[NAME=]SLOTS[@RATE], through which data flows (repeatable)' })
          .option('start', { type: 'string', requiresArg: true, describe: 'Local time at which to start' })
          .option('duration', { type: 'string', requiresArg: true, describe: 'How long to simulate' })
          .option('timezone', { type: 'string', requiresArg: true, describe: 'Time zone of the export and the schedules' })
          .option('anonymise', { type: 'boolean', default: false, describe: 'Invented names for everything that has one' })
          .option('key', { type: 'string', requiresArg: true, describe: 'Where to keep the original names (OUT.names.json without it)' })
          .option('format', FORMAT)
          .option('out', { type: 'string', requiresArg: true, describe: 'The scenario file to write (standard output without it)' })
          .example('$0 import rvtools export.xlsx --out my.yaml', 'from an RVTools workbook')
          .example('$0 import rvtools export.xlsx --rates stats.csv --job "0 22 * * *" --repository 40TiB@500MiB/s --out my.yaml', ''),
      (args) =>
        choose(async () => {
          checkKind(args.kind);
          const { importFile } = await import('./import.ts');
          const options = {
            jobs: args.job,
            repositories: args.repository,
            proxies: args.proxy,
            start: once('start', args.start),
            duration: once('duration', args.duration),
            timezone: once('timezone', args.timezone),
          };
          const { files, rates, anonymise, format, quiet } = args;
          await importFile({ files, options, rates, anonymise, key: once('key', args.key), out: once('out', args.out), format, quiet });
        }),
    )
    .command(
      'init',
      'Write a small scenario to start from',
      (command) =>
        command
          .option('format', { ...FORMAT, hidden: true })
          .option('out', { type: 'string', requiresArg: true, describe: 'The file to write (standard output without it)' })
          .example('$0 init --out my.yaml', ''),
      (args) => choose(async () => (await import('./init.ts')).init({ out: once('out', args.out), quiet: args.quiet })),
    )
    .command(
      'schema',
      'Print the JSON Schema of scenario files',
      (command) =>
        command
          .option('format', { ...FORMAT, hidden: true })
          .option('out', { type: 'string', requiresArg: true, describe: 'The file to write (standard output without it)' })
          .example('$0 schema --out overrun.schema.json', 'for completion in an editor'),
      (args) => choose(async () => (await import('./schema.ts')).schema({ out: once('out', args.out) })),
    );
  for (const name of UNBUILT_COMMANDS) {
    parser.command(
      name,
      false,
      (command) => command.strict(false),
      () => choose(() => Promise.reject(new UserError(unbuiltText(name)))),
    );
  }
}

/** A flag given twice arrives as a list; taking one of the two would be a guess. */
function once(flag: string, value: string | string[] | undefined): string | undefined {
  if (Array.isArray(value)) throw new UserError(`--${flag}: error: given more than once`);
  if (value === '') throw new UserError(`--${flag}: error: a value is needed`);
  return value;
}

function checkKind(kind: string): void {
  if (IMPORT_KINDS.includes(kind)) return;
  if (UNBUILT_IMPORT_KINDS.includes(kind)) throw new UserError(unbuiltText(`import ${kind}`));
  throw new UserError(`overrun: error: unknown kind of import \`${kind}\`${meant(kind, IMPORT_KINDS)}`);
}

/** The parser's own words, with the probable meaning of a misspelt command or flag. */
function usageText(argv: readonly string[], problem: string, help: string): string {
  const command = argv.find((word) => COMMANDS.includes(word)) ?? argv.slice(0, 1).find((word) => !word.startsWith('-'));
  if (command === undefined) return `overrun: error: name a command\n\n${help}`;
  if (!COMMANDS.includes(command)) return `overrun: error: unknown command \`${command}\`${meant(command, COMMANDS)}`;
  const unknown = /^Unknown arguments?: (.*)$/.exec(problem)?.[1]?.split(', ') ?? [];
  if (problem.startsWith('Not enough non-option')) return `overrun ${command}: error: an argument is missing\n\n${help}`;
  const lacking = /^Not enough arguments following: (.*)$/m.exec(problem)?.[1];
  if (lacking !== undefined) return `--${lacking}: error: a value is needed`;
  const [, flag, given, choices] = /Argument: (\S+), Given: (.*), Choices: (.*)/.exec(problem) ?? [];
  if (flag !== undefined) return `--${flag}: error: ${given} is not one of ${choices}`;
  if (unknown.length === 0) return `overrun ${command}: error: ${problem.replace(/\s*\n\s*/g, ' ').trim()}`;
  const flags = [...(FLAGS[command] ?? []), ...COMMON_FLAGS];
  return unknown
    .map((name) => {
      const isFlag = argv.some((word) => word.startsWith('-') && word.replace(/^-+|=.*$/g, '') === name);
      if (!isFlag) return `overrun ${command}: error: unexpected argument \`${name}\``;
      return `overrun ${command}: error: unknown flag \`--${name}\`${meant(name, flags, { prefix: '--' })}`;
    })
    .join('\n');
}

/** Tells what went wrong and returns the exit code for it. */
function complain(error: unknown, debug: boolean): number {
  if (error instanceof ClosedPipe) return 0;
  if (error instanceof UserError) {
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  const message = error instanceof Error ? error.message : String(error);
  const seed = error instanceof Bug && error.seed !== null ? `, seed ${error.seed}` : '';
  const lines = [
    `overrun: internal error: ${message}`,
    `This is a bug in overrun ${programVersion()} (Node ${process.versions.node}${seed}), not in your scenario.`,
    'Please report it with these lines, the command and, if you may, the scenario; --debug adds a stack trace.',
  ];
  if (debug && error instanceof Error && error.stack !== undefined) lines.push(error.stack);
  process.stderr.write(`${lines.join('\n')}\n`);
  return 1;
}
