/**
 * Method `copy-before-write`: no delta; a block that the guest is about to overwrite is saved first, so the guest waits for the backup, or for the fleecing
 * datastore. Data leaves through the host's network.
 */
import { type Method, USUAL } from './method.ts';

export const copyBeforeWrite: Method = { ...USUAL, opensSnapshot: false, copiesBeforeWrite: true };
