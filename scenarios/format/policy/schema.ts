/** The structure of a policy: how hard each rule is, from where on it speaks, for whom, and what somebody has accepted. */
import { z } from 'zod';
import type { RuleId } from '../../../sim/result.ts';
import { complaint, localTime, nameKey, percent, positiveDuration } from '../fields.ts';
import { selection } from '../schema-selection.ts';

const severity = z.enum(['off', 'note', 'warn', 'error']);

const share = (description: string) =>
  percent(description).refine((value) => value < 1, { error: () => complaint('this is all of it', 'less than `100%`') });

/** One word, or a map with thresholds. */
function rule<T extends z.ZodRawShape>(description: string, thresholds: T) {
  const severityKey = severity.optional().describe('off, note, warn or error.');
  return z.union([severity, z.strictObject({ severity: severityKey, ...thresholds })]).describe(description);
}

/** Every rule that a run can raise; the thresholds are those of `Thresholds` in `sim/findings/plan.ts`. */
export const ruleShape = {
  'space-exhausted': rule('A datastore runs full.', {}),
  'vm-paused': rule('A VM stops at a full datastore.', {}),
  'vm-crashed': rule('A VM does not ride out its pause.', {}),
  'vm-not-created': rule('A VM does not fit where it is to be created.', {}),
  'repository-full': rule('A repository runs full.', {}),
  'task-failed': rule('A backup fails for good.', {}),
  'rpo-missed': rule('The newest restore point of a VM is older than its `rpo`.', {}),
  'vm-unprotected': rule('No job takes a VM.', {}),
  'free-space': rule('Little of a datastore is free.', { min: share('What should be free. Default 10%.').optional() }),
  'snapshot-orphaned': rule('A delta is left behind.', {}),
  'consolidation-stalled': rule('Snapshots are not merged as fast as they are taken.', {}),
  'snapshot-age': rule('A snapshot is kept for too long.', { age: positiveDuration('The oldest that is well. Default 72h.').optional() }),
  'chain-depth': rule('Too many snapshots on top of each other.', {
    depth: z.int().min(1).optional().describe('The most that is well. Default 3.'),
  }),
  'direct-disk-copy': rule('A copy of disk files cannot be restored.', {}),
  'snapshot-as-backup': rule('A job keeps snapshots only.', {}),
  'window-overrun': rule('A window closes on a run.', {}),
  'run-overlap': rule('A run is active when the next is due.', {}),
  'run-skipped': rule('A due run does not take place.', {}),
  'io-saturated': rule('A datastore is busier than it can serve.', { over: positiveDuration('For how long. Default 5m.').optional() }),
  latency: rule('I/O of a datastore takes too long.', {
    above: positiveDuration('The latency that is well. Default 20ms.').optional(),
    over: positiveDuration('For how long. Default 5m.').optional(),
  }),
  stun: rule('A VM stands still around a snapshot.', { over: positiveDuration('For how long. Default 5s.').optional() }),
  'slot-starved': rule('A task waits for its slots.', { over: positiveDuration('For how long. Default 8h.').optional() }),
  'proxy-starved': rule('A proxy is what holds a run back.', {
    over: positiveDuration('In transfers of at least this length. Default 5m.').optional(),
    share: share('For more than this share of it. Default 50%.').optional(),
  }),
  'guest-agent-storm': rule('Agents in many guests of one datastore work at one time.', {
    agents: z.int().min(1).optional().describe('The most that is well. Default 10.'),
  }),
  'excessive-permission': rule('An account in other hands deletes restore points.', {}),
  'unsupported-guest': rule('The software does not know the operating system of a guest.', {}),
  'software-outdated': rule('A job loses its catalog, and reads everything again.', {}),
  'new-vm-missed': rule('A list of names does not hold a new VM.', {}),
  'job-overlap': rule('Jobs meet in one place.', {}),
} satisfies Record<RuleId, z.ZodType>;

export const RULE_IDS = Object.keys(ruleShape) as RuleId[];

const rules = z.strictObject(z.object(ruleShape).partial().shape);

/** For whom: what a rule must be about. */
const subjects = {
  vms: selection.optional().describe('Rules about VMs: these ones, as a job selects them; names hold for VMs created later, too.'),
  datastores: z.array(nameKey).optional().describe('Rules about datastores: these ones.'),
  repositories: z.array(nameKey).optional().describe('Rules about repositories: these ones.'),
  proxies: z.array(nameKey).optional().describe('Rules about proxies: these ones.'),
  jobs: z.array(nameKey).optional().describe('Rules about jobs: these ones.'),
};

const words = (description: string) => z.string().min(1).describe(description);

export const policy = z
  .strictObject({
    preset: z
      .enum(['observe', 'recommended', 'strict'])
      .optional()
      .describe('observe: errors are warnings, and warnings are notes. strict: warnings are errors. Default recommended: as documented.'),
    ...rules.shape,
    for: z
      .array(z.strictObject({ ...subjects, rules }))
      .optional()
      .describe('Rules for some subjects only; they win over the others, and later ones over earlier ones.'),
    waivers: z
      .array(
        z.strictObject({
          rule: z.enum(RULE_IDS).describe('The rule.'),
          ...subjects,
          owner: words('Who has accepted it.'),
          reason: words('Why.'),
          until: localTime('When it expires: if the scenario starts then or later, the waiver does not count.'),
        }),
      )
      .optional()
      .describe('Findings that somebody has accepted for a while; they become notes.'),
  })
  .describe('What counts as trouble, and how much. It judges the run and does not change it.');

export type PolicyEntry = z.output<typeof policy>;
export type SubjectsEntry = Pick<NonNullable<PolicyEntry['waivers']>[number], keyof typeof subjects>;
export type RulesEntry = z.output<typeof rules>;
