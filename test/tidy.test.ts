import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ENGINE_VERSION } from '../sim/index.ts';

const ROOT = join(import.meta.dirname, '..');
const ROOMS = ['sim', 'scenarios', 'reports', 'cli', 'playground', 'test', 'bench'];

/** What each room may import, beside its own files. */
const ALLOWED: Record<string, { rooms: string[]; packages: RegExp }> = {
  sim: { rooms: [], packages: /^seedrandom\/lib\/alea\.js$/ },
  scenarios: { rooms: ['sim'], packages: /^(yaml|zod|fastest-levenshtein|fflate)$/ },
  reports: { rooms: ['sim'], packages: /^(d3-node|csv-stringify(\/sync)?)$/ },
  cli: { rooms: ['sim', 'scenarios', 'reports'], packages: /^(node:.*|yargs(\/.*)?|fastest-levenshtein)$/ },
  playground: { rooms: ['sim', 'scenarios'], packages: /^(node:path|vite)$/ },
};

function filesUnder(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesUnder(path) : [path];
  });
}

const sources = ROOMS.flatMap((room) => filesUnder(join(ROOT, room)))
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ name: relative(ROOT, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }));

function importsOf(text: string): string[] {
  const patterns = [/^(?:import|export)\b[^'\n]*\bfrom '([^']+)';$/gm, /^\} from '([^']+)';$/gm, /^import '([^']+)';$/gm, /\bimport\('([^']+)'\)/g];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] as string));
}

describe('the house', () => {
  it('lets dependencies point one way, and each room use only its own packages', () => {
    const wrong: string[] = [];
    for (const { name, text } of sources) {
      const room = name.split('/')[0] as string;
      const allowed = ALLOWED[room];
      if (allowed === undefined || name.endsWith('.d.ts')) continue;
      for (const target of importsOf(text)) {
        if (!target.startsWith('.')) {
          if (!allowed.packages.test(target)) wrong.push(`${name}: ${target}`);
          continue;
        }
        const path = join(ROOT, name, '..', target);
        const other = relative(ROOT, path).split(sep)[0] as string;
        if (other !== room && !allowed.rooms.includes(other)) wrong.push(`${name}: ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('keeps the kernel and the flow network free of backups', () => {
    for (const { name, text } of sources.filter((source) => /^sim\/(kernel|flow)\//.test(source.name))) {
      for (const target of importsOf(text).filter((path) => path.startsWith('.'))) {
        const path = relative(ROOT, join(ROOT, name, '..', target))
          .split(sep)
          .join('/');
        expect(`${name} -> ${path}`).toMatch(name.startsWith('sim/kernel') ? /-> sim\/kernel\// : /-> sim\/(kernel|flow)\//);
      }
    }
  });

  it('keeps the simulator pure: no clock, no chance, no mathematics that engines disagree on', () => {
    const banned =
      /\bMath\.(?!(?:sqrt|floor|ceil|round|min|max|abs|imul)\b)\w+|\bnew Date\b|\bDate\.|\bprocess\.|\*\*(?![/*])|\bIntl\b|\bperformance\b/;
    for (const { name, text } of sources.filter((source) => source.name.startsWith('sim/'))) {
      const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      expect(`${name}: ${banned.exec(code)?.[0] ?? 'pure'}`).toBe(`${name}: pure`);
    }
  });

  it('keeps files readable at a sitting', () => {
    const long = sources.filter(({ name, text }) => !name.includes('generated') && text.split('\n').length > 600).map(({ name }) => name);
    expect(long).toEqual([]);
  });

  it('has one lock file, without hosts, and versions that agree', () => {
    const lock = readFileSync(join(ROOT, 'npm-shrinkwrap.json'), 'utf8');
    expect(lock).not.toContain('"resolved"');
    expect(readdirSync(ROOT)).not.toContain('package-lock.json');
    const version = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version;
    expect(JSON.parse(lock).version).toBe(version);
    expect(ENGINE_VERSION).toBe(version);
  });
});
