/** How each kind of engine is set to work on the station's program. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import type { Start } from './station.ts';

/** A Node binary runs the program; `modules` together export the engine (the station's bundle if none are named). */
export function node(binary: string, modules: readonly string[] = []): Start {
  return async (station, fail) => {
    const url = (path: string): string => JSON.stringify(pathToFileURL(path).href);
    const engine = modules.length === 0 ? [join(station.folder, 'engine.js')] : modules;
    const script = [
      `import { report } from ${url(join(station.folder, 'program.js'))};`,
      `const parts = await Promise.all([${engine.map(url).join(', ')}].map((part) => import(part)));`,
      `await report(Object.assign({}, ...parts), ${JSON.stringify(station.origin)});`,
    ];
    return run(binary, ['--input-type=module', '--eval', script.join('\n')], {}, fail);
  };
}

/** A page of a browser that is already running runs the program; the browser is closed afterwards. */
export function page(browser: Browser): Start {
  return async (station, fail) => {
    const opened = await browser.newPage({ locale: 'en-US' });
    opened.on('pageerror', fail);
    opened.on('crash', () => fail(new Error('the page crashed')));
    await opened.goto(station.origin);
    return () => browser.close();
  };
}

/** Firefox needs no driver to open one page. */
export function firefox(binary: string): Start {
  return async (station, fail) => {
    const profile = mkdtempSync(join(tmpdir(), 'overrun-firefox-'));
    const settings = { 'datareporting.policy.dataSubmissionEnabled': false, 'app.normandy.enabled': false, 'browser.aboutwelcome.enabled': false };
    const lines = Object.entries(settings).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${value});\n`);
    writeFileSync(join(profile, 'user.js'), lines.join(''));
    const stop = run(binary, ['--headless', '--no-remote', '--profile', profile, station.origin], { HOME: profile }, fail);
    return async () => {
      await stop();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    };
  };
}

/** The version that a program states of itself. @throws if it does not start */
export function versionOf(binary: string): string {
  return execFileSync(binary, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

function run(binary: string, args: readonly string[], env: Record<string, string>, fail: (reason: Error) => void): () => Promise<void> {
  const child = spawn(binary, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const ended = new Promise<void>((resolve) => {
    child.once('error', fail);
    child.once('close', (code, signal) => {
      fail(new Error(`${binary} ended (${signal ?? code}) without an answer: ${complaint.slice(-2000)}`));
      resolve();
    });
  });
  return async () => {
    child.kill();
    await ended;
  };
}
