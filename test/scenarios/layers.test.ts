import { describe, expect, it } from 'vitest';
import { formatScenarioErrors } from '../../scenarios/index.ts';
import { BASE, changed, errorsOf, load } from './support.ts';

const files = { 'base.yaml': BASE };
const over = (text: string) => load(`extends: base.yaml\n${text}`, { files });

describe('a file laid over another', () => {
  it('maps merge, scalars and lists replace', () => {
    const { plan } = over('vms: { web: { count: 3, tags: [gold, silver] } }');
    expect(plan.vms.map((vm) => vm.name)).toEqual(['web-01', 'web-02', 'web-03', 'db']);
    expect(plan.vms[0]).toMatchObject({ host: 'esx1', tags: ['gold', 'silver'] });
  });

  it('null deletes an entry or a value', () => {
    const { plan } = over('vms: { db: null, web: { host: null } }');
    expect(plan.vms.map((vm) => vm.group)).not.toContain('db');
    expect(plan.vms[0]?.host).toBeNull();
  });

  it('a schedule and the VMs of a job replace whole', () => {
    const { plan } = over('jobs: { nightly: { schedule: { every: 4h }, vms: { names: [db] } } }');
    expect(plan.jobs[0]?.schedule).toMatchObject({ kind: 'every', everyMs: 14_400_000 });
    expect(plan.jobs[0]?.selection).toEqual({ all: false, names: ['db'], tags: [], hosts: [], datastores: [], except: [] });
    expect(plan.jobs[0]?.repository).toBe('r1');
  });

  it('every value keeps the file it came from', () => {
    const { locate } = over('vms:\n  web: { count: 4 }\n');
    expect(locate('vms.web.count')).toEqual({ path: 'night.yaml', line: 3, column: 10 });
    expect(locate('vms.web.size')).toEqual({ path: 'base.yaml', line: 23, column: 5 });
    expect(locate('jobs.nightly')).toEqual({ path: 'base.yaml', line: 31, column: 3 });
    expect(locate('vms.web.nothing')).toBeNull();
    const errors = errorsOf('extends: base.yaml\nvms: { web: { host: esx9 } }', {
      files: { 'base.yaml': changed('class: hybrid', 'class: hybrit') },
    });
    expect(errors.map(({ path, line }) => `${path}:${line}`)).toEqual(['night.yaml:2', 'base.yaml:8']);
  });

  it('bases are found relative to the file that names them, with either separator', () => {
    const chain = { 'a/b/mid.yaml': 'extends: ..\\base.yaml\nduration: 2d', 'a/b/../base.yaml': BASE };
    expect(load('extends: b/mid.yaml', { path: 'a/night.yaml', files: chain }).plan.durationMs).toBe(172_800_000);
    expect(load('extends: mid.yaml', { path: 'a\\night.yaml', files: { 'a\\mid.yaml': BASE } }).plan.name).toBe('base');
  });

  it('a circle is refused with its chain, wherever the names point', () => {
    const circle = { './sub/../other.yaml': 'extends: night.yaml' };
    const errors = errorsOf('extends: ./sub/../other.yaml', { files: circle });
    expect(errors.map((error) => error.text)).toEqual(['`extends` runs in a circle: night.yaml -> other.yaml -> night.yaml']);
    expect(errors[0]).toMatchObject({ path: './sub/../other.yaml', line: 1, column: 10 });
  });

  it('a base that cannot be read is an error at the line that names it', () => {
    expect(errorsOf('name: x\nextends: gone.yaml')).toMatchObject([{ line: 2, column: 10, text: 'cannot read `gone.yaml`: no such file' }]);
  });

  it('gives the same digest as the same content in one file', () => {
    expect(over('duration: 2d').plan.digest).toBe(load(changed('duration: 3d', 'duration: 2d')).plan.digest);
  });
});

