/** A Chromium that comes with the development packages, so that a machine with Node and npm has a browser to test in. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

export interface NpmChromium {
  browser: Browser;
  /** Ends the browser and removes what was unpacked. */
  close: () => Promise<void>;
}

/** Unpacks it (200 MB, some seconds) and starts it. @throws where it cannot run: it is built for Linux on x64 */
export async function startNpmChromium(): Promise<NpmChromium> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`the npm Chromium is for linux x64, this is ${process.platform} ${process.arch}`);
  const folder = mkdtempSync(join(tmpdir(), 'overrun-chromium-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    unpack(folder);
    const browser = await chromium.launch({
      executablePath: join(folder, 'chromium'),
      args: ['--no-sandbox', '--headless=shell', '--disable-gpu'],
      env: { ...environment(), LD_LIBRARY_PATH: join(folder, 'al2023/lib'), FONTCONFIG_PATH: join(folder, 'fonts') },
    });
    return {
      browser,
      close: async () => {
        await browser.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/**
 * The package unpacks into the system's folder for temporary files and takes for complete whatever lies there, so it gets a folder of its own. It
 * unpacks the libraries that a bare system lacks (`libnss3` and its like) only where it believes itself on Amazon's Linux.
 */
function unpack(folder: string): void {
  const script = "import chromium from '@sparticuz/chromium'; await chromium.executablePath();";
  execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: import.meta.dirname,
    env: { ...environment(), TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: 'nodejs20.x' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

function environment(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
