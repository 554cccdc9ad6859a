/** What can be said about a scenario without a run. */
import { formatSpot, printable, type Spot } from '../format/errors.ts';
import type { LoadedScenario } from '../format/load.ts';
import type { Check, Remark } from './check.ts';
import { agentsAtOnce } from './checks/agents-at-once.ts';
import { clockChange } from './checks/clock-change.ts';
import { deepChain } from './checks/deep-chain.ts';
import { directDiskCopy } from './checks/direct-disk-copy.ts';
import { endingWaiver } from './checks/ending-waiver.ts';
import { idleFault } from './checks/idle-fault.ts';
import { idleJob } from './checks/idle-job.ts';
import { littleFreeSpace } from './checks/little-free-space.ts';
import { noFloor } from './checks/no-floor.ts';
import { oldSnapshot } from './checks/old-snapshot.ts';
import { overcommitted } from './checks/overcommitted.ts';
import { retentionTooLarge } from './checks/retention-too-large.ts';
import { rpoTooShort } from './checks/rpo-too-short.ts';
import { sharedAccount } from './checks/shared-account.ts';
import { sharedVm } from './checks/shared-vm.ts';
import { shortPeriod } from './checks/short-period.ts';
import { shortWindow } from './checks/short-window.ts';
import { snapshotAsBackup } from './checks/snapshot-as-backup.ts';
import { unlimitedConcurrency } from './checks/unlimited-concurrency.ts';
import { unprotectedVm } from './checks/unprotected-vm.ts';
import { unreachableThreshold } from './checks/unreachable-threshold.ts';
import { unused } from './checks/unused.ts';
import { Subject } from './subject.ts';

const CHECKS: readonly Check[] = [
  agentsAtOnce,
  clockChange,
  deepChain,
  directDiskCopy,
  endingWaiver,
  idleFault,
  idleJob,
  littleFreeSpace,
  noFloor,
  oldSnapshot,
  overcommitted,
  retentionTooLarge,
  rpoTooShort,
  sharedAccount,
  sharedVm,
  shortPeriod,
  shortWindow,
  snapshotAsBackup,
  unlimitedConcurrency,
  unprotectedVm,
  unreachableThreshold,
  unused,
];

export const LINT_CHECKS: readonly string[] = CHECKS.map(({ id }) => id);

export interface LintNote extends Spot, Pick<Remark, 'text' | 'help'> {
  /** Which check says so. */
  check: string;
}

/** Everything that the checks have to say, in the order of the source. */
export function lintScenario({ plan, point }: LoadedScenario): LintNote[] {
  const subject = new Subject(plan);
  const remarks = CHECKS.flatMap(({ id, look }) => look(subject).map((remark) => ({ ...remark, check: id })));
  return point(remarks).map(({ remark: { check, text, help }, spot }) => ({ ...spot, check, text, help }));
}

/** For people: `path:line:column: warning: text [check]`, the source line, a caret, what helps; then how many. Ends with LF. */
export function formatLintNotes(notes: readonly LintNote[]): string {
  const lines = notes.flatMap((note) => [...formatSpot(note, 'warning', `${note.text} [${note.check}]`), `  help: ${printable(note.help)}`]);
  const count = `${notes.length} warning${notes.length === 1 ? '' : 's'}`;
  const checks = new Set(notes.map(({ check }) => check)).size;
  lines.push(notes.length === 0 ? 'no warnings' : `${count} of ${checks} check${checks === 1 ? '' : 's'}`);
  return `${lines.join('\n')}\n`;
}
