/** Method `cdp`: a filter in the hypervisor sends every write; no snapshot, and no lock, since nothing is ever frozen. */
import { type Method, USUAL } from './method.ts';

export const cdp: Method = { ...USUAL, opensSnapshot: false, locksVm: false, tracking: 'own', continuous: true };
