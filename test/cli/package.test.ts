import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const WINDOWS = process.platform === 'win32';

/** The package as npm would publish it, installed in a folder of its own. */
describe('the packed package, installed elsewhere', () => {
  const folder = mkdtempSync(join(tmpdir(), 'overrun-package-'));
  const npm = (args: string[], cwd: string): string =>
    execFileSync('npm', args, { cwd, encoding: 'utf8', shell: WINDOWS, stdio: ['ignore', 'pipe', 'pipe'] });

  beforeAll(() => {
    // The tests run on a fresh build already: packing must not build again under the feet of other tests.
    npm(['pack', '--ignore-scripts', '--pack-destination', folder], ROOT);
    const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'elsewhere', private: true, type: 'module' }));
    npm(['install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`], folder);
  }, 240_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has a command that works', () => {
    const output = execFileSync(process.execPath, [join(folder, 'node_modules/overrun/dist/cli/main.js'), '--version'], { encoding: 'utf8' });
    expect(output).toContain(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version);
    expect(readdirSync(join(folder, 'node_modules/.bin'))).toContain('overrun');
  });

  it('brings its lock file, which installs from a registry follow: it pins a jsdom without the known hole of the one that d3-node asks for', () => {
    const lock = JSON.parse(readFileSync(join(folder, 'node_modules/overrun/npm-shrinkwrap.json'), 'utf8'));
    expect(lock.packages['node_modules/jsdom'].version).toBe('26.1.0');
  });

  it('simulates a scenario that it brings along', () => {
    const main = join(folder, 'node_modules/overrun/dist/cli/main.js');
    const scenario = join(folder, 'node_modules/overrun/scenarios/five-acts-3-snapshots.yaml');
    expect(execFileSync(process.execPath, [main, 'run', scenario, '--quiet'], { encoding: 'utf8' })).toMatch(/^SAFE/);
  });

  it('can be imported, with types, in a program for any platform', () => {
    const source = join(folder, 'src');
    mkdirSync(source);
    writeFileSync(
      join(source, 'use.ts'),
      [
        "import { type Plan, type Result, simulate } from 'overrun';",
        "import { loadScenario } from 'overrun/scenarios';",
        'const readFile = (path: string): string => { throw new Error(path); };',
        "const text = 'overrun: 1\\nstart: 2026-03-02T18:00\\nduration: 1d\\ndatastores:\\n  ds1: { capacity: 1TiB }\\nvms:\\n  web: { datastore: ds1, size: 100GiB }\\n';",
        "const plan: Plan = loadScenario({ path: 'a.yaml', text, readFile }).plan;",
        'const result: Result = simulate(plan);',
        "export const verdict: 'safe' | 'at-risk' | 'fails' = result.verdict;",
      ].join('\n'),
    );
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: { module: 'nodenext', target: 'es2023', lib: ['es2023', 'dom'], strict: true, types: [], outDir: 'out', rootDir: 'src' },
        include: ['src'],
      }),
    );
    execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder], { stdio: 'pipe' });
    cpSync(join(folder, 'out/use.js'), join(folder, 'use.js'));
    const printed = execFileSync(process.execPath, ['-e', "import('./use.js').then((used) => console.log(used.verdict))"], {
      cwd: folder,
      encoding: 'utf8',
    });
    // Its VM is in no job.
    expect(printed.trim()).toBe('fails');
  });
});
