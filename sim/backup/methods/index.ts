/** The methods of backup by name. A new one is a file and a line here. */
import type { JobPlan } from '../../plan.ts';
import { agent } from './agent.ts';
import type { Method } from './method.ts';
import { snapshot } from './snapshot.ts';

export const METHODS: Record<JobPlan['method'], Method> = { snapshot, agent };
