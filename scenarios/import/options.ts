/** What the user can add to an inventory: when it is backed up, where to, and which days to simulate. */

import { parseLocalTime } from '../format/local-time.ts';
import { parseCron } from '../format/schedule/cron.ts';
import { parseDuration, parseRate, parseSize, UnitError } from '../format/units.ts';
import { openZone } from '../format/zone.ts';

/** The flags as they were typed. */
export interface ImportOptions {
  /** `[NAME=]CRON` each. */
  jobs?: readonly string[];
  /** `[NAME=]CAPACITY@RATE[,READ-RATE]` each. */
  repositories?: readonly string[];
  /** `[NAME=]SLOTS[@RATE]` each. */
  proxies?: readonly string[];
  duration?: string | undefined;
  start?: string | undefined;
  timezone?: string | undefined;
}

export interface JobChoice {
  name: string;
  /** As the format writes it. */
  schedule: string;
}

export interface RepositoryChoice {
  name: string;
  /** As typed; all were understood. */
  capacity: string;
  write: string;
  read: string;
}

export interface ProxyChoice {
  name: string;
  slots: number;
  /** Undefined: no limit. */
  network: string | undefined;
}

export interface ImportChoices {
  jobs: JobChoice[];
  repositories: RepositoryChoice[];
  proxies: ProxyChoice[];
  duration: string | undefined;
  /** Local time in milliseconds since 1970-01-01T00:00. */
  startMs: number | undefined;
  timezone: string | undefined;
}

/** A flag that makes no sense; the message does not repeat the flag's name. */
export class OptionError extends Error {
  /** Without hyphens. */
  readonly flag: string;

  constructor(flag: string, message: string) {
    super(message);
    this.name = 'OptionError';
    this.flag = flag;
  }
}

const expectedRepository = 'a capacity and a rate such as `40TiB@500MiB/s`, or `vault=40TiB@500MiB/s,800MiB/s` with a name and a rate of reading';
const expectedProxy = 'disks at once, and the network if it limits, such as `8` or `backup-1=8@10Gbit/s`';

/** Understands all flags. Throws `OptionError` at the first that makes no sense. */
export function parseOptions(options: ImportOptions): ImportChoices {
  const { duration, start, timezone } = options;
  if (duration !== undefined && understood('duration', duration, parseDuration) === 0) throw new OptionError('duration', 'is zero');
  if (timezone !== undefined && openZone(timezone) === null) {
    throw new OptionError('timezone', `\`${timezone}\` is no time zone; expected a name such as \`Europe/Berlin\``);
  }
  return {
    jobs: named('job', 'nightly', 'job', options.jobs, (text) => ({ schedule: understood('job', text, parseCron).text })),
    repositories: named('repository', 'repository-1', 'repository', options.repositories, parseRepository),
    proxies: named('proxy', 'proxy-1', 'proxy', options.proxies, parseProxy),
    duration,
    startMs: start === undefined ? undefined : understood('start', start, parseLocalTime),
    timezone,
  };
}

function parseRepository(text: string): Omit<RepositoryChoice, 'name'> {
  const match = /^([^@,]+)@([^@,]+)(?:,([^@,]+))?$/.exec(text);
  if (match === null) throw new OptionError('repository', `\`${text}\` cannot be read; expected ${expectedRepository}`);
  const [, capacity, write, read = write] = match.map((part) => part?.trim()) as [string, string, string, string | undefined];
  if (understood('repository', capacity, parseSize) === 0) throw new OptionError('repository', 'has a capacity of zero');
  for (const rate of [write, read]) {
    if (understood('repository', rate, parseRate) === 0) throw new OptionError('repository', 'has a rate of zero');
  }
  return { capacity, write, read };
}

function parseProxy(text: string): Omit<ProxyChoice, 'name'> {
  const match = /^([1-9]\d{0,5})(?:@(.+))?$/.exec(text);
  if (match === null) throw new OptionError('proxy', `\`${text}\` cannot be read; expected ${expectedProxy}`);
  const network = match[2]?.trim();
  if (network !== undefined && understood('proxy', network, parseRate) === 0) throw new OptionError('proxy', 'has a network of zero');
  return { slots: Number(match[1]), network };
}

/** Splits names off; without one the first of a kind gets `first`, the others a number. */
function named<T>(
  flag: string,
  first: string,
  stem: string,
  texts: readonly string[] | undefined,
  parse: (text: string) => T,
): (T & { name: string })[] {
  const names = new Set<string>();
  return (texts ?? []).map((text, index) => {
    const [, given, rest = text] = /^\s*([^=\s]+)\s*=(.*)$/s.exec(text) ?? [];
    const name = given ?? (index === 0 ? first : `${stem}-${index + 1}`);
    if (names.has(name)) throw new OptionError(flag, `the name \`${name}\` is given twice`);
    if (!/^[\p{Letter}\p{Number}][\p{Letter}\p{Number}._-]*$/u.test(name)) {
      throw new OptionError(flag, `\`${name}\` is no name: letters, digits, hyphens, points and underscores`);
    }
    names.add(name);
    return { name, ...parse(rest.trim()) };
  });
}

function understood<T>(flag: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof UnitError) throw new OptionError(flag, `${error.message}; expected ${error.expected}`);
    throw error;
  }
}
