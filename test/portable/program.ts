/**
 * The program that every engine runs: it fetches a workload from the station, simulates each case and reports hashes of all that can be observed.
 * It uses only what Node and browsers have in common, and imports nothing: the engine under test is handed to it.
 */
import type * as Engine from '../../playground/engine.ts';
import type { Plan } from '../../sim/index.ts';

export type Simulator = Pick<typeof Engine, 'loadScenario' | 'simulate'>;

/** What every engine simulates is the same plan, made beforehand; where it comes from a scenario file, the engine's own loading is compared too. */
export interface Case {
  name: string;
  plan: Plan;
  /** The scenario file of the plan; null: there is none. */
  path: string | null;
}

export interface Workload {
  /** Text of each scenario file by path. */
  files: Record<string, string>;
  cases: Case[];
}

/** What one engine made of one case; all but the name are SHA-256 in hexadecimal, computed by the platform except for `fingerprint`. */
export interface Print {
  name: string;
  /** Of the offsets of the time zone in `loaded`: they come from the platform's time-zone data, which may be of another year. */
  zone: string;
  /** Of the plan as the engine loads it from the file; of the given plan if there is no file. */
  loaded: string;
  /** The run's own fingerprint: of its event log. */
  fingerprint: string;
  /** Of hourly samples, with every digit of each number. */
  samples: string;
  /** Of the whole result as JSON. */
  result: string;
}

export async function fingerprints(engine: Simulator, workload: Workload): Promise<Print[]> {
  const sampleEveryMs = 3_600_000;
  const prints: Print[] = [];
  for (const { name, plan, path } of workload.cases) {
    const loaded = path === null ? plan : loadPlan(engine, workload.files, path);
    const samples: string[] = [];
    const result = engine.simulate(plan, { sample: { everyMs: sampleEveryMs, onSample: (...sample) => samples.push(JSON.stringify(sample)) } });
    prints.push({
      name,
      zone: await sha256(JSON.stringify(loaded.zone)),
      loaded: await sha256(JSON.stringify(loaded)),
      fingerprint: result.fingerprint,
      samples: await sha256(samples.join('\n')),
      result: await sha256(JSON.stringify(result)),
    });
  }
  return prints;
}

/** Fetches the workload from the station at `origin`, and posts the prints there, or why there are none. */
export async function report(engine: Simulator, origin: string): Promise<void> {
  try {
    const workload: Workload = JSON.parse(await (await fetch(`${origin}/workload.json`)).text());
    await fetch(`${origin}/prints`, { method: 'POST', body: JSON.stringify(await fingerprints(engine, workload)) });
  } catch (error) {
    await fetch(`${origin}/failure`, { method: 'POST', body: error instanceof Error ? `${error.message}\n${error.stack}` : String(error) });
  }
}

export function loadPlan(engine: Simulator, files: Workload['files'], path: string): Plan {
  const readFile = (name: string): string => {
    const text = files[name];
    if (text === undefined) throw new Error(`${name}: no such file`);
    return text;
  };
  // The name of the release of the time-zone data differs by design; the offsets themselves are compared.
  return engine.loadScenario({ path, text: readFile(path), readFile, timeZoneData: 'not compared' }).plan;
}

async function sha256(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
