/** Faults that tasks fail of at one of their steps. */
import { type FaultKind, USUAL } from './kind.ts';

/** A password was changed, or an account locked, and the job does not know: it is turned away before it has done anything. */
export const credentialExpired: FaultKind = { ...USUAL, on: ({ account }) => account, tasks: { step: 'start', reason: 'credential-expired' } };

/** The writers of a guest's applications do not come to rest. Only who asks for application consistency asks them (`backup/quiescing.ts`). */
export const writerFailure: FaultKind = { ...USUAL, tasks: { step: 'writers', reason: 'writer-failure' } };

/** An application in the guest upsets the backup when it is to come to rest. */
export const buggyApplication: FaultKind = { ...USUAL, tasks: { step: 'quiesce', reason: 'application-failure' } };

/** A block cannot be read: transfers fail there, each time again. */
export const corruptDisk: FaultKind = { ...USUAL, tasks: { step: 'transfer', reason: 'read-error' } };

/** A scanner or a filter in the way slows a stream down, or cuts it off, each time at the same block; it then hangs. */
export const securitySoftware: FaultKind = { ...USUAL, tasks: { step: 'transfer', reason: 'connection-cut' }, hangs: true };