describe('values set by flags', () => {
  const set = (...sets: string[]) => load(BASE, { sets });
  const setErrors = (...sets: string[]) => formatScenarioErrors(errorsOf(BASE, { sets }));

  it('replace what the file says, after extends, in their order', () => {
    expect(set('vms.web.count=3', 'vms.web.count=4').plan.vms).toHaveLength(5);
    expect(load('extends: base.yaml\nvms: { web: { count: 5 } }', { files, sets: ['vms.web.count=3'] }).plan.vms).toHaveLength(4);
  });

  it('take YAML, make maps that are not there, go into lists by index and delete with null', () => {
    const { plan } = set(
      'jobs.nightly.schedule={every: 6h}',
      'jobs.nightly.timings.create=2s',
      'repositories.r1.links.0=null',
      'vms.web.tags.1=silver',
      'vms.db=null',
    );
    expect(plan.jobs[0]).toMatchObject({ schedule: { kind: 'every', everyMs: 21_600_000 }, timings: { createMs: 2000 } });
    expect(plan.repositories[0]?.links).toEqual([]);
    expect(plan.vms[0]?.tags).toEqual(['gold', 'silver']);
    expect(plan.vms).toHaveLength(20);
  });

  it('find names with dots in them', () => {
    const text = changed('  db:\n', '  db.example.com:\n');
    expect(load(text, { sets: ['vms.db.example.com.size=1TiB'] }).plan.vms.at(-1)?.disks[0]?.sizeBytes).toBe(2 ** 40);
  });

  it.each([
    ['vms.web.count=abc', '--set vms.web.count=abc: error: `count` cannot be `abc`'],
    ['vms.web.hots=esx1', '--set vms.web.hots=esx1: error: unknown key `hots`'],
    ['vms.web.hots=null', '--set vms.web.hots=null: error: there is no `hots` to delete'],
    ['vms.web.activity=[1, 2]', '--set vms.web.activity=[1, 2]: error: wrong number of multipliers'],
    ['vms.web.count.x=1', '--set vms.web.count.x=1: error: the path goes through `20`, which is neither a map nor a list'],
    ['jobs.nightly.proxies.7=p1', '--set jobs.nightly.proxies.7=p1: error: `7` is no index of this list'],
    ['vms.web.count', '--set vms.web.count: error: this is not `path=value`'],
    ['vms..count=1', '--set vms..count=1: error: this is not `path=value`'],
    [
      'vms.web.tags=[a',
      '--set vms.web.tags=[a: error: something is missing here: a closing quote, bracket or brace, a comma, or the blank after `:` or `-`',
    ],
    ['vms.__proto__.x=1', '--set vms.__proto__.x=1: error: `__proto__` cannot be used as a key or a name'],
    ['extends=other.yaml', '--set extends=other.yaml: error: `extends` cannot be set: the file that it names is read before'],
  ])('%s is refused in the name of the flag', (flag, first) => {
    expect(setErrors(flag).split('\n')[0]).toBe(first);
  });

  it('an empty seed is refused in the name of its flag', () => {
    expect(formatScenarioErrors(errorsOf(BASE, { seed: '' }))).toMatch(/^--seed: error: the seed is empty/);
  });

  it('do not mark the file that they were applied to', () => {
    expect(set('vms.web.count=4').locate('vms.web.count')).toBeNull();
    expect(set('vms.web.count=4').locate('vms.web')).toMatchObject({ line: 19 });
  });
});

describe('the digest', () => {
  const digest = (text: string, more = {}) => load(text, more).plan.digest;

  it('does not change with comments, quotes, layout or the order of keys inside an entry', () => {
    expect(digest(`# a comment\n${changed('    host: esx1\n    datastore: ds1\n', '    datastore: "ds1"\n    host: esx1\n')}`)).toBe(digest(BASE));
  });

  it('changes with every value, the seed, and the order of entries', () => {
    const db = '  db:\n    datastore: ds1\n    size: 500GiB\n';
    const texts = [BASE, changed('10TiB', '11TiB'), changed('name: base', 'name: other'), changed('vms:\n', `vms:\n${db}`, changed(db, ''))];
    const digests = [...texts.map((text) => digest(text)), digest(BASE, { seed: 'other' }), digest(BASE, { sets: ['vms.web.count=21'] })];
    expect(new Set(digests).size).toBe(digests.length);
  });
});
