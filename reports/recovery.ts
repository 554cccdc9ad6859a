/** What could be restored at an instant, and what a loss would leave of it: over all VMs, then VM by VM. */
import type { Recoverable, RecoveryState, VmRecovery } from '../sim/result.ts';
import type { ReportContext } from './context.ts';
import { hanging, type Paint, table } from './layout.ts';
import { formatDuration, formatInstant } from './time.ts';
import { formatCount, listNames, printable, shorten } from './units.ts';

/** Of VMs that share a line, and of what is lost. */
const NAME_COLUMNS = 60;

type NamedVm = [name: string, vm: VmRecovery];

interface Alike {
  names: string[];
  points: string;
  /** Empty where there is nothing to lose. */
  left: string;
}

/** A loss over all VMs that it touches. */
interface Damage {
  loss: string;
  touched: number;
  /** VMs that had points and have none after it. */
  without: number;
  /** Age of the oldest of the newest points that are left; null: no VM has any. */
  worstMs: number | null;
}

/** With a title: the answer, the losses, and the VMs with what each loss leaves of them; of each at most `most`, the worst first. */
export function recoveryLines({ zone }: ReportContext, state: RecoveryState, paint: Paint, most = Infinity): string[] {
  const vms = worstFirst(Object.entries(state.vms));
  const alike = groupAlike(vms, zone, most);
  const shown = alike.slice(0, most);
  const untold = alike.slice(shown.length).reduce((sum, { names }) => sum + names.length, 0);
  return [
    paint('title', `WHAT COULD BE RESTORED ON ${formatInstant(zone, state.atMs)}`),
    ...hanging('  ', summary(vms)),
    ...damageLines(damagesOf(vms), most),
    ...shown.flatMap(({ names, points, left }) => [
      ...hanging('  ', `${shorten(listNames(names, 2), NAME_COLUMNS)}: ${points}`),
      ...(left === '' ? [] : hanging('    ', left)),
    ]),
    ...(untold > 0 ? [`  ... and ${formatCount(untold, 'more VM')}, none of them worse off`] : []),
  ];
}

/** VMs of which the same is to be told, in the order of the first of each. */
function groupAlike(vms: readonly NamedVm[], zone: ReportContext['zone'], most: number): Alike[] {
  const groups = new Map<string, Alike>();
  for (const [name, vm] of vms) {
    const [points, left] = [pointWords(zone, vm), survivalWords(vm, most)];
    const key = `${points} ${left}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { names: [name], points, left });
    else group.names.push(name);
  }
  return [...groups.values()];
}

/** Those that are there before those that are not, without points before with, old before new. */
function worstFirst(vms: readonly NamedVm[]): NamedVm[] {
  const rank = ([, { rpoMs, restorePoints }]: NamedVm): number => (rpoMs === null ? 2 : restorePoints > 0 ? 1 : 0);
  return [...vms].sort((one, other) => rank(one) - rank(other) || (other[1].rpoMs ?? 0) - (one[1].rpoMs ?? 0));
}

function summary(vms: readonly NamedVm[]): string {
  const present = vms.filter(([, { rpoMs }]) => rpoMs !== null);
  if (present.length === 0) return 'There is no VM.';
  const bare = present.filter(([, { restorePoints }]) => restorePoints === 0).map(([name]) => name);
  const oldest = present.find(([, { restorePoints }]) => restorePoints > 0);
  const age = oldest === undefined ? '' : `the newest is ${ageWords(oldest[1].rpoMs as number)} at worst (${printable(oldest[0])})`;
  const all = formatCount(present.length, 'VM');
  if (bare.length === 0) return `${present.length === 1 ? 'The VM' : `All ${all}`} can be restored: ${age}.`;
  const names = bare.length === present.length && bare.length > 1 ? '' : `: ${listNames(bare)}`;
  return `${bare.length} of ${all} cannot be restored${names}.${age === '' ? '' : ` Of the others ${age}.`}`;
}

function damagesOf(vms: readonly NamedVm[]): Damage[] {
  const damages = new Map<string, Damage>();
  for (const [, { restorePoints, survives }] of vms) {
    if (restorePoints === 0) continue;
    for (const [loss, left] of Object.entries(survives)) {
      const known = damages.get(loss) ?? { loss, touched: 0, without: 0, worstMs: null };
      damages.set(loss, known);
      known.touched++;
      if (left.restorePoints === 0) known.without++;
      else if (left.rpoMs !== null) known.worstMs = Math.max(known.worstMs ?? 0, left.rpoMs);
    }
  }
  return [...damages.values()].sort((one, other) => other.without - one.without || (other.worstMs ?? 0) - (one.worstMs ?? 0));
}

function damageLines(damages: readonly Damage[], most: number): string[] {
  if (damages.length === 0) return [];
  const rows = damages
    .slice(0, most)
    .map(({ loss, touched, without, worstMs }) => [
      shorten(lossWords(loss), NAME_COLUMNS),
      String(touched),
      String(without),
      worstMs === null ? '-' : formatDuration(worstMs),
    ]);
  const more =
    damages.length > rows.length ? [`  ... and ${formatCount(damages.length - rows.length, 'more loss', 'more losses')}, none of them worse`] : [];
  return [...table(['if this is lost', 'VMs', 'left without', 'newest then'], rows), ...more];
}

/** `datastore ds1`. */
function lossWords(loss: string): string {
  const colon = loss.indexOf(':');
  const [kind, name] = [loss.slice(0, colon), printable(loss.slice(colon + 1))];
  return kind === 'account' ? `account ${name} (stolen)` : `${kind} ${name}`;
}

function pointWords(zone: ReportContext['zone'], { newestPointAtMs, rpoMs, restorePoints }: Recoverable): string {
  if (newestPointAtMs === null)
    return rpoMs === null ? 'does not exist then' : `no good point${rpoMs === 0 ? ' yet' : ` for ${formatDuration(rpoMs)}`}`;
  const age = rpoMs === null ? 'the VM does not exist then' : ageWords(rpoMs);
  return `newest ${formatInstant(zone, newestPointAtMs)}, ${age}; ${formatCount(restorePoints, 'point')}`;
}

/** A continuous backup that keeps up is of the present. */
function ageWords(ms: number): string {
  return ms === 0 ? 'up to date' : `${formatDuration(ms)} old`;
}

/** What each loss leaves; empty where there is nothing to lose. */
function survivalWords({ restorePoints, survives }: VmRecovery, most: number): string {
  if (restorePoints === 0) return '';
  const losses = Object.entries(survives).sort(([, one], [, other]) => one.restorePoints - other.restorePoints);
  const words = losses.slice(0, most).map(([loss, left]) => `${leftWords(left, restorePoints)} without ${lossWords(loss)}`);
  return `left: ${[...words, ...(losses.length > most ? [`and ${losses.length - most} more`] : [])].join(', ')}`;
}

function leftWords(left: Recoverable, all: number): string {
  if (left.restorePoints === 0) return 'none';
  if (left.restorePoints === all) return 'all';
  return left.rpoMs === null ? String(left.restorePoints) : `${left.restorePoints} (newest ${ageWords(left.rpoMs)})`;
}
