/**
 * Method `direct-disk`: disk files are copied beneath the hypervisor while the guest runs. Nothing is quiesced, frozen or locked, nothing knows what has
 * changed; the copy is worth what the guest and open snapshots leave of it.
 */
import { type Method, USUAL } from './method.ts';

export const directDisk: Method = { ...USUAL, opensSnapshot: false, locksVm: false, tracking: 'none', readsLiveDisk: true };
