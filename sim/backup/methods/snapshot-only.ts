/** Method `snapshot-only`: snapshots kept as if they were backups. Nothing is copied; deltas stay, and the oldest beyond the number kept is merged. */
import { type Method, USUAL } from './method.ts';

export const snapshotOnly: Method = { ...USUAL, copies: false, tracking: 'none', path: () => {} };
