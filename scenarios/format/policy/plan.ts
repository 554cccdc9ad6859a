/** The policy of the plan: selections resolved to names, thresholds in the simulator's units. */
import { isNamed, selects } from '../../../sim/backup/selection.ts';
import { RULES } from '../../../sim/findings/rules/index.ts';
import type { PolicyPlan, RuleSettingPlan, SelectionPlan, SubjectsPlan, Thresholds, VmPlan } from '../../../sim/plan.ts';
import type { RuleId, Severity, SubjectKind } from '../../../sim/result.ts';
import { type Draft, resolveNoted } from '../draft.ts';
import { planSelection } from '../jobs.ts';
import { listNames } from '../suggest.ts';
import { keyPlaceAt, type Path, placeAt } from '../tree.ts';
import { formatInstant } from '../zone.ts';
import { type PolicyEntry, RULE_IDS, type RulesEntry, type SubjectsEntry } from './schema.ts';

const SEVERITIES: Record<'off' | 'note' | 'warn' | 'error', Severity | 'off'> = { off: 'off', note: 'info', warn: 'warning', error: 'error' };

/** Keys of a selector by the kind of subject that they name. */
export const SUBJECT_KEYS = {
  vm: 'vms',
  datastore: 'datastores',
  repository: 'repositories',
  proxy: 'proxies',
  job: 'jobs',
} as const satisfies Record<SubjectKind, keyof SubjectsEntry>;

const KINDS = Object.keys(SUBJECT_KEYS) as SubjectKind[];

/** What rules are about: `slot-starved` is about three kinds of things. */
const KINDS_OF = new Map(RULE_IDS.map((id) => [id, new Set(RULES.filter((rule) => rule.id === id).map((rule) => rule.subject))]));

export function planPolicy(draft: Draft, stated: PolicyEntry | undefined, vms: readonly VmPlan[]): PolicyPlan {
  const { preset = 'recommended', for: groups = [], waivers = [], ...rules } = stated ?? {};
  const settings = planSettings(rules, null);
  for (const [index, { rules: own, ...selector }] of groups.entries()) {
    const path = ['policy', 'for', index];
    const subjects = planSubjects(draft, path, selector, vms);
    if (subjects === null) draft.problems.add(placeAt(draft.root, path), 'these rules are for nothing', { expected: ONE_OF_THE_KEYS });
    for (const rule of RULE_IDS) if (own[rule] !== undefined) checkKind(draft, [...path, 'rules', rule], rule, subjects);
    settings.push(...planSettings(own, subjects ?? []));
  }
  return { preset, settings, waivers: planWaivers(draft, waivers, vms) };
}

const ONE_OF_THE_KEYS = `at least one of ${listNames(Object.values(SUBJECT_KEYS))}`;

function planSettings(rules: RulesEntry, subjects: SubjectsPlan[] | null): RuleSettingPlan[] {
  return RULE_IDS.flatMap((rule) => {
    const entry = rules[rule];
    if (entry === undefined) return [];
    const severity = typeof entry === 'string' ? entry : entry.severity;
    return [{ rule, severity: severity === undefined ? null : SEVERITIES[severity], thresholds: planThresholds(rules, rule), subjects }];
  });
}

function planThresholds(rules: RulesEntry, rule: RuleId): Partial<Thresholds> {
  const given = (values: { [K in keyof Thresholds]?: number | undefined }): Partial<Thresholds> =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  const of = <T>(entry: T | string | undefined): Partial<T> => (typeof entry === 'object' && entry !== null ? entry : {});
  if (rule === 'free-space') return given({ freeShare: of(rules[rule]).min });
  if (rule === 'io-saturated') return given({ saturatedMs: of(rules[rule]).over });
  if (rule === 'latency') return given({ latencyAboveMs: of(rules[rule]).above, slowMs: of(rules[rule]).over });
  if (rule === 'snapshot-age') return given({ snapshotAgeMs: of(rules[rule]).age });
  if (rule === 'chain-depth') return given({ chainDepth: of(rules[rule]).depth });
  if (rule === 'stun') return given({ stunMs: of(rules[rule]).over });
  if (rule === 'slot-starved') return given({ slotWaitMs: of(rules[rule]).over });
  if (rule === 'proxy-starved') return given({ proxySpanMs: of(rules[rule]).over, proxyShare: of(rules[rule]).share });
  if (rule === 'guest-agent-storm') return given({ agents: of(rules[rule]).agents });
  return {};
}

/** null: nothing is named, which a waiver may do. */
function planSubjects(draft: Draft, path: Path, selector: SubjectsEntry, vms: readonly VmPlan[]): SubjectsPlan[] | null {
  const subjects: SubjectsPlan[] = [];
  for (const kind of KINDS) {
    const key = SUBJECT_KEYS[kind];
    const names = key === 'vms' ? selectedVms(selector.vms, vms) : selector[key];
    if (names === undefined) continue;
    if (names.length === 0)
      draft.problems.add(keyPlaceAt(draft.root, [...path, key]), `\`${key}\` selects nothing`, { expected: 'at least one name' });
    subjects.push({ kind, names });
  }
  return subjects.length === 0 ? null : subjects;
}

function selectedVms(stated: SubjectsEntry['vms'], vms: readonly VmPlan[]): string[] | undefined {
  if (stated === undefined) return undefined;
  const selection = planSelection(stated);
  return vms.filter((vm) => selects(selection, vm) || isNamedLater(selection, vm)).map((vm) => vm.name);
}

/** A job's list of names is as old as the start; a policy holds for what comes later, too. */
function isNamedLater({ names, except }: SelectionPlan, vm: VmPlan): boolean {
  return isNamed(vm, names) && !isNamed(vm, except);
}

/** A rule for subjects that it is never about would be silently without effect. */
function checkKind(draft: Draft, path: Path, rule: RuleId, subjects: readonly SubjectsPlan[] | null): void {
  const kinds = [...(KINDS_OF.get(rule) ?? [])];
  if (subjects === null || subjects.some(({ kind }) => kinds.includes(kind))) return;
  const expected = `a selection by ${listNames(kinds.map((kind) => SUBJECT_KEYS[kind]))}`;
  draft.problems.add(keyPlaceAt(draft.root, path), `\`${rule}\` is not about what is selected here`, { expected });
}

function planWaivers(draft: Draft, stated: NonNullable<PolicyEntry['waivers']>, vms: readonly VmPlan[]): PolicyPlan['waivers'] {
  const { clock } = draft;
  return stated.flatMap(({ rule, owner, reason, until, ...selector }, index) => {
    const path = ['policy', 'waivers', index];
    const subjects = planSubjects(draft, path, selector, vms);
    checkKind(draft, [...path, 'rule'], rule, subjects);
    if (clock === null) return [];
    const untilEpochMs = resolveNoted(clock.zone, until, [...path, 'until'].join('.'), draft.assumptions);
    return [{ rule, subjects, owner, reason, until: formatInstant(clock.zone, untilEpochMs), expired: untilEpochMs <= clock.startEpochMs }];
  });
}
