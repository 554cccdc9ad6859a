/** 7. SimGrid on the same flows. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Instance, throughNetwork } from '../../../bench/flow-instance.ts';
import type { Section } from '../section.ts';

interface Golden extends Instance {
  by: string;
  flows: (Instance['flows'][number] & { finishMs: number })[];
}

const FOLDER = join(import.meta.dirname, '../../golden/simgrid');
/** Of a flow's duration. */
const ALLOWED = 0.001;

export function simgrid(): Section {
  const rows: string[][] = [];
  const checks: Section['checks'] = [];
  let by = '';
  for (const file of readdirSync(FOLDER).sort()) {
    const golden = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Golden;
    by = golden.by;
    const { finishMs } = throughNetwork(golden);
    const off = Math.max(...golden.flows.map((flow, index) => Math.abs((finishMs[index] ?? 0) - flow.finishMs) / (flow.finishMs - flow.startMs)));
    const [theirs, own] = [golden.flows.map((flow) => flow.finishMs), finishMs].map((all) => (Math.max(...all) / 1000).toFixed(3));
    const name = file.replace('.json', '').replaceAll('-', ' ');
    rows.push([`${name}: last of ${golden.flows.length} flows ends after`, `${theirs} s`, `${own} s`, `${Number((off * 100).toPrecision(2))} %`]);
    checks.push({ what: name, off, allowed: ALLOWED });
  }
  const about = `${by} in its plain fluid model (CM02, no latency, no cross traffic) on flows over disks and links with weights and rate caps. Ours end at whole milliseconds.`;
  return { title: "A peer's engine", about, head: ['flows', 'SimGrid', 'overrun', 'largest deviation of any flow'], rows, checks };
}
