/** The reference table of retention: what each policy holds on its worst day. */
import type { JobPlan } from '../../../sim/index.ts';
import { keep } from '../plans.ts';
import { EACH_SATURDAY, FIRST_SATURDAY, type Holding } from './worst-day.ts';

export interface RetentionRow {
  policy: string;
  given: Partial<JobPlan>;
  days: number;
  expected: Holding;
}

/** 1.05 fulls of 500 GiB. */
const workingSpaceGib = 525;

export const RETENTION_TABLE: RetentionRow[] = [
  {
    policy: 'forever forward, 14',
    given: { mode: 'forever-forward', retention: keep({ last: 14 }) },
    days: 30,
    expected: { points: 14, fulls: 1, increments: 13, gib: 1150, workingSpaceGib },
  },
  {
    policy: 'forward, weekly active full (Sat), 2',
    given: { fullBackups: EACH_SATURDAY, retention: keep({ last: 2 }) },
    days: 60,
    expected: { points: 8, fulls: 2, increments: 6, gib: 1300, workingSpaceGib },
  },
  {
    policy: 'forward, weekly active full (Sat), 7',
    given: { fullBackups: EACH_SATURDAY, retention: keep({ last: 7 }) },
    days: 60,
    expected: { points: 13, fulls: 2, increments: 11, gib: 1550, workingSpaceGib },
  },
  {
    policy: 'forward, weekly active full (Sat), 14',
    given: { fullBackups: EACH_SATURDAY, retention: keep({ last: 14 }) },
    days: 60,
    expected: { points: 20, fulls: 3, increments: 17, gib: 2350, workingSpaceGib },
  },
  {
    policy: 'forward, monthly active full (1st Sat), 14',
    given: { fullBackups: FIRST_SATURDAY, retention: keep({ last: 14 }) },
    days: 200,
    expected: { points: 48, fulls: 2, increments: 46, gib: 3300, workingSpaceGib },
  },
  {
    policy: 'reverse, 14',
    given: { mode: 'reverse', retention: keep({ last: 14 }) },
    days: 30,
    expected: { points: 14, fulls: 1, increments: 13, gib: 1150, workingSpaceGib },
  },
];
