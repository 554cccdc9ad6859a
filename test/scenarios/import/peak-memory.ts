import { existsSync, readFileSync } from 'node:fs';

/** Most memory that this process has held. Linux hands the figure of `resourceUsage` on from the process that started this one, however large that is. */
export function peakMebibytes(): number {
  const own = existsSync('/proc/self/status') ? /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] : undefined;
  return Math.round((own === undefined ? process.resourceUsage().maxRSS : Number(own)) / 1024);
}
