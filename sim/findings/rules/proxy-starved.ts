/**
 * `proxy-starved`: during the transfers of a run over a proxy the proxy is what holds them back for more than half of their time, and is itself busy for more
 * than half of that span (shares and span by the policy): source and target could do more, the proxy could not. Where only the one core of each stream is the limit while others are idle,
 * the proxy is not short of anything.
 */
import type { Run } from '../../backup/run.ts';
import type { TaskDisk } from '../../backup/task.ts';
import type { Proxy } from '../../estate/host.ts';
import type { World } from '../../world.ts';
import type { Rule } from '../rule.ts';

export const proxyStarved: Rule = {
  id: 'proxy-starved',
  severity: 'warning',
  subject: 'proxy',
  raisedBy: ['proxy-held'],
  subjectField: 'proxy',
  evidence: ['run', 'heldPercent', 'busyPercent', 'lastsMs'],
};

/** The transfers of one run over one proxy. */
interface Account {
  run: Run;
  proxy: Proxy;
  fromMs: number;
  untilMs: number;
  /** Of the proxy's devices, when the first transfer began. */
  saturatedBefore: number;
  heldMs: number;
  totalMs: number;
}

export class StarvedProxies {
  private readonly world: World;
  private readonly accounts = new Map<Run, Account[]>();

  constructor(world: World) {
    this.world = world;
  }

  transferBegins({ task: { run }, proxy }: TaskDisk): void {
    if (proxy === null) return;
    const ofRun = this.accounts.get(run);
    if (ofRun?.some((account) => account.proxy === proxy)) return;
    const now = this.world.kernel.nowMs;
    const saturatedBefore = this.saturatedMs(proxy);
    const account = { run, proxy, fromMs: now, untilMs: now, saturatedBefore, heldMs: 0, totalMs: 0 };
    if (ofRun === undefined) this.accounts.set(run, [account]);
    else ofRun.push(account);
  }

  /** A transfer has ended; for so long it had been held back by what the label names. */
  heldBack({ task: { run }, proxy }: TaskDisk, label: string, ms: number): void {
    if (proxy === null) return;
    const account = this.accounts.get(run)?.find((each) => each.proxy === proxy);
    if (account === undefined) return;
    account.untilMs = this.world.kernel.nowMs;
    account.totalMs += ms;
    if (label === proxy.label) account.heldMs += ms;
  }

  runEnded(run: Run): void {
    for (const account of this.accounts.get(run) ?? []) this.judge(account, account.untilMs);
    this.accounts.delete(run);
  }

  /** The scenario is over, and the accounts of all transfers are settled. */
  finish(): void {
    for (const ofRun of this.accounts.values()) for (const account of ofRun) this.judge(account, null);
  }

  private judge(account: Account, untilMs: number | null): void {
    const { run, proxy, fromMs, heldMs, totalMs } = account;
    const spanMs = account.untilMs - fromMs;
    const busyMs = this.saturatedMs(proxy) - account.saturatedBefore;
    const { proxySpanMs, proxyShare } = this.world.policy.thresholds('proxy', proxy.name);
    if (spanMs < proxySpanMs || heldMs <= proxyShare * totalMs || busyMs <= proxyShare * spanMs) return;
    this.world.findings.observe({
      atMs: fromMs,
      untilMs,
      kind: 'proxy-held',
      fields: {
        proxy: proxy.name,
        run: run.id,
        heldPercent: Math.round((heldMs / totalMs) * 100),
        busyPercent: Math.min(100, Math.round((busyMs / spanMs) * 100)),
        lastsMs: spanMs,
      },
      causes: [run.startedEvent],
    });
  }

  /** The proxy's devices are its cores and its networks: the busiest counts. */
  private saturatedMs(proxy: Proxy): number {
    const now = this.world.kernel.nowMs;
    let most = 0;
    for (const device of this.world.devices.get(proxy.label) ?? []) most = Math.max(most, device.saturatedAt(now));
    return most;
  }
}
