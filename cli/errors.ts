/** What ends a command early, and the exit code it stands for: 0 done, 1 a bug, 2 invalid input or usage, 128 + n a signal. */

/** The user can mend it: a bad file, flag or place to write to. The message is printed as it is; exit 2. */
export class UserError extends Error {
  /** Whether the command's help follows the message. */
  readonly showHelp: boolean;

  constructor(message: string, options: { showHelp?: boolean } = {}) {
    super(message);
    this.name = 'UserError';
    this.showHelp = options.showHelp ?? false;
  }
}

/** The reader of standard output has gone: nobody is left to tell. Exit 0. */
export class ClosedPipe extends Error {
  constructor() {
    super('standard output was closed');
    this.name = 'ClosedPipe';
  }
}

/** Something in the program is wrong; exit 1. `seed` is known once a scenario has been read. */
export class Bug extends Error {
  readonly seed: string | null;

  constructor(message: string, stack: string | undefined, seed: string | null) {
    super(message);
    this.name = 'Bug';
    this.seed = seed;
    if (stack !== undefined) this.stack = stack;
  }
}

const FILE_PROBLEMS: Record<string, string> = {
  EACCES: 'permission denied',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'there is a file of that name already',
  EISDIR: 'it is a directory',
  ELOOP: 'too many symbolic links',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on the device',
  ENOTDIR: 'a part of the path is not a directory',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
};

/** An error of the operating system in words. */
export function fileProblem(error: unknown): string {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  return FILE_PROBLEMS[code] ?? (error instanceof Error ? error.message : String(error));
}
